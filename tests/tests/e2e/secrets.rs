//! Secrets: told to one, stored nowhere, logged never.

use scimd_tests::{Server, replace, user};
use serde_json::json;

#[test]
fn refused_tokens_are_answered_alike_and_explained_in_the_log() {
    let server = Server::start();
    let token = server.cli().token("default");
    let accessor = token.split('_').nth(1).unwrap().to_owned();
    let revoked = server.cli().token("default");
    let revoked_accessor = revoked.split('_').nth(1).unwrap().to_owned();
    server.cli().ok(&["token", "revoke", "--tenant", "default", &revoked_accessor]);
    let other = server.cli().token("default");
    // Sound in every way except that the server never made it: the checksum is right for this text.
    let stranger = "scimd_AAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let truncated = &token[..token.len() - 3];
    let mixed = format!("scimd_{accessor}_{}", other.split('_').nth(2).unwrap());
    let mut bodies = Vec::new();
    for (text, logged, reason) in [
        (truncated, Some(&accessor), "truncated"),
        (stranger, None, ""),
        (mixed.as_str(), Some(&accessor), ""),
        (revoked.as_str(), Some(&revoked_accessor), "revoked"),
    ] {
        let answer = server.client_with(text).get("/Users");
        answer.scim_error(401, None);
        assert!(answer.must_have("www-authenticate").starts_with("Bearer"), "{answer}");
        let id = answer.must_have("x-request-id").to_owned();
        let line = server.log().wait_for("the reason in the log", |line| {
            line.contains(&id) && line.contains("accessor") && line.contains(reason)
        });
        if let Some(accessor) = logged {
            assert!(line.contains(accessor.as_str()), "no accessor {accessor} in: {line}");
        }
        let secret = text.split('_').nth(2).unwrap();
        assert!(!server.log().text().contains(&secret[..20]), "the log holds a secret: {line}");
        bodies.push(answer.text());
    }
    for body in &bodies {
        assert_eq!(body, &bodies[0], "the answer tells one bad token from another");
        assert!(!body.contains(&accessor), "the answer names the accessor: {body}");
    }
    server.client_with(&token).get("/Users").status(200);
}

#[test]
fn a_password_is_never_stored_or_shown() {
    let mut server = Server::start();
    let scim = server.client();
    let mut body = user("ann");
    body["password"] = json!("correct-horse-battery");
    let created = scim.post("/Users", &body);
    let path = format!("/Users/{}", created.status(201).at("/id"));
    assert!(!created.text().contains("correct-horse"), "{created}");
    scim.patch(&path, &replace("password", json!("correct-horse-staple"))).status(200);
    let read = scim.get(&format!("{path}?attributes=password"));
    assert!(!read.status(200).text().contains("correct-horse"), "{read}");
    server.stop();
    assert_eq!(files_with(&server, b"correct-horse"), Vec::<String>::new());
}

#[test]
fn no_secret_is_at_rest() {
    let mut server = Server::start();
    let scim = server.client();
    scim.create_user("findable-user-name");
    let key = server.cli().key("default", "findable-user-name");
    scim.get("/Users").status(200);
    server.check(&key).status(200);
    server.stop();
    // The control: what is stored can be found.
    assert!(!files_with(&server, b"findable-user-name").is_empty());
    let secret = scim.token().split('_').nth(2).unwrap();
    for text in [&secret[..20], &key["arb_live_".len() + 8..]] {
        assert_eq!(files_with(&server, text.as_bytes()), Vec::<String>::new());
        assert!(!server.log().text().contains(text), "the log holds a secret");
    }
}

/// The files of the data directory that hold a text.
fn files_with(server: &Server, text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = 0_usize;
    for entry in std::fs::read_dir(server.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            seen += bytes.len();
            if bytes.windows(text.len()).any(|window| window == text) {
                found.push(path.display().to_string());
            }
        }
    }
    assert!(seen > 4096, "there is no database to look into");
    found
}
