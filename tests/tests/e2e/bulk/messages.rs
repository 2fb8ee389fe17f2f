//! What a bulk message must be like, and how large it may be.

use super::{count, done, message, post, send, statuses};
use scimd_tests::{Server, group, user};
use serde_json::{Value, json};

#[test]
fn the_configuration_says_what_a_bulk_request_may_hold() {
    let server = Server::start();
    let config = server.client().get("/ServiceProviderConfig").json();
    assert_eq!(config["bulk"], json!({"supported": true, "maxOperations": 1000, "maxPayloadSize": 4194304}));
}

#[test]
fn what_is_no_bulk_message_is_refused_and_nothing_of_it_is_done() {
    let server = Server::start();
    let scim = server.client();
    let ann = json!([post("/Users", "a", user("ann"))]);
    for schemas in [
        Value::Null,
        json!([]),
        json!("x"),
        json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]),
        json!(["urn:ietf:params:scim:schemas:core:2.0:User"]),
    ] {
        let body = json!({"schemas": schemas, "Operations": ann});
        scim.post("/Bulk", &body).scim_error(400, Some("invalidSyntax"));
    }
    scim.post("/Bulk", &json!({"Operations": ann})).scim_error(400, Some("invalidSyntax"));
    for operations in
        [Value::Null, json!([]), json!({}), json!("x"), json!(7), json!([ann[0], "x"]), json!([[]])]
    {
        let answer = scim.post("/Bulk", &message(operations.clone()));
        assert_eq!(answer.code(), 400, "{operations}: {answer}");
    }
    for limit in [json!(0), json!(-1), json!(1.5), json!("x"), json!([]), json!(true)] {
        let mut body = message(ann.clone());
        body["failOnErrors"] = limit.clone();
        let answer = scim.post("/Bulk", &body);
        assert_eq!(answer.code(), 400, "failOnErrors {limit}: {answer}");
    }
    for raw in ["", "[]", "x", "{\"schemas\":"] {
        let answer = scim.request("POST", "/Bulk").raw(raw).send();
        assert_eq!(answer.code(), 400, "{raw}: {answer}");
    }
    assert_eq!(count(&scim, "/Users"), 0);
}

#[test]
fn names_and_methods_are_read_in_any_case() {
    let server = Server::start();
    let scim = server.client();
    let operation = json!({"Method": "post", "PATH": "/Users", "BULKID": "a", "Data": user("ann")});
    let body = json!({
        "SCHEMAS": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "FAILONERRORS": 1, "operations": [operation],
    });
    let answered = done(&scim.post("/Bulk", &body));
    assert_eq!(statuses(&answered), ["201"]);
    assert_eq!(answered[0]["bulkId"], "a");
    assert_eq!(count(&scim, "/Users"), 1);
}

#[test]
fn bulk_is_a_post_and_nothing_else() {
    let server = Server::start();
    let scim = server.client();
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        scim.request(method, "/Bulk").json(&message(json!([]))).send().scim_error(405, None);
    }
    let one = message(json!([post("/Users", "a", user("ann"))]));
    scim.without_token().post("/Bulk", &one).scim_error(401, None);
    let reader = server.cli().ok(&["token", "create", "--tenant", "default", "--scope", "scim:read"]);
    server.client_with(&reader).post("/Bulk", &one).scim_error(403, None);
    assert_eq!(count(&scim, "/Users"), 0);
}

#[test]
fn a_thousand_operations_are_taken_and_one_more_is_not() {
    let server = Server::start();
    let scim = server.client();
    let of = |count: usize, text: usize| -> Value {
        let one = |n: usize| {
            let mut body = user(&format!("user{n}"));
            body["title"] = json!("x".repeat(text));
            post("/Users", &format!("b{n}"), body)
        };
        (0..count).map(one).collect()
    };
    let detail = scim.post("/Bulk", &message(of(1001, 0))).scim_error(413, None);
    assert!(detail.contains("1000"), "{detail}");
    assert_eq!(count(&scim, "/Users"), 0);
    let body = message(of(200, 22_000));
    assert!(body.to_string().len() > 4_194_304);
    let detail = scim.post("/Bulk", &body).scim_error(413, None);
    assert!(detail.contains("4194304"), "{detail}");
    assert_eq!(count(&scim, "/Users"), 0);
    // More than a single user may hold, and less than a bulk may.
    let body = message(of(1000, 2_000));
    assert!((1 << 21..4_194_304).contains(&body.to_string().len()));
    let answered = done(&scim.post("/Bulk", &body));
    assert_eq!(statuses(&answered), ["201"; 1000]);
    assert!(answered.iter().enumerate().all(|(n, one)| one["bulkId"] == format!("b{n}")));
    assert_eq!(count(&scim, "/Users"), 1000);
}

#[test]
fn errors_are_counted_and_what_comes_after_the_last_that_may_be_is_not_done() {
    let server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    let operations = |prefix: &str| {
        json!([
            post("/Users", "1", user(&format!("{prefix}1"))),
            post("/Users", "2", user("ann")),
            post("/Users", "3", user(&format!("{prefix}3"))),
            post("/Users", "4", user("ANN")),
            post("/Groups", "5", group(&format!("{prefix}5"), &[])),
        ])
    };
    for (limit, prefix, expected) in [
        (json!(1), "a", &["201", "409"][..]),
        (json!(2), "b", &["201", "409", "201", "409"]),
        (json!(3), "c", &["201", "409", "201", "409", "201"]),
        (Value::Null, "d", &["201", "409", "201", "409", "201"]),
    ] {
        let mut body = message(operations(prefix));
        body["failOnErrors"] = limit.clone();
        let answered = done(&scim.post("/Bulk", &body));
        assert_eq!(statuses(&answered), expected, "failOnErrors {limit}");
        let there = |endpoint: &str, filter: String| scim.find(endpoint, &filter).total();
        assert_eq!(there("/Users", format!("userName eq \"{prefix}1\"")), 1, "what was done stays");
        assert_eq!(there("/Users", format!("userName eq \"{prefix}3\"")), usize::from(expected.len() > 2));
        assert_eq!(
            there("/Groups", format!("displayName eq \"{prefix}5\"")),
            usize::from(expected.len() > 4)
        );
    }
    assert_eq!(statuses(&send(&scim, operations("e"))), ["201", "409", "201", "409", "201"]);
}
