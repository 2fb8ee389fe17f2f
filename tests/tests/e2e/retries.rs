//! A client that lost an answer asks again: what is there stays as it is, and the second answer says so.

use scimd_tests::{
    Answer, Client, ENTERPRISE, Server, USER, add_members, device, group, patch, remove_member, replace,
    search, user,
};
use serde_json::{Value, json};

/// A user, another one, a group of both, an empty group, and a device.
struct Directory {
    _server: Server,
    scim: Client,
    ann: String,
    bob: String,
    staff: String,
    device: String,
}

impl Directory {
    fn new() -> Self {
        let server = Server::build().defined("device").start();
        let scim = server.client();
        let mut body = user("ann");
        body["emails"] = json!([
            {"type": "work", "primary": true, "value": "ann@contoso.test"},
            {"type": "home", "value": "ann@home.test"},
        ]);
        let ann = scim.post("/Users", &body).status(201).at("/id");
        let bob = scim.create_user("bob");
        let staff = scim.create_group("staff", &[&ann, &bob]);
        scim.create_group("empty", &[]);
        let device = scim.create_device("D-1");
        Self { _server: server, scim, ann, bob, staff, device }
    }

    /// Everything that can be read, times and versions with it.
    fn everything(&self) -> Vec<Value> {
        let lists = ["/Users", "/Groups", "/Devices", "?sortBy=id"];
        lists.iter().flat_map(|list| self.scim.get(list).status(200).resources()).collect()
    }

    fn send(&self, method: &str, path: &str, body: &Value, if_match: Option<&str>) -> Answer {
        let request = self.scim.request(method, path);
        let request = if body.is_null() { request } else { request.json(body) };
        match if_match {
            Some(tag) => request.header("If-Match", tag).send(),
            None => request.send(),
        }
    }

    /// Sends a request three times; answers the first and the others. What was there after the first is
    /// there after the others.
    #[track_caller]
    fn thrice(&self, method: &str, path: &str, body: &Value, if_match: Option<&str>) -> [Answer; 3] {
        let send = || self.send(method, path, body, if_match);
        let first = send();
        let state = self.everything();
        let again = [send(), send()];
        assert_eq!(self.everything(), state, "{method} {path} {body} did more the second time");
        let [second, third] = again;
        assert_eq!((second.code(), second.text()), (third.code(), third.text()), "{method} {path} {body}");
        [first, second, third]
    }
}

#[test]
fn a_creation_that_is_repeated_names_what_is_there() {
    let directory = Directory::new();
    for (endpoint, body) in [
        ("/Users", user("cat")),
        ("/Users", user("ann able")),
        ("/Groups", group("crew", &[&directory.ann])),
        ("/Groups", group("crowd", &[])),
        ("/Devices", device("D-2")),
    ] {
        let [first, second, _] = directory.thrice("POST", endpoint, &body, None);
        let id = first.status(201).at("/id");
        let detail = second.scim_error(409, Some("uniqueness"));
        assert!(detail.contains(&id), "{detail} does not name {id}");
        // As it is named, it can be gone on with.
        directory.scim.put(&format!("{endpoint}/{id}"), &body).status(200);
    }
    // Of another spelling it is the same name.
    let detail = directory.scim.post("/Users", &user("ANN")).scim_error(409, Some("uniqueness"));
    assert!(detail.contains(&directory.ann), "{detail}");
    let detail = directory.scim.post("/Groups", &group("STAFF", &[])).scim_error(409, Some("uniqueness"));
    assert!(detail.contains(&directory.staff), "{detail}");
}

#[test]
fn a_deletion_that_is_repeated_finds_nothing() {
    let directory = Directory::new();
    for path in [
        format!("/Users/{}", directory.bob),
        format!("/Devices/{}", directory.device),
        format!("/Groups/{}", directory.staff),
    ] {
        let [first, second, _] = directory.thrice("DELETE", &path, &Value::Null, None);
        first.status(204);
        second.scim_error(404, None);
    }
}

