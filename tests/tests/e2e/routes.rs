//! Nothing of SCIM is answered to a caller without a token, however the path is spelled.

use scimd_tests::{Connection, Server};

const ID: &str = "0199a5b2-6c1e-7d3f-8a4b-5c6d7e8f9a0b";

/// Every SCIM route.
fn paths() -> Vec<String> {
    let fixed = [
        "/Users",
        "/Groups",
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/ResourceTypes/User",
        "/Schemas",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
        "/Me",
        "/Bulk",
        "/.search",
        "/Users/.search",
        "/Groups/.search",
        "/Nothing",
        "",
        "/",
    ];
    let by_id = ["/Users", "/Groups"].map(|endpoint| format!("{endpoint}/{ID}"));
    fixed.iter().map(|&path| path.to_owned()).chain(by_id).collect()
}

#[test]
fn every_route_without_a_token_is_401() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let nobody = scim.without_token();
    let mut visited = 0;
    for path in paths().into_iter().chain([format!("/Users/{ann}")]) {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let request = nobody.request(method, &path);
            let answer = if matches!(method, "POST" | "PUT" | "PATCH") {
                request.raw("{}").send()
            } else {
                request.send()
            };
            answer.status(401);
            assert!(answer.must_have("www-authenticate").starts_with("Bearer"), "{answer}");
            if method != "HEAD" {
                answer.scim_error(401, None);
            }
            visited += 1;
        }
    }
    assert!(visited > 150, "{visited}");
    scim.get(&format!("/Users/{ann}")).status(200);
}

#[test]
fn discovery_needs_a_token_and_answers_with_one() {
    let server = Server::start();
    let scim = server.client();
    for path in paths().iter().filter(|p| p.starts_with("/Schemas") || p.starts_with("/ResourceTypes")) {
        scim.get(path).status(200);
    }
    let config = scim.get("/ServiceProviderConfig").status(200).json();
    assert_eq!(config["patch"]["supported"], true);
    assert_eq!(config["changePassword"]["supported"], false);
    assert_eq!(config["etag"]["supported"], true);
    for endpoint in ["/Users", "/Groups"] {
        let types = scim.get("/ResourceTypes").status(200).text();
        assert!(types.contains(endpoint), "{types}");
    }
    assert_eq!(config["bulk"]["supported"], true);
    scim.request("POST", "/Bulk").raw("{}").send().scim_error(400, Some("invalidSyntax"));
    scim.get("/Me").scim_error(501, None);
}

#[test]
fn no_spelling_of_a_path_gets_past_the_token() {
    let server = Server::start();
    let ann = server.client().create_user("ann-who-must-not-leak");
    let address = server.public().address();
    let host = format!("http://{address}");
    let targets = [
        "/scim/v2/%55sers".to_owned(),
        "/scim/v2/%2555sers".to_owned(),
        "/scim/v2//Users".to_owned(),
        "//scim/v2/Users".to_owned(),
        "/scim//v2/Users".to_owned(),
        "/scim/v2/./Users".to_owned(),
        "/scim/v2/x/../Users".to_owned(),
        "/healthz/../scim/v2/Users".to_owned(),
        "/healthz/%2e%2e/scim/v2/Users".to_owned(),
        "/scim/v2/Users/".to_owned(),
        "/scim/v2/Users%2f".to_owned(),
        "/scim%2fv2%2fUsers".to_owned(),
        "/scim/v2/Users;a=b".to_owned(),
        "/scim/v2/Users%00".to_owned(),
        "/scim/v2/Users%20".to_owned(),
        "/SCIM/V2/USERS".to_owned(),
        "/scim/v2/users".to_owned(),
        "\\scim\\v2\\Users".to_owned(),
        "/scim/v2/Users?access_token=x".to_owned(),
        "/scim/v2/Users#fragment".to_owned(),
        format!("{host}/scim/v2/Users"),
        format!("{host}@evil.test/scim/v2/Users"),
        format!("/scim/v2/Users/{ann}"),
        format!("/scim/v2/Users/{ann}/"),
        format!("/scim/v2/Users/{}", ann.replace('-', "%2d")),
        "*".to_owned(),
    ];
    for target in &targets {
        for extra in [
            "",
            "Authorization: \r\n",
            "Authorization: Bearer\r\n",
            "Authorization: Bearer \r\n",
            "Authorization: Bearer null\r\n",
            "Authorization: Basic YWRtaW46YWRtaW4=\r\n",
            "X-Original-URL: /healthz\r\n",
            "X-Rewrite-URL: /healthz\r\n",
            "X-Forwarded-For: 127.0.0.1\r\n",
            "X-HTTP-Method-Override: OPTIONS\r\n",
        ] {
            let mut connection = Connection::open(address).unwrap();
            let head =
                format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{extra}\r\n");
            connection.send(head.as_bytes()).unwrap();
            let answer = connection.answer(&format!("GET {target} ({})", extra.trim())).unwrap();
            assert!(matches!(answer.code(), 400 | 401 | 404), "{answer}");
            assert!(!answer.text().contains("ann-who-must-not-leak"), "{answer}");
        }
    }
    let scim = server.client();
    let twice = scim.request("GET", "/Users").also("Authorization", "Bearer other");
    twice.send().scim_error(401, None);
}

#[test]
fn a_token_in_any_other_place_is_no_token() {
    let server = Server::start();
    let scim = server.client();
    let token = scim.token().to_owned();
    let nobody = scim.without_token();
    nobody.get(&format!("/Users?access_token={token}")).scim_error(401, None);
    nobody.request("GET", "/Users").header("X-API-Key", &token).send().scim_error(401, None);
    nobody.request("GET", "/Users").header("Cookie", &format!("token={token}")).send().scim_error(401, None);
    nobody.request("GET", "/Users").header("Authorization", &token).send().scim_error(401, None);
    let basic = format!("Basic {token}");
    nobody.request("GET", "/Users").header("Authorization", &basic).send().scim_error(401, None);
    // The scheme's name has no case (RFC 9110 section 11.1).
    nobody.request("GET", "/Users").header("Authorization", &format!("bearer {token}")).send().status(200);
}

#[test]
fn the_gateway_and_its_health_are_on_the_internal_listener_only() {
    let server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    let key = server.cli().key("default", "ann");
    server.check(&key).status(200);
    let public = server.public();
    for path in ["/gateway/v1/check", "/readyz", "/metrics"] {
        let answer = public.with_token(&key).get(path);
        assert!(matches!(answer.code(), 401 | 404), "{answer}");
    }
    let inside = server.internal().with_token(scim.token()).get("/scim/v2/Users");
    assert_eq!(inside.code(), 404, "{inside}");
    for listener in [server.public(), server.internal()] {
        listener.get("/healthz").status(200);
    }
    server.internal().get("/readyz").status(200);
}
