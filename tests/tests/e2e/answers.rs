//! One resource is the same in every answer, and large answers are cut where nobody is lost.

use scimd_tests::{
    Client, ENTERPRISE, Server, USER, add_members, device, encode, patch, remove_member, replace, search,
    user,
};
use serde_json::{Value, json};

/// Demands that a resource looks the same in every answer that shows it; returns it.
#[track_caller]
fn everywhere(scim: &Client, endpoint: &str, id: &str) -> Value {
    let path = format!("{endpoint}/{id}");
    let read = scim.get(&path).status(200).json();
    let filter = format!(r#"id eq "{id}""#);
    let undecided = format!(r#"id eq "{id}" and meta.location pr"#);
    let mut answers = vec![
        scim.post(&format!("{endpoint}/.search"), &search(json!({"filter": filter}))),
        scim.post("/.search", &search(json!({"filter": filter, "sortBy": "id"}))),
        scim.get(&format!("{endpoint}?count=1000")),
        scim.get("?count=1000"),
    ];
    for list in [endpoint, ""] {
        for filter in [&filter, &undecided] {
            for rest in ["", "&cursor", "&sortBy=displayName", "&sortBy=meta.version&cursor"] {
                answers.push(scim.get(&format!("{list}?filter={}{rest}", encode(filter))));
            }
        }
    }
    for answer in answers {
        let shown = answer.resources().into_iter().find(|resource| resource["id"] == id);
        assert_eq!(shown.as_ref(), Some(&read), "{answer}");
    }
    // A change that changes nothing answers with what is there.
    let name = read["displayName"].clone();
    let unchanged = scim.patch(&format!("{path}?attributes="), &replace("displayName", name));
    if unchanged.code() == 200 {
        assert_eq!(unchanged.json(), read, "{unchanged}");
    }
    assert_eq!(scim.put(&path, &read).status(200).json(), read, "PUT of what was read");
    assert_eq!(scim.get(&path).json(), read);
    read
}

#[test]
fn a_resource_is_the_same_in_every_answer() {
    let mut server = Server::build().defined("device").start();
    let scim = server.client();
    let mut ann = user("ann");
    ann["schemas"] = json!([USER, ENTERPRISE]);
    ann[ENTERPRISE] = json!({"department": "Sales \"North\" \\ \u{e9}\u{1f980}", "manager": {"value": "x"}});
    ann["active"] = json!(false);
    let ann = scim.post("/Users", &ann).status(201).at("/id");
    let bob = scim.create_user("bob");
    let staff = scim.create_group("staff", &[&ann, &bob]);
    let crew = scim.create_group("crew", &[&staff, &bob]);
    let mut phone = device("D-1");
    phone["displayName"] = json!("Phone");
    phone["labels"] = json!(["a", "b"]);
    phone["screenInches"] = json!(6.10);
    let phone = scim.post("/Devices", &phone).status(201).at("/id");
    let token = scim.token().to_owned();
    let names = |resource: &Value, list: &str| -> Vec<String> {
        let items = resource[list].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["display"].as_str().unwrap().to_owned()).collect()
    };
    let check = |scim: &Client| {
        // Groups are those that hold the user themselves.
        assert_eq!(names(&everywhere(scim, "/Users", &ann), "groups"), ["staff"]);
        assert_eq!(names(&everywhere(scim, "/Users", &bob), "groups").len(), 2);
        assert_eq!(names(&everywhere(scim, "/Groups", &staff), "members").len(), 2);
        let crew = everywhere(scim, "/Groups", &crew);
        let mut types: Vec<&str> =
            crew["members"].as_array().unwrap().iter().map(|m| m["type"].as_str().unwrap()).collect();
        types.sort_unstable();
        assert_eq!(types, ["Group", "User"]);
        everywhere(scim, "/Devices", &phone);
    };
    check(&scim);
    server.stop();
    server.restart();
    check(&server.client_with(&token));
}

#[test]
fn the_groups_of_a_user_follow_every_change_of_a_group_at_once() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let staff = scim.create_group("staff", &[&bob]);
    let uri = format!("/Groups/{staff}");
    let groups = |id: &str| {
        let user = everywhere(&scim, "/Users", id);
        let groups = user["groups"].as_array().cloned().unwrap_or_default();
        groups.iter().map(|group| group["display"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((groups(&ann), groups(&bob)), (String::new(), "staff".to_owned()));
    scim.patch(&uri, &add_members(&[&ann])).status(204);
    assert_eq!((groups(&ann), groups(&bob)), ("staff".to_owned(), "staff".to_owned()));
    scim.patch(&uri, &replace("displayName", json!("crew"))).status(204);
    assert_eq!((groups(&ann), groups(&bob)), ("crew".to_owned(), "crew".to_owned()));
    scim.patch(&uri, &remove_member(&bob)).status(204);
    assert_eq!((groups(&ann), groups(&bob)), ("crew".to_owned(), String::new()));
    let only_bob = patch(json!([{"op": "replace", "path": "members", "value": [{"value": bob}]}]));
    scim.patch(&uri, &only_bob).status(204);
    assert_eq!((groups(&ann), groups(&bob)), (String::new(), "crew".to_owned()));
    scim.put(&uri, &scimd_tests::group("team", &[&ann, &bob])).status(200);
    assert_eq!((groups(&ann), groups(&bob)), ("team".to_owned(), "team".to_owned()));
    scim.delete(&format!("/Users/{bob}")).status(204);
    assert_eq!(scim.members(&staff), [ann.as_str()]);
    scim.delete(&uri).status(204);
    assert_eq!(groups(&ann), "");
}

#[test]
fn a_page_too_large_to_be_answered_is_cut_and_the_walk_goes_on_behind_it() {
    let server = Server::start();
    let scim = server.client();
    for n in 0..11 {
        let mut body = user(&format!("user-{n:02}"));
        body["nickName"] = json!("x".repeat(1_000_000));
        scim.post("/Users", &body).status(201);
    }
    scim.create_group("staff", &[]);
    let everybody = scim.get("/Users?attributes=userName&count=5").total();
    assert_eq!(everybody, 11);
    for (list, total) in [
        ("/Users?count=100", 11),
        ("/Users?count=100&filter=userName+pr", 11),
        ("/Users?count=100&sortBy=userName&sortOrder=descending", 11),
        ("?count=100", 12),
    ] {
        let first = scim.get(list);
        assert_eq!(first.total(), total, "{list}");
        let shown = first.names();
        assert!((1..11).contains(&shown.len()), "{list} shows {}", shown.len());
        let second = scim.get(&format!("{list}&startIndex={}", shown.len() + 1)).names();
        assert_eq!(shown.len() + second.len(), total, "{list}: {shown:?}, {second:?}");
        assert!(shown.iter().all(|name| !second.contains(name)), "{list}: {shown:?}, {second:?}");

        let start = scim.get(&format!("{list}&cursor"));
        let mut forth = start.names();
        let mut page = start;
        while let Some(next) = page.json().get("nextCursor").and_then(Value::as_str).map(str::to_owned) {
            page = scim.get(&format!("{list}&cursor={next}"));
            forth.extend(page.names());
        }
        assert_eq!(forth, [shown, second].concat(), "{list}");
        let mut back = page.names();
        while let Some(previous) =
            page.json().get("previousCursor").and_then(Value::as_str).map(str::to_owned)
        {
            page = scim.get(&format!("{list}&cursor={previous}"));
            back.splice(0..0, page.names());
        }
        assert_eq!(back, forth, "{list} backwards");
    }
}

#[test]
fn a_list_is_of_one_moment_while_others_write() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let staff = scim.create_group("staff", &[&ann]);
    let filter = encode(&format!(r#"members.value eq "{ann}" or members.value eq "{bob}""#));
    std::thread::scope(|scope| {
        // One of the two is in the group at any moment, and users come and go.
        let writer = scope.spawn(|| {
            for n in 0..40 {
                let (out, into) = if n % 2 == 0 { (&ann, &bob) } else { (&bob, &ann) };
                let swap = patch(json!([
                    {"op": "remove", "path": format!("members[value eq \"{out}\"]")},
                    {"op": "add", "path": "members", "value": [{"value": into}]},
                ]));
                scim.patch(&format!("/Groups/{staff}"), &swap).status(204);
                let guest = scim.create_user(&format!("guest-{n}"));
                if n % 3 == 0 {
                    scim.delete(&format!("/Users/{guest}")).status(204);
                }
            }
        });
        let mut lists = 0;
        while !writer.is_finished() || lists == 0 {
            for list in [
                "/Users?count=1000",
                "?count=1000&sortBy=displayName",
                "/Users?filter=userName+pr&count=1000&cursor",
            ] {
                let answer = scim.get(list);
                let mut ids: Vec<String> =
                    answer.resources().iter().map(|one| one["id"].to_string()).collect();
                assert_eq!(ids.len(), answer.total(), "{list}");
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), answer.total(), "{list} shows one twice");
            }
            for list in [
                "/Groups".to_owned(),
                format!("/Groups?filter={filter}"),
                format!("?filter={filter}&sortBy=id"),
            ] {
                let groups = scim.get(&list).resources();
                assert_eq!(groups.len(), 1, "{list}");
                assert_eq!(groups[0]["members"].as_array().map(Vec::len), Some(1), "{list}: {}", groups[0]);
            }
            lists += 1;
        }
    });
}