#[test]
fn a_replacement_that_is_repeated_changes_nothing() {
    let directory = Directory::new();
    let mut other = user("ann");
    other["title"] = json!("Boss");
    other["active"] = json!(false);
    other["schemas"] = json!([USER, ENTERPRISE]);
    other[ENTERPRISE] = json!({"department": "Sales", "manager": {"value": directory.bob}});
    let mut phone = device("D-1");
    phone["labels"] = json!(["a", "b"]);
    for (path, body) in [
        (format!("/Users/{}", directory.ann), other),
        (format!("/Users/{}", directory.ann), user("ann")),
        (format!("/Groups/{}", directory.staff), group("crew", &[&directory.bob])),
        (format!("/Groups/{}", directory.staff), group("staff", &[&directory.bob, &directory.ann, "nobody"])),
        (format!("/Groups/{}", directory.staff), group("staff", &[])),
        (format!("/Devices/{}", directory.device), phone),
    ] {
        let before = directory.scim.get(&path).must_have("etag").to_owned();
        let [first, second, _] = directory.thrice("PUT", &path, &body, None);
        assert_ne!(first.status(200).must_have("etag"), before, "{path}: the first changes something");
        assert_eq!(second.status(200).must_have("etag"), first.must_have("etag"), "{path}");
        assert_eq!(second.json(), first.json());
    }
}

