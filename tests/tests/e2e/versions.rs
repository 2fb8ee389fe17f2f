//! Versions of resources: entity tags and preconditions.

use scimd_tests::{Server, add_members, patch, replace, user};
use serde_json::json;

#[test]
fn a_user_has_a_weak_tag_that_moves_with_every_change_and_with_nothing_else() {
    let server = Server::start();
    let scim = server.client();
    let created = scim.post("/Users", &user("ann"));
    let path = format!("/Users/{}", created.status(201).at("/id"));
    let first = created.must_have("etag").to_owned();
    let number =
        first.strip_prefix("W/\"").and_then(|t| t.strip_suffix('"')).and_then(|n| n.parse::<u64>().ok());
    assert!(number.is_some(), "{first} is not W/\"n\"");
    assert_eq!(scim.get(&path).must_have("etag"), first);
    let changed = scim.patch(&path, &replace("displayName", json!("New")));
    let second = changed.status(200).must_have("etag").to_owned();
    assert_ne!(first, second);
    assert_eq!(changed.at("/meta/version"), second);
    let same = scim.patch(&path, &replace("displayName", json!("New")));
    assert_eq!(same.status(200).must_have("etag"), second, "a PATCH that changes nothing moved the version");
    assert_eq!(scim.get(&path).must_have("etag"), second);
}

#[test]
fn if_match_guards_every_write() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let old = scim.get(&path).must_have("etag").to_owned();
    scim.patch(&path, &replace("displayName", json!("New"))).status(200);
    let current = scim.get(&path);
    let tag = current.must_have("etag").to_owned();
    for request in [
        scim.request("PUT", &path).json(&user("ann")),
        scim.request("PATCH", &path).json(&replace("displayName", json!("Stale"))),
        scim.request("DELETE", &path),
    ] {
        request.clone().header("If-Match", &old).send().scim_error(412, None);
        request.header("If-Match", "\"nonsense\"").send().scim_error(412, None);
    }
    assert_eq!(scim.get(&path).text(), current.text(), "a stale write changed the user");
    let change = scim.request("PATCH", &path).json(&replace("displayName", json!("Third")));
    let third = change.header("If-Match", &tag).send();
    assert_eq!(third.status(200).at("/displayName"), "Third");
    let list = format!("W/\"999\", {}", third.must_have("etag"));
    scim.request("DELETE", &path).header("If-Match", &list).send().status(204);
    let gone = scim.request("PATCH", &path).json(&replace("displayName", json!("x"))).header("If-Match", "*");
    assert!(matches!(gone.send().code(), 404 | 412));
}

#[test]
fn if_match_guards_groups_too() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let path = format!("/Groups/{}", scim.create_group("staff", &[]));
    let old = scim.get(&path).must_have("etag").to_owned();
    let added = scim.patch(&path, &add_members(&[&ann]));
    added.status(204).empty();
    let stale =
        scim.request("PATCH", &path).json(&replace("displayName", json!("crew"))).header("If-Match", &old);
    stale.send().scim_error(412, None);
    assert_eq!(scim.get(&path).at("/displayName"), "staff");
}

#[test]
fn if_none_match_saves_the_body() {
    let server = Server::start();
    let scim = server.client();
    for path in
        [format!("/Users/{}", scim.create_user("ann")), format!("/Groups/{}", scim.create_group("g", &[]))]
    {
        let tag = scim.get(&path).must_have("etag").to_owned();
        for known in [tag.clone(), format!("W/\"999\", {tag}"), "*".to_owned()] {
            let answer = scim.request("GET", &path).header("If-None-Match", &known).send();
            assert_eq!(answer.status(304).empty().must_have("etag"), tag);
        }
        scim.request("GET", &path).header("If-None-Match", "W/\"999\"").send().status(200);
    }
}

#[test]
fn users_answer_a_patch_with_the_resource_and_groups_with_nothing() {
    let server = Server::start();
    let scim = server.client();
    let (ann, group) = (scim.create_user("ann"), scim.create_group("staff", &[]));
    let answer = scim.patch(&format!("/Users/{ann}"), &replace("displayName", json!("Ann")));
    assert_eq!(answer.status(200).at("/id"), ann);
    assert!(answer.must_have("content-type").starts_with("application/scim+json"), "{answer}");
    let answer = scim.patch(&format!("/Groups/{group}"), &replace("displayName", json!("crew")));
    answer.status(204).empty();
    assert_eq!(answer.header("content-type"), None, "a type without a body");
}

#[test]
fn a_head_request_is_a_get_without_its_body() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let (get, head) = (scim.get(&path), scim.request("HEAD", &path).send());
    assert_eq!(head.status(200).empty().must_have("etag"), get.must_have("etag"));
}

#[test]
fn members_that_come_and_go_in_one_patch_leave_the_group_as_it_was() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let group = scim.create_group("staff", &[&ann]);
    let path = format!("/Groups/{group}");
    let before = scim.get(&path).text();
    let one = |op: &str, id: &str| json!({"op": op, "path": "members", "value": [{"value": id}]});
    let clear = json!({"op": "remove", "path": "members"});
    for operations in [
        json!([one("add", &bob), one("remove", &bob)]),
        json!([one("remove", &ann), one("add", &ann)]),
        json!([clear, one("add", &ann)]),
        json!([one("add", &bob), one("replace", &ann)]),
        json!([one("add", &bob), one("remove", &bob), one("add", &bob), one("remove", &bob)]),
    ] {
        scim.patch(&path, &patch(operations.clone())).status(204);
        assert_eq!(scim.get(&path).text(), before, "{operations}");
    }
    let log = server.cli().ok(&["log", "list", "--tenant", "default", "--limit", "1"]);
    assert!(log.contains("Update group (no change) staff"), "{}", log);
    // What is left of several changes is written, once.
    scim.patch(
        &path,
        &patch(json!([one("add", &bob), one("remove", &ann), one("remove", &bob), one("add", &bob)])),
    );
    assert_eq!(scim.members(&group), [bob]);
    assert_eq!(scim.get(&path).must_have("etag"), "W/\"2\"");
    let log = server.cli().ok(&["log", "list", "--tenant", "default", "--limit", "1"]);
    assert!(log.contains("Add 1 member to and remove 1 member from group staff"), "{}", log);
}
