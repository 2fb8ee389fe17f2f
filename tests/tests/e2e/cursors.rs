//! Walks by cursors (RFC 9865).

use scimd_tests::{Answer, Client, Server, encode, replace, search, user};
use serde_json::{Value, json};

/// A page of a walk: `list` holds the query, without a cursor.
#[track_caller]
fn page(scim: &Client, list: &str, cursor: &str) -> Answer {
    let answer = scim.get(&format!("{list}&cursor={cursor}"));
    assert!(answer.status(200).json().get("startIndex").is_none(), "startIndex in {answer}");
    answer
}

/// The cursor of the next or the previous page.
fn cursor(page: &Answer, which: &str) -> Option<String> {
    let cursor = page.json().get(which)?.as_str().unwrap().to_owned();
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    assert!(!cursor.is_empty() && cursor.bytes().all(is_unreserved), "{which} of {page}");
    Some(cursor)
}

fn next(page: &Answer) -> Option<String> {
    cursor(page, "nextCursor")
}

fn previous(page: &Answer) -> Option<String> {
    cursor(page, "previousCursor")
}

/// Walks to the end and back to the start, and demands the same pages both ways.
#[track_caller]
fn there_and_back(scim: &Client, list: &str) -> Vec<Vec<String>> {
    let total = scim.get(list).total();
    let mut page_here = page(scim, list, "");
    assert_eq!(previous(&page_here), None, "{list}: something before the first page");
    let mut pages = vec![page_here.names()];
    while let Some(next) = next(&page_here) {
        page_here = page(scim, list, &next);
        assert_eq!(page_here.total(), total, "{list}");
        assert!(previous(&page_here).is_some(), "{list}: nothing before {page_here}");
        pages.push(page_here.names());
    }
    let mut back = vec![page_here.names()];
    while let Some(previous) = previous(&page_here) {
        page_here = page(scim, list, &previous);
        assert!(next(&page_here).is_some(), "{list}: nothing after {page_here}");
        back.push(page_here.names());
    }
    back.reverse();
    assert_eq!(back, pages, "{list}: another way back");
    pages
}

/// 10 users and 5 groups.
fn directory() -> (Server, Client) {
    let server = Server::start();
    let scim = server.client();
    for n in 0..10 {
        let mut body = user(&format!("user-{n}"));
        body["title"] = if n % 4 == 3 { json!(null) } else { json!(format!("T{}", n % 3)) };
        let id = scim.post("/Users", &body).status(201).at("/id");
        if n < 5 {
            scim.create_group(&format!("group-{n}"), &[&id]);
        }
    }
    (server, scim)
}

#[test]
fn a_walk_shows_each_resource_once_and_goes_back_the_same_way() {
    let (_server, scim) = directory();
    for list in [
        "/Users?x=1",
        "/Groups?x=1",
        "/?x=1",
        "/Users?filter=title+pr",
        "/Users?filter=userName+gt+%22user-2%22",
        "/Users?filter=title+eq+%22nothing%22",
        "/Users?sortBy=userName&sortOrder=descending",
        "/Users?sortBy=title",
        "/Users?sortBy=title&sortOrder=descending&filter=userName+ne+%22user-5%22",
        "/Users?sortBy=active",
        "/Groups?filter=members+pr&sortBy=displayName&sortOrder=descending",
        "/?sortBy=displayName&sortOrder=descending",
        "/?filter=userName+pr+or+displayName+sw+%22group%22&sortBy=title",
        "/Users?attributes=userName",
    ] {
        let whole = scim.get(&format!("{list}&count=1000")).names();
        for count in [1, 3, 5, 7, 1000] {
            let list = format!("{list}&count={count}");
            let pages = there_and_back(&scim, &list);
            assert_eq!(pages.concat(), whole, "{list}");
            assert_eq!(pages.len(), whole.len().div_ceil(count).max(1), "{list}");
            assert!(pages.iter().all(|page| page.len() <= count), "{list}: {pages:?}");
        }
    }
}

#[test]
fn an_empty_cursor_starts_a_walk_however_it_is_written() {
    let (_server, scim) = directory();
    let first = page(&scim, "/Users?count=4", "");
    assert_eq!((first.total(), first.names().len()), (10, 4));
    let same = scim.get("/Users?count=4&cursor");
    assert_eq!(same.names(), first.names());
    assert!(next(&same).is_some() && same.json().get("startIndex").is_none());
    let posted = scim.post("/Users/.search", &search(json!({"cursor": "", "count": 4})));
    assert_eq!(posted.names(), first.names());
    // A page that was asked for by number, or not at all, has no cursors.
    for list in ["/Users?count=4", "/Users?count=4&startIndex=3", "/Users?count=4&sortBy=title"] {
        let answer = scim.get(list);
        assert_eq!((next(&answer), previous(&answer)), (None, None), "{answer}");
        assert!(answer.json()["startIndex"].is_number());
    }
    let nothing = page(&scim, "/Users?count=0", "");
    assert_eq!((nothing.total(), nothing.names().len()), (10, 0));
    // Without a count, it is the one of the first page all the way.
    let whole = page(&scim, "/Users?x=1", "");
    assert_eq!((whole.names().len(), next(&whole)), (10, None));
}

