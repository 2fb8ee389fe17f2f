//! The demands of the setup guide, each by its number in `docs/requirements.md`.

use scimd_tests::{Server, add_members, block_rule, encode, group, patch, remove_member, replace, user};
use serde_json::{Value, json};

#[test]
fn b01_users_and_groups_are_created_changed_and_removed_over_scim() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let staff = scim.create_group("staff", &[&ann]);
    scim.patch(&format!("/Users/{ann}"), &replace("title", json!("Boss"))).status(200);
    assert_eq!(scim.get(&format!("/Users/{ann}")).status(200).at("/title"), "Boss");
    assert_eq!(scim.get(&format!("/Users/{ann}")).at("/groups/0/value"), staff);
    scim.delete(&format!("/Users/{ann}")).status(204).empty();
    scim.get(&format!("/Users/{ann}")).scim_error(404, None);
    assert!(scim.members(&staff).is_empty());
    scim.delete(&format!("/Groups/{staff}")).status(204).empty();
    assert_eq!(scim.get("/Groups").status(200).at("/totalResults"), "0");
}

#[test]
fn b02_a_create_answers_201_and_a_taken_name_409_with_the_holder() {
    let server = Server::start();
    let scim = server.client();
    let created = scim.post("/Users", &user("ann"));
    created.status(201);
    let id = created.at("/id");
    assert_eq!(created.must_have("location"), format!("{}/Users/{id}", server.base_url()));
    assert_eq!(created.must_have("location"), created.at("/meta/location"));
    assert_eq!(created.must_have("etag"), "W/\"1\"");
    let detail = scim.post("/Users", &user("ANN")).scim_error(409, Some("uniqueness"));
    assert!(detail.contains("userName") && detail.contains(&id), "{detail}");

    let staff = scim.post("/Groups", &group("staff", &[&id]));
    assert_eq!(staff.status(201).at("/members/0/value"), id);
    let detail = scim.post("/Groups", &group("Staff", &[])).scim_error(409, Some("uniqueness"));
    assert!(detail.contains("displayName") && detail.contains(&staff.at("/id")), "{detail}");
}

#[test]
fn b03_b04_b05_b06_b07_each_commit_is_enforced_on_the_very_next_check() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let block = scim.create_group("openai_block", &[]);
    server.cli().apply_policy("default", &block_rule("openai_block"));
    let key = server.cli().key("default", "ann");
    let allowed = server.check(&key);
    assert_eq!(allowed.status(200).empty().must_have("x-policy-action"), "ALLOW");
    assert_eq!(allowed.must_have("x-auth-user"), ann);

    // Joining the group blocks, leaving it allows.
    let (ann_uri, block_uri) = (format!("/Users/{ann}"), format!("/Groups/{block}"));
    for _ in 0..20 {
        scim.patch(&block_uri, &add_members(&[&ann])).status(204).empty();
        let blocked = server.check(&key);
        assert_eq!(blocked.gateway_error(403, "policy_block").must_have("x-policy-action"), "BLOCK");
        scim.patch(&block_uri, &remove_member(&ann)).status(204);
        server.check(&key).status(200);
    }

    // Deactivation, in Entra's words, is immediate; activation restores what nobody revoked.
    scim.patch(&block_uri, &add_members(&[&ann])).status(204);
    for _ in 0..20 {
        let off = patch(json!([{"op": "Replace", "path": "active", "value": "False"}]));
        assert_eq!(scim.patch(&ann_uri, &off).status(200).at("/active"), "false");
        server.check(&key).gateway_error(401, "invalid_api_key");
        let on = patch(json!([{"op": "Replace", "path": "active", "value": "True"}]));
        scim.patch(&ann_uri, &on).status(200);
        server.check(&key).gateway_error(403, "policy_block");
    }

    // The group's name is the identifier, byte for byte.
    let report = server.cli().run(&["policy", "show", "--tenant", "default"]);
    report.exit(0);
    server.cli().apply_policy("default", &block_rule("OpenAI_Block"));
    server.check(&key).status(200);
    scim.patch(&block_uri, &replace("displayName", json!("OpenAI_Block"))).status(204);
    server.check(&key).gateway_error(403, "policy_block");

    // Whoever is gone does not exist.
    scim.delete(&ann_uri).status(204);
    server.check(&key).gateway_error(401, "invalid_api_key");
    scim.create_user("ann");
    server.check(&key).gateway_error(401, "invalid_api_key");
}

