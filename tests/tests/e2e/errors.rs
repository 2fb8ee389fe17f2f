//! Bad input: one error shape, a detail that helps, and nothing lost.

use scimd_tests::{Client, Server, add_members, encode, group, patch, replace, user};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// An id that no resource has.
const NOBODY: &str = "0199a5b2-6c1e-7d3f-8a4b-5c6d7e8f9a0b";

#[test]
fn every_refusal_has_the_one_error_shape() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let uri = format!("/Users/{ann}");
    let raw = |body: &str| scim.request("POST", "/Users").raw(body).send();

    raw("{\"userName\": ").scim_error(400, Some("invalidSyntax"));
    raw("").scim_error(400, Some("invalidSyntax"));
    raw("[]").scim_error(400, Some("invalidSyntax"));
    raw(r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a","USERNAME":"b"}"#)
        .scim_error(400, Some("invalidSyntax"));
    raw(r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#)
        .scim_error(400, Some("invalidValue"));
    raw(r#"{"userName":"a"}"#).scim_error(400, Some("invalidValue"));
    raw(r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a\u0000b"}"#)
        .scim_error(400, Some("invalidValue"));
    scim.get("/Nothing").scim_error(404, None);
    scim.get("/Users/no-id").scim_error(404, None);
    server.public().get("/").scim_error(404, None);
    let refused = scim.delete("/Users");
    refused.scim_error(405, None);
    assert!(refused.must_have("allow").contains("POST"));
    scim.request("POST", "/Users")
        .json(&user("x"))
        .header("Content-Type", "text/plain")
        .send()
        .scim_error(415, None);
    scim.request("POST", "/Users")
        .json(&user("x"))
        .header("Content-Encoding", "gzip")
        .send()
        .scim_error(415, None);
    scim.get("/Me").scim_error(501, None);
    scim.post("/Users/.search", &json!({})).scim_error(400, Some("invalidSyntax"));
    scim.request("HEAD", "/Schemas").send().status(200).empty();
    scim.get("/users").scim_error(404, None);
    assert!(server.public().get("//scim/v2/Users").scim_error(404, None).contains("slash"));
    scim.get("/Users?startIndex=x").scim_error(400, Some("invalidValue"));
    scim.get("/Users?attributes=id&excludedAttributes=name").scim_error(400, Some("invalidValue"));
    scim.get("/Schemas?filter=id%20pr").scim_error(403, None);
    scim.patch(&uri, &json!({"Operations": [{"op": "add", "path": "title", "value": "x"}]}))
        .scim_error(400, Some("invalidSyntax"));
    scim.patch(&uri, &patch(json!([{"op": "remove"}]))).scim_error(400, Some("noTarget"));
    scim.patch(&uri, &replace("id", json!("x"))).scim_error(400, Some("mutability"));
    scim.patch(&uri, &replace("emails[type eq", json!("x"))).status(400);
    assert_eq!(scim.get(&uri).status(200).at("/meta/version"), "W/\"1\"");
}

#[test]
fn no_header_but_one_good_bearer_token_opens_anything() {
    let server = Server::start();
    let scim = server.client();
    let token = scim.token().to_owned();
    let with = |value: &str| scim.request("GET", "/Users").header("Authorization", value).send();
    for bad in
        ["Bearer", "Bearer ", &token, &format!("Basic {token}"), &format!("Bearer  {token}"), "Bearer null"]
    {
        with(bad).scim_error(401, None);
    }
    with(&format!("Bearer {token}, Bearer {token}")).scim_error(401, None);
    let twice = scim.request("GET", "/Users").also("Authorization", &format!("Bearer {token}"));
    twice.send().scim_error(401, None);
    let query = scim.without_token().get(&format!("/Users?access_token={token}"));
    query.scim_error(401, None);
    for path in ["/%55sers", "//Users", "/./Users", "/Users/../Users", "/Users%2f", "/Users;x=1", "/users"] {
        let answer = scim.without_token().get(path);
        assert!(matches!(answer.code(), 401 | 404 | 400), "{answer}");
    }
    assert!(!server.log().text().contains(&token[17..]));
}

#[test]
fn versions_are_compared_where_the_client_asks_for_it() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let uri = format!("/Users/{ann}");
    let send = |method: &str, name: &str, tag: &str| {
        let request = scim.request(method, &uri).header(name, tag);
        if method == "PATCH" { request.json(&replace("title", json!(tag))).send() } else { request.send() }
    };
    send("GET", "If-None-Match", "W/\"1\"").status(304).empty();
    send("GET", "If-None-Match", "W/\"7\"").status(200);
    send("PATCH", "If-Match", "W/\"7\"").scim_error(412, None);
    assert_eq!(send("PATCH", "If-Match", "W/\"1\"").status(200).must_have("etag"), "W/\"2\"");
    send("DELETE", "If-Match", "W/\"1\"").scim_error(412, None);
    send("HEAD", "If-None-Match", "W/\"9\"").status(200).empty();
    let two_lines = scim.request("DELETE", &uri).header("If-Match", "W/\"7\"").also("If-Match", "W/\"2\"");
    two_lines.send().status(204);
    let bob = scim.create_user("bob");
    scim.request("DELETE", &format!("/Users/{bob}")).header("If-Match", "*").send().status(204);
}

#[test]
fn what_changes_nothing_makes_no_version_and_members_are_idempotent() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let group = scim.create_group("staff", &[&ann]);
    let uri = format!("/Groups/{group}");
    let answer = scim.patch(&uri, &add_members(&[&ann]));
    assert_eq!(answer.status(204).must_have("etag"), "W/\"1\"");
    scim.put(&format!("/Users/{ann}"), &user("ann")).status(200);
    assert_eq!(scim.get(&format!("/Users/{ann}")).at("/meta/version"), "W/\"1\"");
    scim.put(
        &uri,
        &json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "staff",
        "members": [{"display": "nobody"}]}),
    )
    .scim_error(400, Some("invalidValue"));
    assert_eq!(scim.members(&group), [ann]);
}