#[test]
fn get_and_post_walk_with_the_same_cursors() {
    let (_server, scim) = directory();
    let filter = r#"title pr"#;
    let first = page(&scim, &format!("/Users?count=3&filter={}", encode(filter)), "");
    let cursor = next(&first).unwrap();
    let body = search(json!({"count": 3, "filter": filter, "cursor": cursor}));
    let second = scim.post("/Users/.search", &body);
    assert_eq!(second.names(), page(&scim, "/Users?count=3&filter=title+pr", &cursor).names());
    let back = page(&scim, "/Users?count=3&filter=title+pr", &previous(&second).unwrap());
    assert_eq!(back.names(), first.names());
    // What is shown may change on the way; what is asked for may not.
    let bare = page(&scim, "/Users?count=3&filter=title+pr&attributes=userName", &cursor);
    assert_eq!(bare.names(), second.names());
    assert!(bare.resources()[0].get("title").is_none());
}

#[test]
fn a_cursor_that_was_changed_in_one_character_is_invalid() {
    let (_server, scim) = directory();
    let good = next(&page(&scim, "/Users?count=3", "")).unwrap();
    for at in 0..good.len() {
        let other = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
        let bad = format!("{}{other}{}", &good[..at], &good[at + 1..]);
        scim.get(&format!("/Users?count=3&cursor={bad}")).scim_error(400, Some("invalidCursor"));
    }
    let doubled = format!("{good}{good}");
    for bad in [&good[1..], &good[..good.len() - 1], &doubled, "x", "1", "null", "%00", &"A".repeat(7000)] {
        let answer = scim.get(&format!("/Users?count=3&cursor={bad}"));
        let detail = answer.scim_error(400, Some("invalidCursor"));
        assert!(detail.contains("empty `cursor`"), "{detail}");
    }
    for bad in [json!(5), json!(true), json!(["x"]), json!({})] {
        scim.post("/Users/.search", &search(json!({"count": 3, "cursor": bad})))
            .scim_error(400, Some("invalidCursor"));
    }
    assert_eq!(page(&scim, "/Users?count=3", &good).names().len(), 3);
}

#[test]
fn a_cursor_belongs_to_its_query_its_endpoint_and_its_tenant() {
    let (server, scim) = directory();
    server.cli().tenant("acme");
    let acme = server.client_of("acme");
    for n in 0..10 {
        acme.create_user(&format!("user-{n}"));
    }
    let good = next(&page(&scim, "/Users?count=3&filter=userName+pr&sortBy=title", "")).unwrap();
    for other in [
        "/Users?count=3",
        "/Users?count=3&filter=userName+pr",
        "/Users?count=3&sortBy=title",
        "/Users?count=3&filter=title+pr&sortBy=title",
        "/Users?count=3&filter=userName+pr&sortBy=userName",
        "/Users?count=3&filter=userName+pr&sortBy=title&sortOrder=descending",
        "/?count=3&filter=userName+pr&sortBy=title",
    ] {
        scim.get(&format!("{other}&cursor={good}")).scim_error(400, Some("invalidCursor"));
    }
    let theirs = format!("/Users?count=3&filter=userName+pr&sortBy=title&cursor={good}");
    acme.get(&theirs).scim_error(400, Some("invalidCursor"));
    assert_eq!(scim.get(&theirs).names().len(), 3);
    let plain = next(&page(&scim, "/Users?count=3", "")).unwrap();
    for (client, other) in [(&scim, "/Groups?count=3"), (&scim, "/?count=3"), (&acme, "/Users?count=3")] {
        client.get(&format!("{other}&cursor={plain}")).scim_error(400, Some("invalidCursor"));
    }
    // Another token of the same organisation is as good.
    assert_eq!(server.client().get(&format!("/Users?count=3&cursor={plain}")).names().len(), 3);
}

