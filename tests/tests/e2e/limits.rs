//! Limits: what is too much is refused, and the server goes on.

use scimd_tests::{Connection, Server, encode, user};
use serde_json::json;

#[test]
fn a_body_that_is_too_large_is_413_and_can_be_read() {
    let server = Server::start();
    let scim = server.client();
    let mut body = user("ann");
    body["title"] = json!("x".repeat(1 << 20));
    let detail = scim.post("/Users", &body).scim_error(413, None);
    assert!(detail.contains("1048576"), "{detail}");
    // Groups may be larger, and have an end too.
    let members: Vec<_> = (0..30_000).map(|n| json!({"value": format!("{n:036}")})).collect();
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "big", "members": members});
    assert!(group.to_string().len() > 1 << 20);
    scim.post("/Groups", &group).status(201);
    let mut group = group;
    group["externalId"] = json!("x".repeat(8 << 20));
    scim.post("/Groups", &group).scim_error(413, None);
    scim.create_user("bob");
}

#[test]
fn deep_json_and_hostile_filters_are_refused_and_the_server_lives() {
    let server = Server::start();
    let scim = server.client();
    let nested = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n), "]".repeat(n));
    scim.request("POST", "/Users").raw(nested(20)).send().scim_error(400, Some("invalidSyntax"));
    scim.request("POST", "/Users").raw(nested(100_000)).send().scim_error(400, Some("invalidSyntax"));
    let deep = format!("{}active eq true{}", "(".repeat(33), ")".repeat(33));
    scim.find("/Users", &deep).scim_error(400, Some("invalidFilter"));
    let long = vec!["active eq true"; 600].join(" or ");
    scim.find("/Users", &long).scim_error(400, Some("invalidFilter"));
    let wide = vec!["title pr"; 257].join(" or ");
    scim.get(&format!("/Users?filter={}", encode(&wide))).scim_error(400, Some("invalidFilter"));
    scim.create_user("ann");
}

#[test]
fn a_body_that_does_not_arrive_is_cut_off() {
    let server = Server::build().arg("--body-timeout").arg("1").start();
    let scim = server.client();
    let request = scim.request("POST", "/Users").raw("");
    let mut connection = Connection::open(scim.address()).unwrap();
    connection.send(&request.head(Some(1000))).unwrap();
    connection.send(b"{\"schemas\":").unwrap();
    let answer = connection.answer("POST /Users").unwrap();
    answer.scim_error(408, None);
    assert!(connection.is_closed());
    scim.create_user("ann");
}

#[test]
fn pages_have_bounds_and_edges() {
    let server = Server::start();
    let scim = server.client();
    for n in 0..7 {
        scim.create_user(&format!("user-{n}"));
    }
    let page = |query: &str| {
        let answer = scim.get(&format!("/Users?{query}")).status(200).json();
        assert_eq!(answer["totalResults"], 7, "{query}");
        let shown = answer["Resources"].as_array().unwrap().len();
        assert_eq!(answer["itemsPerPage"], shown);
        (answer["startIndex"].clone(), shown)
    };
    assert_eq!(page("startIndex=6&count=5"), (json!(6), 2));
    assert_eq!(page("startIndex=0&count=3"), (json!(1), 3));
    assert_eq!(page("startIndex=-5&count=-1"), (json!(1), 0));
    assert_eq!(page("count=0"), (json!(1), 0));
    assert_eq!(page("startIndex=99999999999999999999"), (json!(i64::MAX), 0));
    assert_eq!(page("count=99999999999999999999"), (json!(1), 7));
}
