//! Organisations that share one address never see each other.

use scimd_tests::{Client, Server, add_members, block_rule, encode, group, replace, user};
use serde_json::json;

/// Two tenants with a token each.
fn two() -> (Server, Client, Client) {
    let server = Server::start();
    server.cli().tenant("acme");
    server.cli().tenant("globex");
    let (acme, globex) = (server.client_of("acme"), server.client_of("globex"));
    (server, acme, globex)
}

#[test]
fn the_ids_of_another_tenant_do_not_exist() {
    let (_server, acme, globex) = two();
    let ann = acme.create_user("ann");
    let staff = acme.create_group("staff", &[&ann]);
    let before = (acme.get(&format!("/Users/{ann}")).text(), acme.get(&format!("/Groups/{staff}")).text());
    for (path, whole) in
        [(format!("/Users/{ann}"), user("eve")), (format!("/Groups/{staff}"), group("evil", &[]))]
    {
        let there = globex.get(&path).scim_error(404, None);
        globex.put(&path, &whole).scim_error(404, None);
        globex.patch(&path, &replace("displayName", json!("mine"))).scim_error(404, None);
        globex.delete(&path).scim_error(404, None);
        // What is answered about another tenant's id is what is answered about no id at all.
        let nowhere = path.replace(|c: char| c.is_ascii_digit(), "7");
        let nothing = globex.get(&nowhere).scim_error(404, None);
        let id = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        assert_eq!(there.replace(&id(&path), "ID"), nothing.replace(&id(&nowhere), "ID"));
    }
    let after = (acme.get(&format!("/Users/{ann}")).text(), acme.get(&format!("/Groups/{staff}")).text());
    assert_eq!(before, after);
}

#[test]
fn the_same_names_are_free_in_every_tenant() {
    let (_server, acme, globex) = two();
    acme.post("/Users", &user("ann")).status(201);
    globex.post("/Users", &user("ann")).status(201);
    acme.post("/Groups", &group("staff", &[])).status(201);
    globex.post("/Groups", &group("staff", &[])).status(201);
}

#[test]
fn filters_and_lists_stay_inside_the_tenant() {
    let (_server, acme, globex) = two();
    let ann = acme.create_user("ann");
    let staff = acme.create_group("staff", &[&ann]);
    let empty = |path: String| {
        let answer = globex.get(&path);
        assert_eq!(answer.status(200).json()["totalResults"], 0, "{answer}");
    };
    for endpoint in ["/Users", "/Groups"] {
        empty(endpoint.to_owned());
        for filter in [format!(r#"id eq "{ann}""#), format!(r#"id eq "{staff}""#), "id pr".to_owned()] {
            empty(format!("{endpoint}?filter={}", encode(&filter)));
        }
    }
    empty(format!("/Users?filter={}", encode(&format!(r#"groups.value eq "{staff}""#))));
    empty(format!("/Groups?filter={}", encode(&format!(r#"members.value eq "{ann}""#))));
}

#[test]
fn a_member_of_another_tenant_is_an_unknown_member() {
    let (server, acme, globex) = two();
    let ann = acme.create_user("ann");
    let bob = globex.create_user("bob");
    let group = globex.create_group("staff", &[&ann, &bob]);
    assert_eq!(globex.members(&group), [bob.as_str()]);
    globex.patch(&format!("/Groups/{group}"), &add_members(&[&ann])).status(204);
    assert_eq!(globex.members(&group), [bob.as_str()]);
    server.cli().ok(&["tenant", "set", "globex", "unknown_members=reject"]);
    let detail = globex
        .patch(&format!("/Groups/{group}"), &add_members(&[&ann]))
        .scim_error(400, Some("invalidValue"));
    assert!(detail.contains(&ann), "{detail}");
    assert_eq!(globex.members(&group), [bob]);
}

#[test]
fn policies_and_keys_of_one_tenant_leave_the_other_alone() {
    let (server, acme, globex) = two();
    let (ann, bob) = (acme.create_user("ann"), globex.create_user("ann"));
    acme.create_group("openai_block", &[&ann]);
    globex.create_group("openai_block", &[&bob]);
    let (first, second) = (server.cli().key("acme", "ann"), server.cli().key("globex", "ann"));
    server.cli().apply_policy("acme", &block_rule("openai_block"));
    server.check(&first).gateway_error(403, "policy_block");
    server.check(&second).status(200);
    acme.delete(&format!("/Users/{ann}")).status(204);
    server.check(&first).gateway_error(401, "invalid_api_key");
    server.check(&second).status(200);
}

#[test]
fn a_disabled_tenant_is_shut_for_scim_and_for_the_gateway_and_nobody_else() {
    let (server, acme, globex) = two();
    acme.create_user("ann");
    globex.create_user("ann");
    let (first, second) = (server.cli().key("acme", "ann"), server.cli().key("globex", "ann"));
    server.cli().ok(&["tenant", "disable", "acme"]);
    let detail = acme.get("/Users").scim_error(403, None);
    assert!(detail.contains("suspended") || detail.contains("disabled"), "{detail}");
    server.check(&first).gateway_error(401, "invalid_api_key");
    globex.get("/Users").status(200);
    server.check(&second).status(200);
    server.cli().ok(&["tenant", "enable", "acme"]);
    acme.get("/Users").status(200);
    server.check(&first).status(200);
}

#[test]
fn settings_belong_to_one_tenant() {
    let (server, acme, globex) = two();
    server.cli().ok(&["tenant", "set", "acme", "unknown_attributes=ignore"]);
    let mut body = user("ann");
    body["departmnt"] = json!("Sales");
    acme.post("/Users", &body).status(201);
    assert_eq!(globex.post("/Users", &body).code(), 400);
    server.cli().ok(&["tenant", "set", "acme", "provisioning=off"]);
    acme.get("/Users").scim_error(403, None);
    globex.get("/Users").status(200);
}

#[test]
fn the_profile_decides_where_entra_and_the_rfc_differ() {
    let server = Server::start();
    server.cli().ok(&["tenant", "create", "strict", "--profile", "rfc7644"]);
    let change = replace(r#"emails[type eq "home"].value"#, json!("ann@home.test"));
    for (tenant, status) in [("default", 200), ("strict", 400)] {
        let scim = server.client_of(tenant);
        let answer = scim.patch(&format!("/Users/{}", scim.create_user("ann")), &change);
        assert_eq!(answer.code(), status, "{tenant}: {answer}");
        if status == 400 {
            answer.scim_error(400, Some("noTarget"));
        }
    }
}
