//! Bad input: one error shape, a detail that helps, and nothing lost.

use scimd_tests::{Server, add_members, patch, replace, user};
use serde_json::json;

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
    scim.post("/Users/.search", &json!({})).scim_error(501, None);
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
