//! `bulkId:` refers to what the same request creates (RFC 7644 section 3.7.2).

use super::{count, delete, failed, made, on, post, send, statuses};
use scimd_tests::{ENTERPRISE, Server, USER, add_members, group, patch, replace, user};
use serde_json::{Value, json};

/// A user whose manager somebody is.
fn managed(name: &str, manager: &str) -> Value {
    let mut body = user(name);
    body["schemas"] = json!([USER, ENTERPRISE]);
    body[ENTERPRISE] = json!({"manager": {"value": manager}});
    body
}

#[test]
fn what_is_created_can_be_named_before_and_after() {
    let server = Server::start();
    let scim = server.client();
    let old = scim.create_group("old", &[]);
    let answered = send(
        &scim,
        json!([
            post("/Groups", "crew", group("crew", &["bulkId:ann", "bulkId:bob"])),
            on("PATCH", &format!("/Groups/{old}"), add_members(&["bulkId:ann", "bulkId:crew"])),
            post("/Users", "ann", managed("ann", "bulkId:bob")),
            post("/Users", "bob", user("bob")),
            post("/Groups", "all", group("all", &["bulkId:crew", "bulkId:bob"])),
        ]),
    );
    assert_eq!(statuses(&answered)[2..], ["201", "201", "201"]);
    let names: Vec<Option<&str>> = answered.iter().map(|one| one["bulkId"].as_str()).collect();
    assert_eq!(
        names,
        [Some("crew"), None, Some("ann"), Some("bob"), Some("all")],
        "in the order of the request"
    );
    let [crew, ann, bob, all] = [0, 2, 3, 4].map(|at| made(&scim, &answered[at]));
    let sorted = |mut ids: Vec<&String>| {
        ids.sort_unstable();
        ids.into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(scim.members(&crew), sorted(vec![&ann, &bob]));
    assert_eq!(scim.members(&old), sorted(vec![&ann, &crew]));
    assert_eq!(scim.members(&all), sorted(vec![&crew, &bob]));
    let manager = format!("/{ENTERPRISE}/manager/value");
    assert_eq!(scim.get(&format!("/Users/{ann}")).at(&manager), bob);
}

#[test]
fn a_reference_is_a_whole_text_wherever_it_stands() {
    let server = Server::start();
    let scim = server.client();
    let mut ann = user("ann");
    ann["title"] = json!("bulkId:bob");
    ann["nickName"] = json!("see bulkId:bob");
    ann["roles"] = json!([{"value": "bulkId:bob", "display": "not bulkId:bob"}]);
    let by_filter = patch(json!([
        {"op": "remove", "path": "members", "value": [{"value": "bulkId:bob"}]},
    ]));
    let answered = send(
        &scim,
        json!([
            post("/Users", "ann", ann),
            post("/Users", "bob", user("bob")),
            post("/Groups", "crew", group("crew", &["bulkId:ann", "bulkId:bob"])),
            on("PATCH", "/Groups/bulkId:crew", by_filter),
            on("PATCH", "/Users/bulkId:bob", replace("title", json!("Boss"))),
            on("PUT", "/Users/bulkId:bob", user("Bob")),
            post("/Users", "cat", user("cat")),
            delete("/Users/bulkId:cat"),
        ]),
    );
    assert_eq!(statuses(&answered)[..3], ["201"; 3], "{answered:?}");
    assert_eq!(statuses(&answered)[4..], ["200", "200", "201", "204"], "{answered:?}");
    let path = |operation: &Value| {
        operation["location"].as_str().unwrap_or_default().replace(&server.base_url(), "")
    };
    let read = scim.get(&path(&answered[0])).json();
    let bob = path(&answered[1]);
    assert_eq!(
        (read["title"].as_str(), read["roles"][0]["value"].as_str()),
        (Some(&bob[7..]), Some(&bob[7..]))
    );
    assert_eq!(read["nickName"], "see bulkId:bob");
    assert_eq!(read["roles"][0]["display"], "not bulkId:bob");
    assert_eq!(scim.members(&path(&answered[2])[8..]), [read["id"].as_str().unwrap()]);
    assert_eq!(scim.get(&bob).at("/userName"), "Bob");
    assert_eq!(path(&answered[5]), bob);
    assert_eq!(count(&scim, "/Users"), 2);
}

#[test]
fn what_nobody_creates_is_named_and_skipped_by_nobody() {
    let server = Server::start();
    let scim = server.client();
    made(&scim, &send(&scim, json!([post("/Users", "earlier", user("ann"))]))[0]);
    let crew = format!("/Groups/{}", scim.create_group("crew", &[]));
    let answered = send(
        &scim,
        json!([
            post("/Groups", "1", group("one", &["bulkId:nobody"])),
            post("/Users", "2", managed("bob", "bulkId:nobody")),
            on("PATCH", &crew, add_members(&["bulkId:nobody"])),
            on("PATCH", "/Users/bulkId:nobody", replace("title", json!("x"))),
            // Names are of one request.
            post("/Groups", "5", group("five", &["bulkId:earlier"])),
            // And as they were given.
            post("/Groups", "6", group("six", &["bulkId:SEVEN"])),
            post("/Users", "seven", user("cat")),
        ]),
    );
    for (at, name) in
        [(0, "nobody"), (1, "nobody"), (2, "nobody"), (3, "nobody"), (4, "earlier"), (5, "SEVEN")]
    {
        let detail = failed(&answered[at], 400, Some("invalidValue"));
        assert!(detail.contains(name), "{detail} does not name {name}");
    }
    made(&scim, &answered[6]);
    assert_eq!((count(&scim, "/Users"), count(&scim, "/Groups")), (2, 1));
    assert_eq!(scim.get(&crew).must_have("etag"), "W/\"1\"");
}

#[test]
fn what_refers_to_a_failure_fails_and_names_it() {
    let server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    let answered = send(
        &scim,
        json!([
            post("/Groups", "outer", group("outer", &["bulkId:inner"])),
            post("/Groups", "inner", group("inner", &["bulkId:taken"])),
            on("PATCH", "/Users/bulkId:taken", replace("title", json!("x"))),
            post("/Users", "taken", user("ANN")),
            post("/Groups", "beside", group("beside", &[])),
        ]),
    );
    assert!(failed(&answered[0], 409, None).contains("inner"), "{}", answered[0]);
    assert!(failed(&answered[1], 409, None).contains("taken"), "{}", answered[1]);
    assert!(failed(&answered[2], 409, None).contains("taken"), "{}", answered[2]);
    assert_eq!(answered[2].get("location"), None, "there is no such user");
    failed(&answered[3], 409, Some("uniqueness"));
    made(&scim, &answered[4]);
    assert_eq!((count(&scim, "/Users"), count(&scim, "/Groups")), (1, 1));
}

#[test]
fn outside_a_bulk_nothing_is_a_reference() {
    let server = Server::start();
    let scim = server.client();
    // It is an error, for nobody could become a member by it.
    let place = "members[0].value";
    let detail = scim.post("/Groups", &group("crew", &["bulkId:ann"])).scim_error(400, Some("invalidValue"));
    assert!(detail.contains(place) && !detail.contains("ann"), "{detail}");
    assert_eq!(count(&scim, "/Groups"), 0);
    let crew = format!("/Groups/{}", scim.create_group("crew", &[]));
    scim.put(&crew, &group("crew", &["bulkId:ann"])).scim_error(400, Some("invalidValue"));
    let detail = scim.patch(&crew, &add_members(&["BULKID:ann"])).scim_error(400, Some("invalidValue"));
    assert!(detail.contains("Operations[0].value[0].value"), "{detail}");
    assert_eq!(scim.get(&crew).must_have("etag"), "W/\"1\"");
}

#[test]
fn what_was_deleted_since_is_referred_to_in_vain() {
    let server = Server::start();
    let scim = server.client();
    let answered = send(
        &scim,
        json!([
            post("/Users", "ann", user("ann")),
            delete("/Users/bulkId:ann"),
            post("/Groups", "crew", group("crew", &["bulkId:ann"])),
            delete("/Users/bulkId:ann"),
        ]),
    );
    assert_eq!(statuses(&answered), ["201", "204", "409", "404"], "{answered:?}");
    assert!(failed(&answered[2], 409, None).contains("ann"), "{}", answered[2]);
    assert_eq!(count(&scim, "/Groups"), 0);
}

#[test]
fn references_in_filters_and_uris_are_resolved_and_those_inside_texts_are_refused() {
    let server = Server::start();
    let scim = server.client();
    let crew = scim.create_group("crew", &[]);
    let path = format!("/Groups/{crew}");
    let change =
        |op: &str, path: &str, value: Value| patch(json!([{"op": op, "path": path, "value": value}]));
    let by_uri = |name: &str| json!([{"$ref": format!("https://host/Users/bulkId:{name}")}]);
    let answered = send(
        &scim,
        json!([
            post("/Users", "ann", user("ann")),
            post("/Users", "bob", user("bob")),
            on("PATCH", &path, change("add", "members", by_uri("ann"))),
            on("PATCH", &path, change("add", "members", json!([{"value": " bulkId:bob"}]))),
            on("PATCH", &path, patch(json!([{"op": "remove", "path": "members[value eq \"bulkId:bob\"]"}]))),
            on("PATCH", &path, change("add", "members", json!("[{\"value\":\"bulkId:bob\"}]"))),
            on("PATCH", &path, change("add", "members", by_uri("nobody"))),
        ]),
    );
    assert_eq!(statuses(&answered), ["201", "201", "204", "204", "204", "400", "400"], "{answered:?}");
    assert_eq!(scim.members(&crew), [made(&scim, &answered[0])]);
    // And outside a bulk.
    for members in [by_uri("ann"), json!("[{\"value\":\"bulkId:ann\"}]")] {
        scim.patch(&path, &change("add", "members", members.clone())).scim_error(400, Some("invalidValue"));
        scim.patch(&path, &change("replace", "members", members)).scim_error(400, Some("invalidValue"));
    }
    let by_filter = patch(json!([{"op": "remove", "path": "members[value eq \"bulkId:ann\"]"}]));
    scim.patch(&path, &by_filter).scim_error(400, Some("invalidValue"));
    assert_eq!(scim.members(&crew).len(), 1);
}
