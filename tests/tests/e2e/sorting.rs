//! Sorted lists.

use scimd_tests::{CONTOSO, Client, ENTERPRISE, Server, USER, encode, replace, search, user};
use serde_json::{Value, json};

/// A server with users who differ in what they lack. They are created in the order of their numbers.
fn directory() -> (Server, Client) {
    let server = Server::build().defined("contoso-user").start();
    let scim = server.client();
    let create = |mut body: Value| {
        body["schemas"] = json!([USER, ENTERPRISE, CONTOSO]);
        scim.post("/Users", &body).status(201);
    };
    create(json!({
        "userName": "u1", "externalId": "b", "displayName": "ben", "title": "Boss", "active": false,
        "name": {"familyName": "Öz", "givenName": "A"},
        "emails": [{"value": "z@x.test"}, {"value": "a@x.test", "primary": true}],
        ENTERPRISE: {"department": "sales"},
        CONTOSO: {"badge": 9, "hiredAt": "2024-01-31T09:00:00+02:00", "skills": ["sql", "ada"]},
    }));
    create(json!({
        "userName": "U2", "externalId": "B", "displayName": "Ann", "title": "assistant",
        "name": {"familyName": "adams"}, "emails": [{"value": "m@x.test"}, {"value": "b@x.test"}],
        ENTERPRISE: {"department": "Engineering"},
        CONTOSO: {"badge": 10, "hiredAt": "2024-01-31T08:00:00Z", "skills": ["cobol"]},
    }));
    create(json!({
        "userName": "u3", "name": {"familyName": "Zimmer", "givenName": "A"},
        "emails": [{"type": "work"}, {"value": "C@x.test"}],
        CONTOSO: {"badge": -1, "hiredAt": "2024-01-31T07:59:59.999Z"},
    }));
    create(json!({"userName": "u4", "title": "Boss", "name": {"familyName": "ADAMS"}}));
    create(json!({"userName": "u5", "displayName": "Cid", "active": false}));
    (server, scim)
}

/// The names of the users in an order, separated by blanks.
#[track_caller]
fn sorted(scim: &Client, by: &str, order: &str) -> String {
    let by_get = scim.get(&format!("/Users?sortBy={}{order}", encode(by)));
    assert_eq!(by_get.code(), 200, "{by}: {by_get}");
    assert_eq!(by_get.total(), 5, "{by}");
    by_get.names().join(" ")
}