#[test]
fn every_answer_and_its_log_line_have_the_same_request_id() {
    let server = Server::start();
    let scim = server.client();
    let asked =
        [scim.get("/Users"), scim.get("/Users/x"), scim.without_token().get("/Users"), server.check("x")];
    for answer in &asked {
        let id = answer.must_have("x-request-id").to_owned();
        server.log().wait_for("the line of a request", |line| line.contains(&id));
    }
    // What a client sends as an id is not taken over.
    let answer = scim.request("GET", "/Users").header("X-Request-Id", "mine").send();
    assert_ne!(answer.must_have("x-request-id"), "mine");
}

#[test]
fn text_logs_hold_no_values() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("canary-user");
    scim.find("/Users", "userName eq \"canary-user\"").status(200);
    scim.patch(&format!("/Users/{ann}"), &replace("title", json!("canary-title"))).status(200);
    scim.patch(&format!("/Users/{ann}"), &replace("favouriteColour", json!("canary-red"))).status(400);
    scim.request("POST", "/Users").raw("{\"canary\": ").send().status(400);
    let last = scim.get("/Users").must_have("x-request-id").to_owned();
    server.log().wait_for("the last request", |line| line.contains(&last));
    assert!(!server.log().text().contains("canary"), "{}", server.log().text());
}

/// What a tenant holds, to compare before and after.
fn all(scim: &Client) -> (Value, Value) {
    (scim.get("/Users").status(200).json(), scim.get("/Groups").status(200).json())
}

#[test]
fn bodies_that_are_no_json_object_are_invalid_syntax_and_change_nothing() {
    let server = Server::start();
    let scim = server.client();
    let ann = format!("/Users/{}", scim.create_user("ann"));
    let staff = format!("/Groups/{}", scim.create_group("staff", &[]));
    let before = all(&scim);
    for body in [
        "",
        "{",
        "nonsense",
        "[]",
        "\"text\"",
        "17",
        "null",
        r#"{"userName": "bob",}"#,
        r#"{"userName": "bob"} trailing"#,
        "{\"userName\": \"\u{1}\"}",
        r#"{"userName": "\ud800"}"#,
        "\u{feff}x{}",
    ] {
        for (method, path) in [
            ("POST", "/Users"),
            ("POST", "/Groups"),
            ("PUT", ann.as_str()),
            ("PATCH", ann.as_str()),
            ("PUT", staff.as_str()),
            ("PATCH", staff.as_str()),
        ] {
            let answer = scim.request(method, path).raw(body).send();
            assert_eq!(answer.code(), 400, "{body:?}: {answer}");
            answer.scim_error(400, Some("invalidSyntax"));
        }
    }
    let not_text =
        scim.request("POST", "/Users").raw([b"{\"userName\": \"".as_slice(), &[0xff, 0xfe], b"\"}"].concat());
    not_text.send().scim_error(400, Some("invalidSyntax"));
    assert_eq!(all(&scim), before);
}