/// PATCHes of users, each of which changes what the ones before have left.
fn user_changes(bob: &str) -> Vec<Value> {
    vec![
        replace("displayName", json!("Ann B.")),
        replace("active", json!(false)),
        replace("active", json!("True")),
        replace("userName", json!("Ann")),
        replace("name.givenName", json!("Ann")),
        replace(r#"emails[type eq "work"].value"#, json!("ann.able@contoso.test")),
        replace(r#"emails[type eq "other"].value"#, json!("ann@other.test")),
        replace(r#"emails[type eq "home"].primary"#, json!(true)),
        replace(&format!("{ENTERPRISE}:manager"), json!(bob)),
        replace(&format!("{ENTERPRISE}:department"), json!("Sales")),
        patch(json!([{"op": "add", "path": "title", "value": "Boss"}])),
        patch(json!([{"op": "add", "path": "phoneNumbers", "value": [{"type": "work", "value": "1"}]}])),
        patch(json!([{"op": "add", "value": {"roles": [{"value": "admin"}], "nickName": "Annie"}}])),
        patch(json!([{"op": "replace", "value": {"name.familyName": "Able", "locale": "en"}}])),
        patch(json!([{"op": "replace", "value": {"phoneNumbers": [{"type": "home", "value": "2"}]}}])),
        patch(json!([{"op": "remove", "path": "title"}])),
        patch(json!([{"op": "remove", "path": r#"emails[type eq "home"]"#}])),
        patch(json!([{"op": "remove", "path": r#"emails[type eq "other"].value"#}])),
        patch(json!([{"op": "remove", "path": "phoneNumbers", "value": [{"type": "home", "value": "2"}]}])),
        patch(json!([{"op": "remove", "path": ENTERPRISE}])),
        patch(json!([
            {"op": "replace", "path": "displayName", "value": "x"},
            {"op": "remove", "path": "nickName"},
            {"op": "add", "path": "emails", "value": [{"type": "other", "value": "ann@third.test"}]},
        ])),
    ]
}

#[test]
fn a_change_of_a_user_that_is_repeated_changes_nothing() {
    let directory = Directory::new();
    let path = format!("/Users/{}", directory.ann);
    for body in user_changes(&directory.bob) {
        let before = directory.scim.get(&path).must_have("etag").to_owned();
        let [first, second, _] = directory.thrice("PATCH", &path, &body, None);
        assert_ne!(first.status(200).must_have("etag"), before, "{body}: the first changes something");
        assert_eq!(second.status(200).must_have("etag"), first.must_have("etag"), "{body}");
        assert_eq!(second.json(), first.json(), "{body}");
    }
    let path = format!("/Devices/{}", directory.device);
    for body in [replace("displayName", json!("Phone")), replace("labels", json!(["a"]))] {
        let [first, second, _] = directory.thrice("PATCH", &path, &body, None);
        assert_eq!(second.status(200).must_have("etag"), first.status(200).must_have("etag"), "{body}");
    }
}

#[test]
fn a_change_of_a_group_that_is_repeated_changes_nothing() {
    let directory = Directory::new();
    let Directory { scim, ann, bob, .. } = &directory;
    let path = format!("/Groups/{}", directory.staff);
    let cat = scim.create_user("cat");
    for body in [
        replace("displayName", json!("crew")),
        patch(json!([{"op": "replace", "value": {"displayName": "Crew"}}])),
        add_members(&[&cat]),
        remove_member(ann),
        patch(json!([{"op": "remove", "path": format!("members[value eq \"{bob}\"]")}])),
        add_members(&[ann, bob, "nobody"]),
        patch(json!([{"op": "replace", "path": "members", "value": [{"value": bob}]}])),
        patch(json!([{"op": "add", "value": {"members": [{"value": ann}]}}])),
        patch(json!([
            {"op": "remove", "path": format!("members[value eq \"{ann}\"]")},
            {"op": "add", "path": "members", "value": [{"value": cat}]},
            {"op": "replace", "path": "displayName", "value": "staff"},
        ])),
        patch(json!([{"op": "remove", "path": "members[type eq \"User\"]"}])),
        add_members(&[&cat]),
        patch(json!([{"op": "remove", "path": "members"}])),
    ] {
        let before = scim.get(&path).must_have("etag").to_owned();
        let [first, second, _] = directory.thrice("PATCH", &path, &body, None);
        first.status(204);
        let now = scim.get(&path).must_have("etag").to_owned();
        assert_ne!(now, before, "{body}: the first changes something");
        assert_eq!(second.status(204).must_have("etag"), now, "{body}");
    }
}

#[test]
fn a_write_for_one_version_is_done_once() {
    let directory = Directory::new();
    let Directory { scim, bob, .. } = &directory;
    for (path, requests) in [
        (
            format!("/Users/{}", directory.ann),
            vec![("PATCH", replace("title", json!("Boss"))), ("PUT", user("ann")), ("DELETE", Value::Null)],
        ),
        (
            format!("/Groups/{}", directory.staff),
            vec![("PATCH", remove_member(bob)), ("PUT", group("crew", &[])), ("DELETE", Value::Null)],
        ),
    ] {
        for (method, body) in requests {
            let tag = scim.get(&path).must_have("etag").to_owned();
            let [first, second, _] = directory.thrice(method, &path, &body, Some(&tag));
            assert!(matches!(first.code(), 200 | 204), "{first}");
            second.scim_error(if method == "DELETE" { 404 } else { 412 }, None);
        }
    }
}

#[test]
fn a_refused_request_is_refused_again_and_leaves_nothing() {
    let directory = Directory::new();
    let (users, groups) = (format!("/Users/{}", directory.ann), format!("/Groups/{}", directory.staff));
    let before = directory.everything();
    for (method, path, body, status) in [
        ("POST", "/Users", json!({"schemas": [USER]}), 400),
        ("POST", "/Users", user("BOB"), 409),
        ("PUT", users.as_str(), user("bob"), 409),
        ("PATCH", &users, replace("userName", json!("bob")), 409),
        ("PATCH", &users, replace("nothing", json!("x")), 400),
        ("PATCH", &users, patch(json!([{"op": "add", "path": "title", "value": "x"}, {"op": "x"}])), 400),
        ("PATCH", &groups, replace("displayName", json!("empty")), 409),
        (
            "PATCH",
            &groups,
            patch(json!([{"op": "replace", "path": "members", "value": [{"value": "x"}]}])),
            400,
        ),
        ("PATCH", "/Users/nobody", replace("title", json!("x")), 404),
        ("DELETE", "/Groups/nobody", Value::Null, 404),
    ] {
        let [first, second, _] = directory.thrice(method, path, &body, None);
        assert_eq!((first.code(), first.text()), (status, second.text()), "{first}");
        assert_eq!(directory.everything(), before, "{method} {path} {body} left something behind");
    }
}

#[test]
fn questions_change_nothing() {
    let directory = Directory::new();
    let path = format!("/Users/{}", directory.ann);
    let question = search(json!({"filter": "active eq true", "sortBy": "userName"}));
    for (method, path, body) in [
        ("GET", path.as_str(), Value::Null),
        ("GET", "/Users?filter=userName%20eq%20%22ann%22", Value::Null),
        ("HEAD", &path, Value::Null),
        ("POST", "/.search", question.clone()),
        ("POST", "/Users/.search", question),
        ("GET", "/Schemas", Value::Null),
    ] {
        let before = directory.everything();
        let [first, second, _] = directory.thrice(method, path, &body, None);
        assert_eq!(first.status(200).text(), second.text());
        assert_eq!(directory.everything(), before, "{method} {path}");
    }
}