#[test]
fn b03_every_way_to_deactivate_revokes_at_once() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let key = server.cli().key("default", "ann");
    let uri = format!("/Users/{ann}");
    let inactive: Value = {
        let mut body = user("ann");
        body["active"] = json!(false);
        body
    };
    let ways = [
        patch(json!([{"op": "replace", "path": "active", "value": false}])),
        patch(json!([{"op": "Replace", "path": "active", "value": "False"}])),
        patch(json!([{"op": "replace", "value": {"active": false}}])),
        patch(json!([{"op": "Add", "path": "active", "value": "false"}])),
        patch(
            json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
        ),
    ];
    for way in &ways {
        server.check(&key).status(200);
        scim.patch(&uri, way).status(200);
        server.check(&key).gateway_error(401, "invalid_api_key");
        scim.put(&uri, &user("ann")).status(200);
    }
    scim.put(&uri, &inactive).status(200);
    server.check(&key).gateway_error(401, "invalid_api_key");
}

#[test]
fn b06_a_rule_that_misses_by_case_matches_nothing_and_is_warned_about() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    scim.create_group("openai_block", &[&ann]);
    let key = server.cli().key("default", "ann");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, block_rule("OpenAI_Block").to_string().as_bytes()).unwrap();
    let applied =
        server.cli().run(&["policy", "apply", "--tenant", "default", file.path().to_str().unwrap()]);
    applied.exit(0).says("did you mean `openai_block`?");
    server.check(&key).status(200);
}

#[test]
fn b07_every_bad_key_gets_the_same_answer() {
    let server = Server::start();
    let scim = server.client();
    let (ann, bob) = (scim.create_user("ann"), scim.create_user("bob"));
    let (inactive, deleted) = (server.cli().key("default", "ann"), server.cli().key("default", "bob"));
    scim.create_user("cat");
    let revoked = server.cli().key("default", "cat");
    let list: Value =
        serde_json::from_str(&server.cli().ok(&["key", "list", "--tenant", "default", "--json"])).unwrap();
    let id = list[2]["id"].as_str().unwrap();
    server.cli().ok(&["key", "revoke", "--tenant", "default", id]);
    scim.patch(&format!("/Users/{ann}"), &replace("active", json!(false))).status(200);
    scim.delete(&format!("/Users/{bob}")).status(204);

    let answers: Vec<_> = [inactive.as_str(), &deleted, &revoked, "arb_live_unknown", "x", scim.token()]
        .iter()
        .map(|key| server.check(key))
        .chain([server.internal().get("/gateway/v1/check")])
        .collect();
    for answer in &answers {
        answer.gateway_error(401, "invalid_api_key");
        assert_eq!(answer.text(), answers[0].text());
        assert_eq!(answer.must_have("www-authenticate"), "Bearer");
        assert_eq!(answer.header("x-auth-user"), None);
    }
    server
        .cli()
        .run(&["key", "create", "--tenant", "default", "--user", "nobody"])
        .exit(5)
        .says("provisioned");
}

#[test]
fn b09_the_token_decides_the_tenant() {
    let server = Server::start();
    server.cli().tenant("acme");
    let (ours, theirs) = (server.client(), server.client_of("acme"));
    let ann = ours.create_user("ann");
    let staff = ours.create_group("staff", &[&ann]);
    let other_ann = theirs.create_user("ann");
    assert_ne!(ann, other_ann);
    for path in [format!("/Users/{ann}"), format!("/Groups/{staff}")] {
        theirs.get(&path).scim_error(404, None);
        theirs.patch(&path, &replace("displayName", json!("taken over"))).scim_error(404, None);
        theirs.delete(&path).scim_error(404, None);
        theirs.put(&path, &user("evil")).status(if path.starts_with("/Users") { 404 } else { 400 });
    }
    // A member of another tenant is an unknown member: skipped, and nothing of it shows.
    let club = theirs.create_group("club", &[&ann, &other_ann]);
    assert_eq!(theirs.members(&club), [other_ann]);
    for filter in [format!("id eq \"{ann}\""), format!("groups eq \"{staff}\"")] {
        assert_eq!(theirs.find("/Users", &filter).status(200).at("/totalResults"), "0");
    }
    assert_eq!(ours.get(&format!("/Users/{ann}")).status(200).at("/meta/version"), "W/\"1\"");
}