#[test]
fn a_resource_without_what_it_must_have_is_refused_by_name() {
    let server = Server::start();
    let scim = server.client();
    let mut nameless = user("ann");
    nameless.as_object_mut().unwrap().remove("userName");
    let detail = scim.post("/Users", &nameless).scim_error(400, Some("invalidValue"));
    assert!(detail.contains("userName"), "{detail}");
    let mut blank = user("");
    blank["externalId"] = json!("x");
    scim.post("/Users", &blank).scim_error(400, Some("invalidValue"));
    let mut nameless = group("staff", &[]);
    nameless.as_object_mut().unwrap().remove("displayName");
    let detail = scim.post("/Groups", &nameless).scim_error(400, Some("invalidValue"));
    assert!(detail.contains("displayName"), "{detail}");
    let mut without = user("ann");
    without.as_object_mut().unwrap().remove("schemas");
    let answer = scim.post("/Users", &without);
    assert_eq!(answer.code(), 400, "{answer}");
    assert!(answer.at("/detail").contains("schemas"), "{answer}");
    assert_eq!(scim.get("/Users").json()["totalResults"], 0);
}

#[test]
fn patches_that_cannot_be_applied_are_refused_whole() {
    let server = Server::start();
    let scim = server.client();
    let ann = format!("/Users/{}", scim.create_user("ann"));
    let before = scim.get(&ann).text();
    let good = json!({"op": "replace", "path": "displayName", "value": "changed"});
    for (bad, scim_type, names) in [
        (json!({"op": "explode", "path": "displayName", "value": "x"}), "invalidSyntax", "explode"),
        (json!({"path": "displayName", "value": "x"}), "invalidSyntax", "op"),
        (json!({"op": "replace", "path": "emails[", "value": "x"}), "invalidFilter", "path"),
        (json!({"op": "replace", "path": "no such path", "value": "x"}), "invalidPath", "invalid path"),
        (json!({"op": "remove"}), "noTarget", "path"),
        (json!({"op": "replace", "path": "active", "value": "perhaps"}), "invalidValue", "active"),
    ] {
        let answer = scim.patch(&ann, &patch(json!([good, bad])));
        assert_eq!(answer.code(), 400, "{bad}: {answer}");
        let detail = answer.scim_error(400, Some(scim_type));
        assert!(detail.contains(names), "{bad}: {detail}");
    }
    for body in [
        json!({"Operations": [good]}),
        json!({"schemas": [USER], "Operations": [good]}),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": {"op": "add"}}),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [1]}),
    ] {
        let answer = scim.patch(&ann, &body);
        assert_eq!(answer.code(), 400, "{body}: {answer}");
        let scim_type = answer.at("/scimType");
        answer.scim_error(400, Some(&scim_type));
    }
    assert_eq!(scim.get(&ann).text(), before, "half of a refused PATCH was applied");
}

#[test]
fn what_the_server_sets_cannot_be_set() {
    let server = Server::start();
    let scim = server.client();
    let id = scim.create_user("ann");
    let path = format!("/Users/{id}");
    scim.patch(&path, &replace("id", json!(NOBODY))).scim_error(400, Some("mutability"));
    let mut whole = user("ann");
    whole["id"] = json!(NOBODY);
    whole["meta"] = json!({"resourceType": "Group", "created": "1999-01-01T00:00:00Z"});
    whole["groups"] = json!([{"value": NOBODY}]);
    scim.put(&path, &whole).status(200);
    let after = scim.get(&path).status(200).json();
    assert_eq!(after["id"], json!(id));
    assert_eq!(after["meta"]["resourceType"], "User");
    assert!(after["meta"]["created"].as_str().unwrap() > "2020", "{after}");
    assert!(after["groups"].as_array().is_none_or(Vec::is_empty), "{after}");
}

#[test]
fn unknown_ids_are_404_in_every_form() {
    let server = Server::start();
    let scim = server.client();
    for endpoint in ["Users", "Groups"] {
        for id in [NOBODY, "x", "0", "..%2f..%2fetc", "%00", "null", "-1", &"a".repeat(2000)] {
            let path = format!("/{endpoint}/{id}");
            scim.get(&path).scim_error(404, None);
            scim.delete(&path).scim_error(404, None);
            let change = replace("displayName", json!("x"));
            scim.patch(&path, &change).scim_error(404, None);
        }
        let detail = scim.get(&format!("/{endpoint}/{NOBODY}")).scim_error(404, None);
        assert!(detail.contains(NOBODY), "{detail}");
    }
    let ann = scim.create_user("ann");
    scim.get(&format!("/Groups/{ann}")).scim_error(404, None);
}