#[test]
fn the_count_of_a_walk_stays_and_a_start_index_has_no_place_in_it() {
    let (_server, scim) = directory();
    let good = next(&page(&scim, "/Users?count=3", "")).unwrap();
    for other in ["count=2", "count=4", "count=0", "x=1", "count=1000"] {
        let detail = scim.get(&format!("/Users?{other}&cursor={good}")).scim_error(400, Some("invalidCount"));
        assert!(detail.contains('3'), "{other}: {detail}");
    }
    scim.get("/Users?cursor=&count=x").scim_error(400, Some("invalidCount"));
    for cursor in ["", &good] {
        let answer = scim.get(&format!("/Users?count=3&startIndex=1&cursor={cursor}"));
        let detail = answer.scim_error(400, Some("invalidValue"));
        assert!(detail.contains("startIndex"), "{detail}");
    }
    // More than the largest page is the largest page.
    assert_eq!(page(&scim, "/Users?count=5000", "").names().len(), 10);
}

#[test]
fn who_stays_is_shown_once_whoever_comes_and_goes_during_a_walk() {
    for list in ["/Users?x=1", "/Users?filter=userName+pr"] {
        let (_server, scim) = directory();
        let mut answer = page(&scim, &format!("{list}&count=3"), "");
        let mut seen = answer.names();
        let mut gone = Vec::new();
        while let Some(cursor) = next(&answer) {
            // One that was shown changes, the one at which the page ended goes, and somebody comes.
            let ids: Vec<Value> = answer.resources().iter().map(|user| user["id"].clone()).collect();
            let path = |id: &Value| format!("/Users/{}", id.as_str().unwrap());
            scim.patch(&path(&ids[0]), &replace("title", json!("New"))).status(200);
            scim.delete(&path(ids.last().unwrap())).status(204);
            gone.extend(answer.names().pop());
            scim.create_user(&format!("late-{}", gone.len()));
            answer = page(&scim, &format!("{list}&count=3"), &cursor);
            seen.extend(answer.names());
        }
        assert!(gone.len() >= 3, "{seen:?}");
        seen.retain(|name| !gone.contains(name));
        assert_eq!(seen, scim.get(&format!("{list}&count=1000")).names());
    }
}

#[test]
fn a_sorted_walk_whose_place_is_gone_has_expired() {
    let (_server, scim) = directory();
    let list = "/Users?count=3&sortBy=userName&filter=active+eq+true";
    let first = page(&scim, list, "");
    let cursor = next(&first).unwrap();
    let boundary = format!("/Users/{}", first.resources()[2]["id"].as_str().unwrap());
    // Another page, and a value by which it is not sorted, do no harm.
    scim.delete(&format!("/Users/{}", first.resources()[0]["id"].as_str().unwrap())).status(204);
    scim.patch(&boundary, &replace("displayName", json!("New"))).status(200);
    assert_eq!(page(&scim, list, &cursor).names(), ["user-3", "user-4", "user-5"]);
    // It no longer matches; then it matches again; then it is gone.
    scim.patch(&boundary, &replace("active", json!(false))).status(200);
    let detail = scim.get(&format!("{list}&cursor={cursor}")).scim_error(400, Some("expiredCursor"));
    assert!(detail.contains("empty `cursor`"), "{detail}");
    scim.patch(&boundary, &replace("active", json!(true))).status(200);
    assert_eq!(page(&scim, list, &cursor).names(), ["user-3", "user-4", "user-5"]);
    scim.delete(&boundary).status(204);
    scim.get(&format!("{list}&cursor={cursor}")).scim_error(400, Some("expiredCursor"));
}

#[test]
fn cursors_survive_a_restart() {
    let (mut server, scim) = directory();
    let lists = ["/Users?count=3", "/?count=4", "/Users?count=2&filter=title+pr&sortBy=title"];
    let walks: Vec<(String, Value)> = lists
        .iter()
        .map(|list| {
            let cursor = next(&page(&scim, list, "")).unwrap();
            let expected = page(&scim, list, &cursor).json()["Resources"].clone();
            (cursor, expected)
        })
        .collect();
    let token = scim.token().to_owned();
    server.stop();
    server.restart();
    let scim = server.client_with(&token);
    for (list, (cursor, expected)) in lists.iter().zip(walks) {
        let ids = |list: &Value| -> Vec<Value> {
            list.as_array().unwrap().iter().map(|resource| resource["id"].clone()).collect()
        };
        let answer = page(&scim, list, &cursor);
        assert_eq!(ids(&answer.json()["Resources"]), ids(&expected), "{list}");
        assert!(previous(&answer).is_some(), "{answer}");
    }
}

#[test]
fn a_sorted_walk_whose_place_has_moved_has_expired() {
    let server = Server::start();
    let scim = server.client();
    let ids: Vec<String> = (0..10).map(|n| scim.create_user(&format!("user-{n}"))).collect();
    let list = "/Users?count=3&sortBy=userName";
    let cursor = scim.get(&format!("{list}&cursor")).at("/nextCursor");
    scim.patch(&format!("/Users/{}", ids[2]), &replace("userName", json!("zz"))).status(200);
    scim.get(&format!("{list}&cursor={cursor}")).scim_error(400, Some("expiredCursor"));
}