#[test]
fn b11_a_token_is_long_shown_once_and_stored_nowhere() {
    let server = Server::start();
    let token = server.cli().token("default");
    assert!(token.starts_with("scimd_") && token.len() == 66, "{}", token.len());
    server.client_with(&token).get("/Users").status(200);
    let list = server.cli().ok(&["token", "list", "--tenant", "default", "--json"]);
    let secret = &token[17..];
    assert!(!list.contains(secret) && list.contains(&token[6..16]), "{list}");
    for entry in std::fs::read_dir(server.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        if let Ok(bytes) = std::fs::read(&path) {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "the token is in {}", path.display());
        }
    }
    assert!(!server.log().text().contains(secret));

    let file = server.data_dir().join("entra.token");
    let out = file.to_str().unwrap();
    let finished = server.cli().run(&["token", "create", "--tenant", "default", "--out", out]);
    assert_eq!(finished.exit(0).stdout, "");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    server.client_with(std::fs::read_to_string(&file).unwrap().trim()).get("/Users").status(200);
    server.cli().run(&["token", "create", "--tenant", "default", "--out", out]).exit(1).says("cannot create");
}

#[test]
fn b12_test_connection_succeeds_and_fails_clearly() {
    let server = Server::start();
    let scim = server.client();
    let answer = scim.find("/Users", "userName eq \"3f2b\"");
    assert_eq!(answer.status(200).at("/totalResults"), "0");
    assert_eq!(answer.json()["Resources"], json!([]));

    let token = scim.token().to_owned();
    let bad = [&token[..30], &token[..65], &format!("{token}x"), "", "not-a-token"];
    let mut said = Vec::new();
    for bad in bad {
        let refused = scim.with_token(bad).get("/Users");
        said.push(refused.scim_error(401, None));
        assert!(refused.must_have("www-authenticate").starts_with("Bearer"));
    }
    scim.without_token().get("/Users").scim_error(401, None);
    assert!(said[..3].iter().all(|detail| *detail == said[0]), "the answer tells bad tokens apart: {said:?}");
    let accessor = &token[6..16];
    server
        .log()
        .wait_for("the truncated token", |line| line.contains(accessor) && line.contains("truncated"));

    server.cli().ok(&["token", "revoke", "--tenant", "default", accessor]);
    assert_eq!(scim.get("/Users").scim_error(401, None), said[0]);
    server.log().wait_for("the revoked token", |line| line.contains(accessor) && line.contains("revoked"));

    // A Tenant URL with a slash at its end.
    let scim = server.client();
    let detail = scim.get("//Users").scim_error(404, None);
    assert!(detail.contains("slash"), "{detail}");
    let list = ["log", "list", "--tenant", "default"];
    server.cli().until(&list, "the slash at the end", |log| log.contains("slash"));
}

#[test]
fn b15_an_attribute_outside_the_schema_is_named_and_nothing_is_stored() {
    let server = Server::start();
    let scim = server.client();
    let mut body = user("ann");
    body["favouriteColour"] = json!("red");
    body["departmnt"] = json!("Sales");
    body["title"] = json!(["a", "b"]);
    let detail = scim.post("/Users", &body).scim_error(400, Some("invalidValue"));
    for part in ["`favouriteColour`", "`departmnt`", "did you mean", "mapping", "`title` takes a string"] {
        assert!(detail.contains(part), "{part} is not in: {detail}");
    }
    assert_eq!(scim.get("/Users").at("/totalResults"), "0");

    let ann = scim.create_user("ann");
    let uri = format!("/Users/{ann}");
    let before = scim.get(&uri).text();
    let detail =
        scim.patch(&uri, &replace("favouriteColour", json!("red"))).scim_error(400, Some("invalidPath"));
    assert!(detail.contains("operation 1") && detail.contains("favouriteColour"), "{detail}");
    scim.patch(&uri, &replace("active", json!("perhaps"))).scim_error(400, Some("invalidValue"));
    assert_eq!(scim.get(&uri).text(), before);

    let list = ["log", "list", "--tenant", "default"];
    let log = server.cli().until(&list, "the refused PATCH", |log| log.contains("operation 1"));
    assert!(log.contains("favouriteColour") && !log.contains("red"), "{log}");
    server.cli().ok(&["tenant", "set", "default", "unknown_attributes=ignore"]);
    body["userName"] = json!("bob");
    body["title"] = json!("Boss");
    scim.post("/Users", &body).status(201);
}

