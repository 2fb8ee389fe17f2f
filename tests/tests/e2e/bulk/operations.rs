//! Each operation is what the request alone would be.

use super::{count, delete, failed, made, on, post, send, statuses};
use scimd_tests::{DEVICE, Server, USER, add_members, device, group, patch, replace, user};
use serde_json::{Value, json};

#[test]
fn every_method_works_on_every_type_and_is_answered_in_order() {
    let server = Server::build().defined("device").start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let (staff, crew) = (scim.create_group("staff", &[]), scim.create_group("crew", &[]));
    let (first, second) = (scim.create_device("D-1"), scim.create_device("D-2"));
    let mut whole = user("ann");
    whole["title"] = json!("Boss");
    let mut phone = device("D-1");
    phone["displayName"] = json!("Phone");
    let (users, groups, devices) =
        (format!("/Users/{ann}"), format!("/Groups/{staff}"), format!("/Devices/{first}"));
    let answered = send(
        &scim,
        json!([
            post("/Users", "u", user("cat")),
            on("PUT", &users, whole),
            on("PATCH", &users, replace("nickName", json!("Annie"))),
            delete(&format!("/Users/{bob}")),
            post("/Groups", "g", group("new", &[&ann])),
            on("PUT", &groups, group("staff", &[&ann])),
            on("PATCH", &groups, replace("displayName", json!("Staff"))),
            delete(&format!("/Groups/{crew}")),
            post("/Devices", "d", device("D-3")),
            on("PUT", &devices, phone),
            on("PATCH", &devices, replace("managed", json!(true))),
            delete(&format!("/Devices/{second}")),
        ]),
    );
    let mut methods = answered.iter().map(|one| one["method"].as_str().unwrap());
    assert!(methods.by_ref().eq(["POST", "PUT", "PATCH", "DELETE"].into_iter().cycle().take(12)));
    for (number, one) in answered.iter().enumerate() {
        let (location, base) = (one["location"].as_str().unwrap(), server.base_url());
        assert!(one.get("response").is_none(), "{one}");
        let path = location.strip_prefix(&base).unwrap_or_else(|| panic!("{location} is not below {base}"));
        let now = scim.get(path);
        match number % 4 {
            0 => {
                made(&scim, one);
                assert_eq!(one["bulkId"], ["u", "g", "d"][number / 4]);
            }
            1 => assert_eq!((&one["status"], &one["version"]), (&json!("200"), &json!("W/\"2\""))),
            2 => {
                assert!(one["status"] == "200" || one["status"] == "204", "{one}");
                assert_eq!((one["version"].as_str(), now.must_have("etag")), (Some("W/\"3\""), "W/\"3\""));
            }
            _ => {
                assert_eq!((&one["status"], one.get("version")), (&json!("204"), None));
                now.scim_error(404, None);
            }
        }
        assert_eq!(one.get("bulkId").is_some(), number % 4 == 0, "{one}");
    }
    let now = scim.get(&users).json();
    assert_eq!((&now["title"], &now["nickName"]), (&json!("Boss"), &json!("Annie")));
    assert_eq!(scim.get(&groups).at("/displayName"), "Staff");
    assert_eq!(scim.members(&staff), [ann]);
    assert_eq!(scim.get(&devices).json()["managed"], true);
}

#[test]
fn a_failure_is_answered_as_the_request_alone_would_be_and_stops_nothing() {
    let server = Server::build().defined("device").start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let (path, gone) = (format!("/Users/{ann}"), "/Users/01a20eb5-bcde-7018-8c55-5a07848403aa");
    let half = patch(json!([
        {"op": "replace", "path": "title", "value": "half"},
        {"op": "replace", "path": "id", "value": "x"},
    ]));
    let cases = [
        (post("/Users", "1", user("ANN")), 409, Some("uniqueness")),
        (post("/Users", "2", json!({"schemas": [USER]})), 400, Some("invalidValue")),
        (post("/Users", "3", json!({"userName": "x"})), 400, Some("invalidValue")),
        (
            post("/Users", "4", json!({"schemas": [USER], "userName": "x", "colour": "red"})),
            400,
            Some("invalidValue"),
        ),
        (post("/Devices", "5", json!({"schemas": [DEVICE]})), 400, Some("invalidValue")),
        (on("PUT", &path, json!({"schemas": [USER]})), 400, Some("invalidValue")),
        (on("PATCH", &path, half), 400, Some("mutability")),
        (on("PATCH", &path, replace("nothing", json!("x"))), 400, Some("invalidPath")),
        (on("PATCH", gone, replace("title", json!("x"))), 404, None),
        (on("PUT", gone, user("x")), 404, None),
        (delete(gone), 404, None),
        (delete("/Users/nobody"), 404, None),
    ];
    // The same alone: the bulk promises no other errors than these.
    for (operation, status, scim_type) in &cases {
        let request =
            scim.request(operation["method"].as_str().unwrap(), operation["path"].as_str().unwrap());
        let data = operation.get("data");
        let answer = data.map_or(request.clone(), |data| request.json(data)).send();
        assert_eq!(answer.code(), *status, "{operation}: {answer}");
        let alone = answer.json();
        let answered = send(&scim, json!([operation, post("/Users", "after", user("after"))]));
        let detail = failed(&answered[0], *status, alone.get("scimType").and_then(Value::as_str));
        assert_eq!(alone["detail"], detail.as_str(), "{operation}");
        assert_eq!(alone.get("scimType").and_then(Value::as_str), *scim_type, "{answer}");
        let after = made(&scim, &answered[1]);
        scim.delete(&format!("/Users/{after}")).status(204);
    }
    let now = scim.get(&path);
    assert_eq!(
        (now.must_have("etag"), now.json().get("title")),
        ("W/\"1\"", None),
        "an operation is done whole"
    );
    assert_eq!(count(&scim, "/Users"), 1);
}

