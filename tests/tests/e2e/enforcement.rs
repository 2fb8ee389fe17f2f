//! What must never open a lock by mistake.

use scimd_tests::{Connection, Server, block_rule, patch, replace, user};
use serde_json::{Value, json};

/// A server where Ann is blocked by her group, and her key.
fn blocked() -> (Server, scimd_tests::Client, String, String, String) {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let group = scim.create_group("openai_block", &[&ann]);
    server.cli().apply_policy("default", &block_rule("openai_block"));
    let key = server.cli().key("default", "ann");
    server.check(&key).gateway_error(403, "policy_block");
    (server, scim, format!("/Users/{ann}"), format!("/Groups/{group}"), key)
}

#[test]
fn to_take_active_away_lets_nobody_in() {
    let (server, scim, ann, _, key_of_ann) = blocked();
    scim.patch(&ann, &replace("active", json!(false))).status(200);
    let patches = [
        replace("active", json!("")),
        replace("active", Value::Null),
        replace("active", json!([])),
        patch(json!([{"op": "replace", "value": {"active": null}}])),
        patch(json!([{"op": "remove", "path": "active"}])),
        patch(json!([{"op": "Remove", "path": "active", "value": "False"}])),
    ];
    for attempt in &patches {
        assert_eq!(scim.patch(&ann, attempt).status(200).at("/active"), "false", "{attempt}");
        server.check(&key_of_ann).gateway_error(401, "invalid_api_key");
    }
    let spelled = |key: &str, active: Value| {
        let mut body = user("ann");
        let attributes = body.as_object_mut().unwrap();
        attributes.remove("active");
        attributes.insert(key.to_owned(), active);
        body
    };
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User:active";
    for key in ["active", "ACTIVE", urn] {
        for active in [Value::Null, json!(""), json!([]), json!([""])] {
            let answer = scim.put(&ann, &spelled(key, active.clone()));
            assert_eq!(answer.status(200).at("/active"), "false", "{key}: {active}");
            server.check(&key_of_ann).gateway_error(401, "invalid_api_key");
        }
    }
    let answer = scim.find("/Users", "active eq false and userName sw \"a\"");
    assert_eq!(answer.status(200).at("/totalResults"), "1");
    scim.put(&ann, &spelled("active", json!(true))).status(200);
    server.check(&key_of_ann).gateway_error(403, "policy_block");
}

#[test]
fn no_slip_of_a_client_empties_a_group() {
    let (server, scim, _, group, key) = blocked();
    let whole = |members: Value| {
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "openai_block",
            "members": members})
    };
    let stranger = "0199a5b2-6c1e-7d3f-8a4b-5c6d7e8f9a0b";
    for members in [
        json!([{"display": "x"}]),
        json!([{"value": ""}]),
        json!([null]),
        json!([{}]),
        json!({}),
        json!(""),
        json!([{"value": stranger}]),
    ] {
        scim.put(&group, &whole(members.clone())).scim_error(400, Some("invalidValue"));
        let mut flattened = whole(Value::Null);
        flattened["urn:ietf:params:scim:schemas:core:2.0:Group:members"] = members.clone();
        scim.put(&group, &flattened).scim_error(400, Some("invalidValue"));
        scim.patch(&group, &replace("members", members)).scim_error(400, Some("invalidValue"));
        server.check(&key).gateway_error(403, "policy_block");
    }
    for value in [Value::Null, json!([])] {
        scim.patch(&group, &patch(json!([{"op": "Remove", "path": "members", "value": value}]))).status(204);
        server.check(&key).gateway_error(403, "policy_block");
    }
    // Whoever says it plainly is understood.
    scim.patch(&group, &patch(json!([{"op": "remove", "path": "members"}]))).status(204);
    server.check(&key).status(200);
}

#[test]
fn what_is_revoked_ends_requests_that_are_still_arriving() {
    let server = Server::start();
    let ends = [
        (&["token", "revoke", "--tenant", "default"][..], 401),
        (&["tenant", "set", "default", "provisioning=off"], 403),
        (&["tenant", "disable", "default"], 403),
    ];
    for (n, (command, status)) in ends.into_iter().enumerate() {
        server.cli().ok(&["tenant", "set", "default", "provisioning=on"]);
        let scim = server.client();
        let body = user(&format!("user-{n}")).to_string();
        let request = scim.request("POST", "/Users").raw("").header("Expect", "100-continue");
        let mut connection = Connection::open(scim.address()).unwrap();
        connection.send(&request.head(Some(body.len()))).unwrap();
        assert_eq!(connection.interim().unwrap(), 100);
        let accessor = &scim.token()[6..16];
        let mut command = command.to_vec();
        if command[0] == "token" {
            command.push(accessor);
        }
        server.cli().ok(&command);
        connection.send(body.as_bytes()).unwrap();
        connection.answer("POST /Users").unwrap().scim_error(status, None);
    }
    server.cli().ok(&["tenant", "set", "default", "provisioning=on"]);
    server.cli().ok(&["tenant", "enable", "default"]);
    assert_eq!(server.client().get("/Users").status(200).at("/totalResults"), "0");
}

#[test]
fn slow_lists_of_one_tenant_do_not_hold_up_a_deactivation_in_another() {
    let server = Server::start();
    server.cli().tenant("noisy");
    let noisy = server.client_of("noisy");
    let emails: Vec<Value> =
        (0..2000).map(|n| json!({"type": "work", "value": format!("a{n}@x.test")})).collect();
    for n in 0..8 {
        let mut body = user(&format!("user-{n}"));
        body["emails"] = json!(emails);
        noisy.post("/Users", &body).status(201);
    }
    let scim = server.client();
    let ann = scim.create_user("ann");
    let filter = vec!["emails.value co \"zz\""; 120].join(" or ");
    std::thread::scope(|scope| {
        let lists: Vec<_> = (0..16).map(|_| scope.spawn(|| noisy.find("/Users", &filter).code())).collect();
        for n in 0..10 {
            scim.patch(&format!("/Users/{ann}"), &replace("active", json!(n % 2 == 1))).status(200);
            scim.get(&format!("/Users/{ann}")).status(200);
        }
        for list in lists {
            let code = list.join().unwrap();
            assert!(matches!(code, 200 | 400 | 503), "{code}");
        }
    });
}

#[test]
fn a_group_is_not_emptied_by_two_operations_that_mean_to_fill_it() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let group = scim.create_group("openai_block", &[&ann]);
    let path = format!("/Groups/{group}");
    let add = |id: &str| json!({"op": "add", "path": "members", "value": [{"value": id}]});
    for first in [
        json!({"op": "remove", "path": "members"}),
        json!({"op": "replace", "path": "members", "value": []}),
        json!({"op": "replace", "path": "members", "value": [{"value": "unknown"}]}),
    ] {
        let slip = patch(json!([first.clone(), add("unknown"), add("also unknown")]));
        scim.patch(&path, &slip).scim_error(400, Some("invalidValue"));
        assert_eq!(scim.members(&group), std::slice::from_ref(&ann));
        scim.patch(&path, &patch(json!([first, add("unknown"), add(&bob)]))).status(204);
        assert_eq!(scim.members(&group), std::slice::from_ref(&bob));
        scim.patch(&path, &patch(json!([{"op": "replace", "path": "members", "value": [{"value": ann}]}])))
            .status(204);
    }
    // Whoever says so empties it.
    scim.patch(&path, &patch(json!([add(&bob), {"op": "remove", "path": "members"}]))).status(204);
    assert!(scim.members(&group).is_empty());
}