#[test]
fn b16_a_user_is_found_by_any_attribute_entra_matches_by() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    for filter in [
        r#"userName eq "ANN""#,
        r#"externalId eq "ext-ann""#,
        r#"emails[type eq "work"].value eq "ann@contoso.test""#,
        r#"externalId eq "ext-ann" and active eq true"#,
        r#"name.familyName eq "family ann" and not (active eq false)"#,
        r#"emails[type eq "work" and value co "contoso"]"#,
        r#"displayName sw "user" or displayName eq "x""#,
    ] {
        let answer = scim.find("/Users", filter);
        assert_eq!(answer.status(200).at("/Resources/0/id"), ann, "{filter}");
    }
    scim.get(&format!("/Users?filter={}", encode("userName eq"))).scim_error(400, Some("invalidFilter"));
    scim.find("/Users", "departmnt eq \"x\"").scim_error(400, Some("invalidFilter"));
}

#[test]
fn b25_provisioning_can_be_switched_off_with_a_reason() {
    let server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    let key = server.cli().key("default", "ann");
    server.cli().ok(&["tenant", "set", "default", "provisioning=off"]);
    for refused in [scim.get("/Users"), scim.post("/Users", &user("bob")), scim.get("/ServiceProviderConfig")]
    {
        let detail = refused.scim_error(403, None);
        assert!(detail.contains("provisioning is switched off"), "{detail}");
    }
    server.check(&key).status(200);
    server.cli().ok(&["tenant", "set", "default", "provisioning=on"]);
    assert_eq!(scim.get("/Users").status(200).at("/totalResults"), "1");

    server.cli().ok(&["tenant", "disable", "default"]);
    scim.get("/Users").scim_error(403, None);
    server.check(&key).gateway_error(401, "invalid_api_key");
    server.cli().ok(&["tenant", "enable", "default"]);
    server.check(&key).status(200);
}

#[test]
fn b13_every_mapped_attribute_of_a_user_comes_back() {
    let server = Server::start();
    let scim = server.client();
    let id = scim.create_user("ann");
    let read = scim.get(&format!("/Users/{id}")).status(200).json();
    let sent = user("ann");
    for name in ["userName", "externalId", "active", "displayName", "name", "emails"] {
        assert_eq!(read[name], sent[name], "{name} in {read}");
    }
}

#[test]
fn b15_an_attribute_outside_the_schema_is_refused_by_name() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let path = format!("/Users/{ann}");
    let before = scim.get(&path);
    let mut body = user("bob");
    body["departmnt"] = json!("Sales");
    let mut own = user("ann");
    own["departmnt"] = json!("Sales");
    let set = replace("departmnt", json!("Sales"));
    let nested = replace("name.nickname", json!("A"));
    let pathless = patch(json!([{"op": "replace", "value": {"displayName": "new", "departmnt": "Sales"}}]));
    for (answer, name) in [
        (scim.post("/Users", &body), "departmnt"),
        (scim.put(&path, &own), "departmnt"),
        (scim.patch(&path, &set), "departmnt"),
        (scim.patch(&path, &pathless), "departmnt"),
        (scim.patch(&path, &nested), "nickname"),
    ] {
        assert_eq!(answer.code(), 400, "{answer}");
        let scim_type = answer.at("/scimType");
        assert!(["invalidValue", "invalidPath", "invalidSyntax"].contains(&scim_type.as_str()), "{answer}");
        let detail = answer.scim_error(400, Some(&scim_type));
        assert!(detail.contains(name), "the detail does not name `{name}`: {detail}");
        let advice = detail.to_lowercase();
        assert!(
            advice.contains("mapping") || advice.contains("remove") || advice.contains("did you mean"),
            "the detail names no remedy: {detail}"
        );
    }
    let after = scim.get(&path);
    assert_eq!(after.text(), before.text(), "a refused request changed the user");
    assert_eq!(scim.get("/Users").json()["totalResults"], 1);
}

#[test]
fn b15_a_value_of_the_wrong_type_is_refused_by_name() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let before = scim.get(&path).text();
    for (attribute, value) in [
        ("active", json!("maybe")),
        ("active", json!(7)),
        ("displayName", json!({"a": 1})),
        ("emails", json!(true)),
        ("name", json!("Ann")),
    ] {
        let mut body = user("bob");
        body[attribute] = value.clone();
        for answer in [scim.post("/Users", &body), scim.patch(&path, &replace(attribute, value.clone()))] {
            let detail = answer.scim_error(400, Some("invalidValue"));
            assert!(detail.contains(attribute), "{attribute} = {value}: {detail}");
        }
    }
    assert_eq!(scim.get(&path).text(), before, "a refused request changed the user");
    assert_eq!(scim.get("/Users").json()["totalResults"], 1);
}