#[test]
fn places_and_methods_that_are_not_there_are_404_and_405() {
    let server = Server::start();
    let scim = server.client();
    let ann = format!("/Users/{}", scim.create_user("ann"));
    let before = scim.get(&ann).text();
    for (operation, wanted) in [
        (post("/Things", "1", user("x")), &["404"][..]),
        (post("/", "1", user("x")), &["404", "405"]),
        (post("Users/x/y", "1", user("x")), &["404"]),
        (post("/Bulk", "1", super::message(json!([post("/Users", "2", user("x"))]))), &["404", "501"]),
        (on("PATCH", "/Me", replace("title", json!("x"))), &["404", "501"]),
        (post("/Users/.search", "1", json!({})), &["404", "405"]),
        (on("GET", &ann, Value::Null), &["405"]),
        (on("BREW", &ann, Value::Null), &["405"]),
        (on("PUT", "/Users", user("x")), &["404", "405"]),
        (on("DELETE", "/Users", Value::Null), &["404", "405"]),
        (on("PUT", "/ServiceProviderConfig", user("x")), &["404", "405"]),
        (post(&ann, "1", user("x")), &["405"]),
    ] {
        let answered = send(&scim, json!([operation, post("/Users", "after", user("after"))]));
        let status = statuses(&answered)[0];
        assert!(wanted.contains(&status), "{operation}: {}", answered[0]);
        failed(&answered[0], status.parse().unwrap(), None);
        scim.delete(&format!("/Users/{}", made(&scim, &answered[1]))).status(204);
    }
    assert_eq!((count(&scim, "/Users"), scim.get(&ann).text()), (1, before));
}

#[test]
fn a_creation_needs_a_name_of_its_own() {
    let server = Server::start();
    let scim = server.client();
    let nameless = json!({"method": "POST", "path": "/Users", "data": user("ann")});
    let answered = send(
        &scim,
        json!([
            nameless,
            post("/Users", "same", user("bob")),
            post("/Users", "own", user("cat")),
            post("/Groups", "same", group("crew", &[])),
        ]),
    );
    assert_eq!(statuses(&answered), ["400", "400", "201", "400"]);
    for one in [&answered[0], &answered[1], &answered[3]] {
        failed(one, 400, Some("invalidValue"));
    }
    assert_eq!((answered[0].get("bulkId"), &answered[1]["bulkId"]), (None, &json!("same")));
    made(&scim, &answered[2]);
    assert_eq!((count(&scim, "/Users"), count(&scim, "/Groups")), (1, 0));
}

#[test]
fn a_version_guards_an_operation() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) =
        (format!("/Users/{}", scim.create_user("ann")), format!("/Users/{}", scim.create_user("bob")));
    let staff = format!("/Groups/{}", scim.create_group("staff", &[]));
    let guarded = |mut operation: Value, version: &str| {
        operation["version"] = json!(version);
        operation
    };
    let title = |text: &str| replace("title", json!(text));
    let answered = send(
        &scim,
        json!([
            guarded(on("PATCH", &ann, title("one")), "W/\"1\""),
            guarded(on("PATCH", &ann, title("stale")), "W/\"1\""),
            guarded(on("PATCH", &ann, title("two")), "W/\"2\""),
            guarded(on("PUT", &ann, user("ann")), "W/\"2\""),
            guarded(delete(&bob), "W/\"7\""),
            guarded(on("PATCH", &staff, add_members(&[&bob[7..]])), "W/\"2\""),
            guarded(delete(&bob), "W/\"1\""),
        ]),
    );
    assert_eq!(statuses(&answered)[..5], ["200", "412", "200", "412", "412"]);
    for stale in [1, 3, 4, 5] {
        failed(&answered[stale], 412, None);
    }
    assert_eq!(answered[6]["status"], "204");
    assert_eq!(answered[2]["version"], "W/\"3\"");
    assert_eq!(scim.get(&ann).at("/title"), "two");
    assert_eq!(scim.get(&staff).must_have("etag"), "W/\"1\"");
    scim.get(&bob).scim_error(404, None);
}