#[test]
fn wrong_endpoints_and_methods_are_scim_errors() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    scim.get("/Nothing").scim_error(404, None);
    scim.get("/Users/x/y").scim_error(404, None);
    for (method, path) in [
        ("DELETE", "/Users".to_owned()),
        ("PUT", "/Users".to_owned()),
        ("PATCH", "/Groups".to_owned()),
        ("POST", format!("/Users/{ann}")),
        ("POST", "/ServiceProviderConfig".to_owned()),
        ("DELETE", "/Schemas".to_owned()),
        ("PUT", "/ResourceTypes".to_owned()),
    ] {
        let answer = scim.request(method, &path).json(&json!({})).send();
        answer.scim_error(405, None);
        assert!(answer.must_have("allow").contains("GET"), "{answer}");
    }
}

#[test]
fn the_public_listener_speaks_scim_errors_only() {
    let server = Server::start();
    let public = server.public();
    for path in ["/", "/favicon.ico", "/scim", "/scim/v1/Users", "/Users"] {
        let answer = public.get(path);
        assert!(matches!(answer.code(), 401 | 404), "{answer}");
        answer.scim_error(answer.code(), None);
    }
    public.get("/healthz").status(200);
}

#[test]
fn a_body_of_another_type_is_415() {
    let server = Server::start();
    let scim = server.client();
    for media_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"] {
        let request = scim.request("POST", "/Users").json(&user("ann")).header("Content-Type", media_type);
        request.send().scim_error(415, None);
    }
    let packed = scim.request("POST", "/Users").json(&user("ann")).header("Content-Encoding", "gzip");
    packed.send().scim_error(415, None);
    assert_eq!(scim.get("/Users").json()["totalResults"], 0);
    for (name, media_type) in [
        ("ann", "application/json"),
        ("bob", "application/scim+json; charset=utf-8"),
        ("cat", "Application/SCIM+JSON"),
    ] {
        let request = scim.request("POST", "/Users").json(&user(name)).header("Content-Type", media_type);
        request.send().status(201);
    }
}

#[test]
fn filters_that_cannot_be_understood_are_invalid_filter() {
    let server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    for filter in [
        "userName",
        "userName eq",
        r#"userName xx "a""#,
        r#"userName eq "a" and"#,
        r#"(userName eq "a""#,
        r#"userName eq "a"#,
        r#"nosuch eq "a""#,
        "emails[type eq \"work\"",
        "\u{0}",
    ] {
        let answer = scim.find("/Users", filter);
        assert_eq!(answer.code(), 400, "{filter}: {answer}");
        answer.scim_error(400, Some("invalidFilter"));
    }
    let detail = scim.find("/Users", r#"usrName eq "a""#).scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("usrName"), "{detail}");
    scim.get("/ServiceProviderConfig?filter=id%20pr").scim_error(403, None);
    scim.get("/Schemas?filter=id%20pr").scim_error(403, None);
}

#[test]
fn hostile_names_are_only_names() {
    let server = Server::start();
    let scim = server.client();
    server.cli().apply_policy("default", &scimd_tests::block_rule("a,b\r\nX-Evil: 1"));
    for name in ["'; DROP TABLE users; --", "a%b_c\\", "\"quoted\"", "ünï\u{202e}cödé 🦀", "a\r\nX-Evil: 1"]
    {
        let created = scim.post("/Users", &user(name));
        if created.code() == 400 {
            // A control character in a name may be refused, but then by name.
            assert!(created.scim_error(400, Some("invalidValue")).contains("userName"), "{created}");
            continue;
        }
        let id = created.status(201).at("/id");
        assert_eq!(created.at("/userName"), name);
        let filter = format!("userName eq {}", Value::String(name.to_owned()));
        let found = scim.get(&format!("/Users?filter={}", encode(&filter)));
        assert_eq!(found.status(200).at("/Resources/0/id"), id, "{found}");
        let key = server.cli().key("default", name);
        let checked = server.check(&key);
        assert_eq!(checked.status(200).header("x-evil"), None, "{checked}");
    }
    let all = scim.get("/Users").json();
    assert!(all["totalResults"].as_u64().unwrap() >= 4, "{all}");
}