#[test]
fn users_are_sorted_by_any_attribute_and_those_without_it_come_last() {
    let (_server, scim) = directory();
    for (by, ascending, descending) in [
        ("userName", "u1 U2 u3 u4 u5", "u5 u4 u3 U2 u1"),
        // An externalId has its case: capitals come first.
        ("externalId", "U2 u1 u3 u4 u5", "u3 u4 u5 u1 U2"),
        ("displayName", "U2 u1 u5 u3 u4", "u3 u4 u5 u1 U2"),
        ("name.familyName", "U2 u4 u3 u1 u5", "u5 u1 u3 U2 u4"),
        ("name.givenName", "u1 u3 U2 u4 u5", "U2 u4 u5 u1 u3"),
        // No column and no index.
        ("title", "U2 u1 u4 u3 u5", "u3 u5 u1 u4 U2"),
        ("active", "u1 u5 U2 u3 u4", "U2 u3 u4 u1 u5"),
        // The primary value counts, or else the first.
        ("emails", "u1 u3 U2 u4 u5", "u4 u5 U2 u3 u1"),
        ("emails.value", "u1 u3 U2 u4 u5", "u4 u5 U2 u3 u1"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:title", "U2 u1 u4 u3 u5", "u3 u5 u1 u4 U2"),
        ("id", "u1 U2 u3 u4 u5", "u5 u4 u3 U2 u1"),
    ] {
        assert_eq!(sorted(&scim, by, ""), ascending, "{by}");
        assert_eq!(sorted(&scim, by, "&sortOrder=ascending"), ascending, "{by}");
        assert_eq!(sorted(&scim, &by.to_uppercase(), "&sortOrder=ASCENDING"), ascending, "{by}");
        assert_eq!(sorted(&scim, by, "&sortOrder=descending"), descending, "{by} descending");
        let body = search(json!({"sortBy": by, "sortOrder": "descending"}));
        assert_eq!(scim.post("/Users/.search", &body).names().join(" "), descending, "{by} by POST");
    }
}

#[test]
fn attributes_of_extensions_sort_by_their_types() {
    let (_server, scim) = directory();
    for (by, ascending, descending) in [
        (format!("{ENTERPRISE}:department"), "U2 u1 u3 u4 u5", "u3 u4 u5 u1 U2"),
        // Numbers are no texts: -1, 9, 10.
        (format!("{CONTOSO}:badge"), "u3 u1 U2 u4 u5", "u4 u5 U2 u1 u3"),
        // Instants, wherever they were written: 07:00, 07:59:59.999 and 08:00.
        (format!("{CONTOSO}:hiredAt"), "u1 u3 U2 u4 u5", "u4 u5 U2 u3 u1"),
        (format!("{CONTOSO}:skills"), "U2 u1 u3 u4 u5", "u3 u4 u5 u1 U2"),
        ("department".to_owned(), "U2 u1 u3 u4 u5", "u3 u4 u5 u1 U2"),
    ] {
        assert_eq!(sorted(&scim, &by, ""), ascending, "{by}");
        assert_eq!(sorted(&scim, &by, "&sortOrder=descending"), descending, "{by} descending");
    }
}

#[test]
fn what_the_server_knows_can_be_sorted_by() {
    let (_server, scim) = directory();
    scim.create_group("Zebras", &[]);
    let members: Vec<String> =
        scim.get("/Users").resources().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect();
    scim.create_group("apes", &[&members[2], &members[0]]);
    scim.create_group("Bears", &[&members[1]]);
    let by = |path: &str| scim.get(path).names().join(" ");
    assert_eq!(by("/Groups?sortBy=displayName"), "apes Bears Zebras");
    assert_eq!(by("/Groups?sortBy=displayName&sortOrder=descending"), "Zebras Bears apes");
    // The one without members comes last.
    assert!(by("/Groups?sortBy=members.display").ends_with("Zebras"));
    assert!(by("/Groups?sortBy=members&sortOrder=descending").starts_with("Zebras"));
    assert_eq!(by("/Users?sortBy=groups.display"), "u1 u3 U2 u4 u5");
    assert_eq!(by("/Users?sortBy=groups.display&sortOrder=descending"), "u4 u5 U2 u1 u3");
    for (path, order) in [("meta.created", ""), ("meta.lastModified", "&sortOrder=descending")] {
        let users = scim.get(&format!("/Users?sortBy={path}{order}")).resources();
        let part = path.trim_start_matches("meta.");
        let mut times: Vec<&str> = users.iter().map(|user| user["meta"][part].as_str().unwrap()).collect();
        if !order.is_empty() {
            times.reverse();
        }
        assert!(times.len() == 5 && times.is_sorted(), "{path}: {times:?}");
    }
    let changed = format!("/Users/{}", members[3]);
    scim.patch(&changed, &replace("title", json!("Chief"))).status(200);
    assert_eq!(by("/Users?sortBy=title"), "U2 u1 u4 u3 u5");
    assert_eq!(by("/Users?sortBy=meta.version&sortOrder=descending").split(' ').next(), Some("u4"));
}

#[test]
fn pages_of_a_sorted_list_are_parts_of_the_whole() {
    let server = Server::start();
    let scim = server.client();
    for n in 0..24 {
        // Many have the same title, and some have none.
        let mut body = user(&format!("u{n:02}"));
        body["title"] = if n % 5 == 0 { json!(null) } else { json!(format!("T{}", n % 3)) };
        scim.post("/Users", &body).status(201);
    }
    let unsorted = scim.get("/Users").names();
    for (by, order) in [
        ("title", "ascending"),
        ("title", "descending"),
        ("userName", "descending"),
        ("active", "ascending"),
        ("active", "descending"),
        ("emails", "descending"),
    ] {
        for filter in ["", "&filter=userName+ge+%22u05%22+and+not+(title+eq+%22T2%22)"] {
            let query = format!("/Users?sortBy={by}&sortOrder={order}{filter}");
            let whole = scim.get(&query);
            let mut paged = Vec::new();
            for start in (1..=whole.total()).step_by(5) {
                let page = scim.get(&format!("{query}&startIndex={start}&count=5"));
                assert_eq!(page.total(), whole.total(), "{query}");
                paged.extend(page.names());
            }
            assert_eq!(paged, whole.names(), "{query}");
        }
        if by == "active" {
            // All are equal: none of them leaves its place.
            assert_eq!(scim.get(&format!("/Users?sortBy={by}&sortOrder={order}")).names(), unsorted);
        }
    }
}

#[test]
fn an_order_that_cannot_be_is_refused_by_name() {
    let (_server, scim) = directory();
    for (by, says) in [
        ("titel", "did you mean `title`?"),
        ("name.familyname.x", "name of an attribute"),
        ("name.famlyName", "did you mean `name.familyName`?"),
        ("members", "unknown attribute `members` on User"),
        ("name", "such as `name.formatted`"),
        ("meta", "no single value"),
        ("addresses", "no single value"),
        ("x509Certificates", "no order"),
        (r#"emails[type eq "work"].value"#, "without brackets"),
        (ENTERPRISE, "no single value"),
        // Its order would give it away.
        ("password", "unknown attribute `password`"),
        ("user name", "name of an attribute"),
    ] {
        let answer = scim.get(&format!("/Users?sortBy={}", encode(by)));
        assert_eq!(answer.code(), 400, "{by}: {answer}");
        let detail = answer.scim_error(400, Some("invalidValue"));
        assert!(detail.contains(says), "{by}: {detail}");
        let by_post = scim.post("/Users/.search", &search(json!({"sortBy": by})));
        assert_eq!(by_post.text(), answer.text(), "{by} by POST");
    }
    for order in ["upwards", "desc", "asc", "1"] {
        let answer = scim.get(&format!("/Users?sortBy=userName&sortOrder={order}"));
        let detail = answer.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("sortOrder"), "{detail}");
    }
    // An order of nothing is no order.
    let unsorted = scim.get("/Users").text();
    assert_eq!(scim.get("/Users?sortOrder=descending").text(), unsorted);
    assert_eq!(scim.get("/Users?sortBy=&sortOrder=").text(), unsorted);
}
