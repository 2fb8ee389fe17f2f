//! Limits: what is too much is refused, and the server goes on.

use scimd_tests::{Connection, Server, add_members, encode, patch, user};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

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

/// A user's body of more than `size` bytes.
fn large_user(size: usize) -> String {
    let mut body = user("large");
    body["displayName"] = json!("x".repeat(size));
    body.to_string()
}

#[test]
fn a_user_of_more_than_1_mib_is_413_and_the_client_reads_why() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    for size in [MIB, 3 * MIB, 12 * MIB] {
        for (method, path) in [("POST", "/Users"), ("PUT", path.as_str()), ("PATCH", path.as_str())] {
            let detail = scim.request(method, path).raw(large_user(size)).send().scim_error(413, None);
            assert!(detail.contains("1048576") || detail.contains("1 MiB"), "{detail}");
        }
    }
    assert_eq!(scim.get("/Users").json()["totalResults"], 1);
}

#[test]
fn a_body_without_a_length_is_counted_while_it_arrives() {
    let server = Server::start();
    let scim = server.client();
    let request = scim.request("POST", "/Users").header("Transfer-Encoding", "chunked");
    let request = request.header("Content-Type", "application/scim+json");
    let mut connection = Connection::open(scim.address()).unwrap();
    connection.send(&request.head(None)).unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    // Seventeen chunks of 64 KiB are more than 1 MiB; the server may stop reading at any time.
    let sent = (0..17).try_for_each(|_| connection.send(chunk.as_bytes()));
    let _ = sent.and_then(|()| connection.send(b"0\r\n\r\n"));
    connection.answer("POST /Users").unwrap().scim_error(413, None);
    let body = user("ann").to_string();
    let mut connection = Connection::open(scim.address()).unwrap();
    connection.send(&request.head(None)).unwrap();
    connection.send(format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()).as_bytes()).unwrap();
    connection.answer("POST /Users").unwrap().status(201);
}

#[test]
fn deep_json_is_refused_and_never_overflows_the_stack() {
    let server = Server::start();
    let scim = server.client();
    for depth in [17, 100, 10_000, 400_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let inner = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let body = format!(r#"{{"userName":"ann","emails":{inner}}}"#);
            if body.len() > MIB {
                continue;
            }
            let answer = scim.request("POST", "/Users").raw(body).send();
            assert_eq!(answer.code(), 400, "depth {depth}: {answer}");
            answer.scim_error(400, Some("invalidSyntax"));
        }
    }
    scim.create_user("ann");
}

