//! What the gateway is told, beyond the stories of the demands.

use scimd_tests::{
    Answer, Client, Server, add_members, block_rule, encode, group, patch, remove_member, replace, user,
};
use serde_json::json;

/// A server with Ann, her API key and the rule that blocks `openai_block`.
struct Gateway {
    server: Server,
    scim: Client,
    ann: String,
    key: String,
}

impl Gateway {
    fn start() -> Self {
        let server = Server::start();
        let scim = server.client();
        let ann = scim.create_user("ann");
        let key = server.cli().key("default", "ann");
        server.cli().apply_policy("default", &block_rule("openai_block"));
        Self { server, scim, ann, key }
    }

    fn check(&self) -> Answer {
        self.server.check(&self.key)
    }

    fn allowed(&self) {
        self.check().status(200).empty();
    }

    fn blocked(&self) {
        let answer = self.check();
        answer.gateway_error(403, "policy_block");
        assert_eq!(answer.must_have("x-policy-action"), "BLOCK");
    }
}

#[track_caller]
fn invalid_api_key(answer: &Answer) {
    answer.gateway_error(401, "invalid_api_key");
    assert_eq!(answer.at("/error/type"), "invalid_request_error");
    assert!(answer.must_have("www-authenticate").starts_with("Bearer"), "{answer}");
}

#[test]
fn b04_many_deactivations_at_once_are_each_in_force_with_their_answer() {
    let server = Server::start();
    let scim = server.client();
    let people: Vec<(String, String)> = (0..16)
        .map(|i| {
            let name = format!("u{i}");
            (scim.create_user(&name), server.cli().key("default", &name))
        })
        .collect();
    std::thread::scope(|scope| {
        for (id, key) in &people {
            let (server, scim) = (&server, &scim);
            scope.spawn(move || {
                for _ in 0..5 {
                    scim.patch(&format!("/Users/{id}"), &replace("active", json!(false))).status(200);
                    invalid_api_key(&server.check(key));
                    scim.patch(&format!("/Users/{id}"), &replace("active", json!(true))).status(200);
                    server.check(key).status(200);
                }
            });
        }
    });
}

#[test]
fn b05_membership_decides_the_very_next_check() {
    let gateway = Gateway::start();
    let made = gateway.scim.create_group("openai_block", &[&gateway.ann]);
    let path = format!("/Groups/{made}");
    gateway.blocked();
    gateway.scim.patch(&path, &remove_member(&gateway.ann)).status(204);
    gateway.allowed();
    for add in [
        add_members(&[&gateway.ann]),
        patch(json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": gateway.ann}]}])),
        patch(json!([{"op": "replace", "path": "members", "value": [{"value": gateway.ann}]}])),
        patch(json!([{"op": "add", "value": {"members": [{"value": gateway.ann}]}}])),
    ] {
        gateway.scim.patch(&path, &add).status(204);
        gateway.blocked();
        let filter = format!(r#"members[value eq "{}"]"#, gateway.ann);
        gateway.scim.patch(&path, &patch(json!([{"op": "remove", "path": filter}]))).status(204);
        gateway.allowed();
    }
    gateway.scim.put(&path, &group("openai_block", &[&gateway.ann])).status(200);
    gateway.blocked();
    gateway.scim.delete(&path).status(204);
    gateway.allowed();
}

#[test]
fn b05_a_check_names_the_user_the_groups_and_a_revision_that_moves() {
    let gateway = Gateway::start();
    let before = gateway.check();
    assert_eq!(before.must_have("x-auth-user"), gateway.ann);
    assert_eq!(before.must_have("x-auth-user-name"), "ann");
    assert_eq!(before.must_have("x-policy-action"), "ALLOW");
    assert_eq!(before.must_have("x-auth-groups"), "");
    assert_eq!(before.must_have("cache-control"), "no-store");
    for name in
        ["x-policy-rule", "x-policy-route", "x-auth-tenant", "x-auth-key-id", "x-auth-groups-truncated"]
    {
        before.must_have(name);
    }
    let revision = before.must_have("x-directory-revision").to_owned();
    gateway.scim.create_group("openai_block", &[&gateway.ann]);
    let after = gateway.check();
    assert_eq!(after.status(403).must_have("x-auth-groups"), "openai_block");
    assert_eq!(after.must_have("x-policy-rule"), encode("No OpenAI"));
    assert_ne!(after.must_have("x-directory-revision"), revision);
}

#[test]
fn b05_the_check_takes_either_header_any_method_and_any_path_below_it() {
    let gateway = Gateway::start();
    let internal = gateway.server.internal();
    for path in ["/gateway/v1/check", "/gateway/v1/check/v1/chat/completions"] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            internal.request(method, path).header("X-API-Key", &gateway.key).send().status(200);
        }
    }
    let both = internal.request("GET", "/gateway/v1/check").header("X-API-Key", &gateway.key);
    both.clone().header("Authorization", &format!("Bearer {}", gateway.key)).send().status(200);
    invalid_api_key(&both.header("Authorization", "Bearer arb_live_other").send());
}

#[test]
fn b07_an_api_key_never_opens_scim() {
    let gateway = Gateway::start();
    gateway.scim.with_token(&gateway.key).get("/Users").scim_error(401, None);
}

#[test]
fn b25_provisioning_off_is_refused_with_the_reason_and_decisions_go_on() {
    let gateway = Gateway::start();
    let made = gateway.scim.create_group("openai_block", &[&gateway.ann]);
    let cli = gateway.server.cli();
    cli.ok(&["tenant", "set", "default", "provisioning=off"]);
    let ann = format!("/Users/{}", gateway.ann);
    for answer in [
        gateway.scim.get("/Users"),
        gateway.scim.get("/ServiceProviderConfig"),
        gateway.scim.post("/Users", &user("bob")),
        gateway.scim.patch(&ann, &replace("active", json!(false))),
        gateway.scim.delete(&format!("/Groups/{made}")),
    ] {
        let detail = answer.scim_error(403, None);
        assert!(detail.contains("provisioning") && detail.contains("off"), "{detail}");
    }
    gateway.blocked();
    cli.ok(&["tenant", "set", "default", "provisioning=on"]);
    assert_eq!(gateway.scim.get(&ann).status(200).at("/active"), "true");
    gateway.scim.get("/Users").status(200);
    gateway.blocked();
}
