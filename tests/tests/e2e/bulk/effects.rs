//! What else a bulk does: settings, tenants, the log, decisions, and a second try.

use super::{count, delete, failed, made, message, on, post, send, statuses};
use scimd_tests::{Server, add_members, block_rule, group, replace, user};
use serde_json::{Value, json};

#[test]
fn what_a_tenant_demands_is_demanded_of_each_operation() {
    let server = Server::start();
    let scim = server.client();
    server.cli().ok(&[
        "tenant",
        "set",
        "default",
        "required_attributes=entra-guide",
        "unknown_members=reject",
    ]);
    let mut bare = user("bob");
    bare.as_object_mut().unwrap().remove("emails");
    let answered = send(
        &scim,
        json!([
            post("/Users", "ann", user("ann")),
            post("/Users", "bob", bare),
            post("/Groups", "crew", group("crew", &["bulkId:ann"])),
            post("/Groups", "other", group("other", &["nobody"])),
            on("PATCH", "/Groups/bulkId:crew", add_members(&["nobody"])),
        ]),
    );
    assert_eq!(statuses(&answered), ["201", "400", "201", "400", "400"]);
    assert!(failed(&answered[1], 400, Some("invalidValue")).contains("emails"));
    for refused in &answered[3..] {
        assert!(failed(refused, 400, Some("invalidValue")).contains("nobody"));
    }
    assert_eq!((count(&scim, "/Users"), count(&scim, "/Groups")), (1, 1));
}

#[test]
fn a_bulk_stays_inside_its_tenant() {
    let server = Server::start();
    server.cli().tenant("acme");
    let (scim, acme) = (server.client(), server.client_of("acme"));
    let (theirs, crew) = (acme.create_user("ann"), acme.create_group("crew", &[]));
    let before = (acme.get(&format!("/Users/{theirs}")).text(), acme.get(&format!("/Groups/{crew}")).text());
    let answered = send(
        &scim,
        json!([
            on("PATCH", &format!("/Users/{theirs}"), replace("title", json!("x"))),
            on("PUT", &format!("/Users/{theirs}"), user("ann")),
            delete(&format!("/Groups/{crew}")),
            post("/Users", "ann", user("ann")),
            post("/Groups", "crew", group("crew", &["bulkId:ann", &theirs])),
        ]),
    );
    for foreign in &answered[..3] {
        failed(foreign, 404, None);
    }
    let (own, group) = (made(&scim, &answered[3]), made(&scim, &answered[4]));
    assert_eq!(scim.members(&group), [own]);
    let after = (acme.get(&format!("/Users/{theirs}")).text(), acme.get(&format!("/Groups/{crew}")).text());
    assert_eq!(after, before);
}

#[test]
fn each_operation_is_a_line_of_the_log_and_all_are_of_one_request() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let answer = scim.post(
        "/Bulk",
        &message(json!([
            post("/Users", "bob", user("bob")),
            on("PATCH", &format!("/Users/{ann}"), replace("active", json!(false))),
            post("/Users", "again", user("BOB")),
            post("/Groups", "crew", group("crew", &["bulkId:bob"])),
            delete("/Users/nobody"),
        ])),
    );
    assert_eq!(statuses(&super::done(&answer)), ["201", "200", "409", "201", "404"]);
    let request = answer.must_have("x-request-id");
    let list = ["log", "list", "--tenant", "default", "--json"];
    let of_request = |log: &str| -> Vec<Value> {
        let lines: Value = serde_json::from_str(log).unwrap();
        let lines = lines.as_array().unwrap_or_else(|| panic!("no list: {log}")).clone();
        lines.into_iter().filter(|line| line["request_id"] == request).collect()
    };
    let log = server.cli().until(&list, "five lines of the request", |log| of_request(log).len() >= 5);
    let mut lines: Vec<(String, u64, String)> = of_request(&log)
        .iter()
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            (text("action"), line["status"].as_u64().unwrap(), text("target"))
        })
        .collect();
    lines.sort_unstable();
    let expected = [
        ("Create group", 201, "crew"),
        ("Create user", 201, "bob"),
        ("Create user", 409, "BOB"),
        ("Deactivate user", 200, "ann"),
        ("Delete user", 404, ""),
    ];
    assert_eq!(
        lines,
        expected.map(|(action, status, target)| (action.to_owned(), status, target.to_owned()))
    );
}

#[test]
fn a_bulk_is_enforced_before_it_is_answered() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let keys = ["ann", "bob"].map(|name| server.cli().key("default", name));
    server.cli().apply_policy("default", &block_rule("openai_block"));
    keys.iter().for_each(|key| _ = server.check(key).status(200));
    let answered = send(
        &scim,
        json!([
            on("PATCH", &format!("/Users/{ann}"), replace("active", json!(false))),
            post("/Groups", "block", group("openai_block", &[&bob])),
        ]),
    );
    assert_eq!(statuses(&answered), ["200", "201"]);
    server.check(&keys[0]).gateway_error(401, "invalid_api_key");
    assert_eq!(server.check(&keys[1]).code(), 403);
}

#[test]
fn a_bulk_that_is_repeated_leaves_what_is_there() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let body = message(json!([
        post("/Users", "bob", user("bob")),
        post("/Groups", "crew", group("crew", &["bulkId:bob"])),
        on("PATCH", &format!("/Users/{ann}"), replace("title", json!("Boss"))),
        on("PUT", &format!("/Users/{ann}"), user("ann")),
    ]));
    let first = super::done(&scim.post("/Bulk", &body));
    assert_eq!(statuses(&first), ["201", "201", "200", "200"]);
    let (bob, crew) = (made(&scim, &first[0]), made(&scim, &first[1]));
    let state =
        |scim: &scimd_tests::Client| [scim.get("/Users").resources(), scim.get("/Groups").resources()];
    let untouched = |list: [Vec<Value>; 2]| list[0].iter().find(|user| user["id"] == bob.as_str()).cloned();
    let before = (untouched(state(&scim)), scim.get("/Groups").text());
    let second = super::done(&scim.post("/Bulk", &body));
    assert_eq!(statuses(&second), ["409", "409", "200", "200"]);
    assert!(failed(&second[0], 409, Some("uniqueness")).contains(&bob));
    // The group refers to a user who was not created now.
    assert!(failed(&second[1], 409, None).contains("bob"));
    assert_eq!((untouched(state(&scim)), scim.get("/Groups").text()), before);
    assert_eq!(scim.members(&crew), [bob]);
    assert_eq!(scim.get(&format!("/Users/{ann}")).json().get("title"), None);
}