#[test]
fn deep_long_and_wide_filters_are_invalid_filter() {
    let server = Server::start();
    let scim = server.client();
    scim.create_user("ann");
    let nested = |depth: usize| format!("{}userName pr{}", "(".repeat(depth), ")".repeat(depth));
    let wide = |terms: usize| vec!["userName pr"; terms].join(" or ");
    for filter in [
        nested(33),
        nested(2000),
        format!("{}userName pr{}", "not (".repeat(500), ")".repeat(500)),
        wide(257),
        format!(r#"userName eq "{}""#, "x".repeat(8200)),
    ] {
        let answer = scim.find("/Users", &filter);
        assert_eq!(answer.code(), 400, "{} bytes: {answer}", filter.len());
        answer.scim_error(400, Some("invalidFilter"));
    }
    for filter in [nested(20), wide(200), format!(r#"userName eq "{}""#, "x".repeat(4000))] {
        scim.find("/Users", &filter).status(200);
    }
    // A head that is larger than any server reads: refused in some way, and the server lives.
    let huge = scim.request("GET", &format!("/Users?filter={}", encode(&"x".repeat(1 << 18)))).try_send();
    assert!(huge.is_err() || huge.is_ok_and(|a| (400..500).contains(&a.code())));
    scim.get("/Users").status(200);
}

#[test]
fn a_body_that_does_not_arrive_is_408_after_the_deadline_and_holds_nobody_up() {
    let server = Server::build().arg("--body-timeout").arg("1").start();
    let scim = server.client();
    let body = user("slow").to_string();
    let request = scim.request("POST", "/Users").header("Content-Type", "application/scim+json");
    let mut slow: Vec<Connection> = (0..20)
        .map(|_| {
            let mut connection = Connection::open(scim.address()).unwrap();
            connection.send(&request.head(Some(body.len()))).unwrap();
            connection.send(&body.as_bytes()[..10]).unwrap();
            connection
        })
        .collect();
    scim.create_user("quick");
    for connection in &mut slow {
        let started = Instant::now();
        let answer = connection.answer("POST /Users").unwrap();
        let detail = answer.scim_error(408, None);
        assert!(detail.contains("1 s"), "{detail}");
        assert!(started.elapsed() < Duration::from_secs(20));
        assert!(connection.is_closed(), "a connection with half a request on it stays open");
    }
    assert_eq!(scim.get("/Users").json()["totalResults"], 1);
}

#[test]
fn a_trickling_body_does_not_push_the_deadline_back() {
    let server = Server::build().arg("--body-timeout").arg("1").start();
    let scim = server.client();
    let request = scim.request("POST", "/Users").header("Content-Type", "application/scim+json");
    let mut connection = Connection::open(scim.address()).unwrap();
    connection.send(&request.head(Some(1000))).unwrap();
    connection.set_patience(Duration::from_millis(200));
    let started = Instant::now();
    let answer = loop {
        // The wait for an answer is the pause between two bytes.
        match connection.answer("POST /Users") {
            Ok(answer) => break answer,
            Err(e) if started.elapsed() > Duration::from_secs(30) => panic!("no answer: {e}"),
            Err(_) => connection.send(b" ").unwrap_or_default(),
        }
    };
    answer.scim_error(408, None);
}

#[test]
fn every_answer_has_a_request_id_that_its_log_line_holds_too() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let key = server.cli().key("default", "ann");
    let mut ids = std::collections::BTreeSet::new();
    let answers = [
        scim.get("/Users"),
        scim.get(&format!("/Users/{ann}")),
        scim.post("/Users", &user("ann")),
        scim.post("/Users", &Value::Null),
        scim.get("/Nothing"),
        scim.request("DELETE", "/Users").send(),
        scim.without_token().get("/Users"),
        scim.with_token("x").get("/Users"),
        scim.patch(&format!("/Groups/{}", scim.create_group("g", &[])), &add_members(&[&ann])),
        scim.request("POST", "/Users").raw("x".repeat(2 * MIB)).send(),
        server.public().get("/healthz"),
        server.public().get("/nothing"),
        server.internal().get("/readyz"),
        server.internal().get("/nothing"),
        server.check(&key),
        server.check("nonsense"),
    ];
    for answer in &answers {
        let id = answer.must_have("x-request-id").to_owned();
        assert!(id.len() >= 16, "{id}");
        let line = server.log().wait_for("the line of a request", |line| {
            line.contains(&id) && line.contains(&answer.code().to_string())
        });
        assert!(!line.contains(&ann) && !line.contains("Bearer"), "a log line holds a value: {line}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), answers.len(), "two requests had one id");
}

#[test]
fn malformed_http_never_stops_the_server() {
    let server = Server::start();
    let scim = server.client();
    let host = format!("Host: {}\r\n", scim.address());
    for bytes in [
        "\r\n\r\n\r\n".to_owned(),
        "NONSENSE\r\n\r\n".to_owned(),
        "GET /scim/v2/Users HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /scim/v2/Users HTTP/1.1\r\n{host}Bad Header: x\r\n\r\n"),
        format!("POST /scim/v2/Users HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n"),
        format!("POST /scim/v2/Users HTTP/1.1\r\n{host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        format!("POST /scim/v2/Users HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        format!("GET /scim/v2/{} HTTP/1.1\r\n{host}\r\n", "x".repeat(200_000)),
        format!("GET /scim/v2/Users HTTP/1.1\r\n{host}X: {}\r\n\r\n", "x".repeat(200_000)),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}".to_owned(),
    ] {
        let mut connection = Connection::open(scim.address()).unwrap();
        connection.set_patience(Duration::from_secs(10));
        let _ = connection.send(bytes.as_bytes());
        if let Ok(answer) = connection.answer("malformed") {
            assert!((400..500).contains(&answer.code()), "{bytes:.80}: {answer}");
        }
    }
    scim.get("/Users").status(200);
}

#[test]
fn a_patch_with_many_filters_on_members_is_refused_and_changes_nothing() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let group = scim.create_group("staff", &[&ann]);
    let uri = format!("/Groups/{group}");
    let removals = |count: usize| {
        let one = |n: usize| json!({"op": "remove", "path": format!(r#"members[display sw "User a{n}"]"#)});
        let all: Vec<_> = (0..count)
            .map(one)
            .chain([json!({"op": "remove", "path": r#"members[display sw "User ann"]"#})])
            .collect();
        patch(json!(all))
    };
    scim.patch(&uri, &removals(8)).scim_error(400, Some("tooMany"));
    assert_eq!(scim.members(&group), [ann]);
    scim.patch(&uri, &removals(7)).status(204);
    assert!(scim.members(&group).is_empty());
}

#[test]
fn a_user_grows_to_a_megabyte_and_no_further_by_any_door() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let roles = |from: usize| -> Vec<Value> {
        (from..from + 8).map(|i| json!({"value": format!("{i}-{}", "x".repeat(60_000))})).collect()
    };
    let add = |from: usize| patch(json!([{"op": "add", "path": "roles", "value": roles(from)}]));
    scim.patch(&path, &add(0)).status(200);
    scim.patch(&path, &add(8)).status(200);
    let before = scim.get(&path).text();
    let detail = scim.patch(&path, &add(16)).scim_error(413, None);
    assert!(detail.contains("1048576 bytes"), "{detail}");
    let many = [roles(0), roles(8), roles(16)].concat();
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "PATCH", "path": path, "data": add(16)},
        {"method": "POST", "path": "/Users", "bulkId": "bob", "data": {
            "schemas": [scimd_tests::USER], "userName": "bob", "roles": many}},
    ]});
    let answered = scim.post("/Bulk", &bulk).status(200).json();
    assert_eq!(
        (&answered["Operations"][0]["status"], &answered["Operations"][1]["status"]),
        (&json!("413"), &json!("413"))
    );
    assert_eq!(scim.get(&path).text(), before);
}
