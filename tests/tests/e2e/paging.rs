//! Pages by `startIndex` and `count`.

use scimd_tests::{Client, Server, encode, search, user};
use serde_json::json;
use std::collections::BTreeSet;

/// The names on a page of 4.
#[track_caller]
fn page(scim: &Client, list: &str, start: usize) -> Vec<String> {
    let answer = scim.get(&format!("{list}&startIndex={start}&count=4"));
    assert_eq!(answer.status(200).json()["startIndex"], start, "{list}");
    answer.names()
}

/// The names on all pages, one after the other, as long as there is anything on them.
#[track_caller]
fn walk(scim: &Client, list: &str) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let page = page(scim, list, all.len() + 1);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

#[test]
fn a_walk_over_all_pages_shows_each_resource_once() {
    let server = Server::start();
    let scim = server.client();
    let ids: Vec<String> = (0..11).map(|n| scim.create_user(&format!("user-{n:02}"))).collect();
    for n in 0..6 {
        scim.create_group(&format!("user-group-{n}"), &[&ids[n], &ids[n + 1]]);
    }
    for (list, expected) in [
        ("/Users?x=1", 11),
        ("/Groups?x=1", 6),
        ("/?x=1", 17),
        ("/Users?filter=userName+ge+%22user-04%22", 7),
        ("/Users?filter=groups+pr", 7),
        ("/Users?filter=title+pr", 0),
        ("/Groups?filter=displayName+ew+%225%22", 1),
        ("/?filter=displayName+co+%22user%22", 17),
        ("/Users?sortBy=userName&sortOrder=descending", 11),
        ("/Users?excludedAttributes=groups,emails", 11),
    ] {
        let all = walk(&scim, list);
        assert_eq!(all.len(), expected, "{list}: {all:?}");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), expected, "{list} shows one twice: {all:?}");
        for start in [1, 3, 4, 5, 100, 1 << 40] {
            let answer = scim.get(&format!("{list}&startIndex={start}&count=2"));
            assert_eq!(answer.total(), expected, "{list} from {start}");
            let rest = all.iter().skip(start - 1).take(2);
            assert!(answer.names().iter().eq(rest), "{list} from {start}: {answer}");
        }
    }
}

#[test]
fn what_is_no_number_is_refused_and_what_is_too_much_is_cut() {
    let server = Server::start();
    let scim = server.client();
    for n in 0..3 {
        scim.create_user(&format!("user-{n}"));
        scim.create_group(&format!("group-{n}"), &[]);
    }
    for endpoint in ["/Users", "/Groups", "/"] {
        for bad in ["x", "", "1.5", "1e2", "0x1", "--1", "+1", "1 ", "٣", "null", "true"] {
            for (name, scim_type) in [("count", "invalidCount"), ("startIndex", "invalidValue")] {
                let answer = scim.get(&format!("{endpoint}?{name}={}", encode(bad)));
                assert_eq!(answer.code(), 400, "{name}={bad}: {answer}");
                assert!(answer.scim_error(400, Some(scim_type)).contains(name), "{answer}");
            }
        }
        let twice = scim.get(&format!("{endpoint}?count=1&count=2")).scim_error(400, Some("invalidCount"));
        assert!(twice.contains("twice"), "{twice}");
        let total = scim.get(endpoint).total();
        for (query, start, shown) in [
            ("count=0", 1, 0),
            ("count=-3", 1, 0),
            ("startIndex=-3", 1, total),
            ("startIndex=0&count=2", 1, 2),
            ("startIndex=2&count=0", 2, 0),
            ("startIndex=2&count=999999999999999999999999", 2, total - 1),
            ("startIndex=7&count=1", 7, 0),
            ("startIndex=00003&count=001", 3, 1),
        ] {
            let answer = scim.get(&format!("{endpoint}?{query}"));
            assert_eq!(answer.total(), total, "{query}");
            assert_eq!(answer.json()["startIndex"], start, "{query}");
            assert_eq!(answer.resources().len(), shown, "{query}");
        }
    }
    for (parameters, scim_type) in [
        (json!({"count": "many"}), "invalidCount"),
        (json!({"count": 1.5}), "invalidCount"),
        (json!({"count": [1]}), "invalidCount"),
        (json!({"startIndex": true}), "invalidValue"),
    ] {
        scim.post("/Users/.search", &search(parameters)).scim_error(400, Some(scim_type));
    }
    let page = scim.post("/Users/.search", &search(json!({"startIndex": 2, "count": 1})));
    assert_eq!(page.text(), scim.get("/Users?startIndex=2&count=1").text());
}

#[test]
fn a_page_is_what_the_list_holds_at_that_moment() {
    let server = Server::start();
    let scim = server.client();
    let mut ids: Vec<String> = (0..20).map(|n| scim.create_user(&format!("user-{n:02}"))).collect();
    let lists = ["x=1", "filter=userName+ge+%22user-1%22", "sortBy=userName&sortOrder=descending"];
    for step in 0..18 {
        // Before the page, on it, and after it; then somebody comes.
        match step % 4 {
            0 => drop(scim.delete(&format!("/Users/{}", ids.remove(step / 4))).status(204)),
            1 => drop(scim.delete(&format!("/Users/{}", ids.remove(step / 2))).status(204)),
            2 => drop(scim.delete(&format!("/Users/{}", ids.remove(ids.len() - 2))).status(204)),
            _ => {
                for n in 0..3 {
                    ids.push(scim.create_user(&format!("user-{step}-{n}")));
                }
            }
        }
        for list in lists {
            let whole = scim.get(&format!("/Users?{list}&count=1000")).names();
            let start = step + 1;
            let page = scim.get(&format!("/Users?{list}&startIndex={start}&count=4"));
            assert_eq!(page.total(), whole.len(), "{list} after step {step}");
            let expected = whole.iter().skip(start - 1).take(4);
            assert!(page.names().iter().eq(expected), "{list} after step {step}: {page}");
        }
        let listed = scim.get("/Users?count=1000").resources();
        assert!(listed.iter().map(|user| user["id"].as_str().unwrap()).eq(ids.iter()), "after step {step}");
    }
}

#[test]
fn nobody_is_shown_twice_when_others_come_and_go_during_a_walk() {
    let server = Server::start();
    let scim = server.client();
    let ids: Vec<String> = (0..12).map(|n| scim.create_user(&format!("user-{n:02}"))).collect();
    let mut seen = Vec::new();
    for turn in 0..5 {
        seen.extend(page(&scim, "/Users?x=1", seen.len() + 1));
        if turn < 2 {
            // Who comes, comes at the end.
            scim.create_user(&format!("aaa-{turn}"));
        }
        if turn == 0 {
            // Who was shown already and goes, lets the others move up: one of them is missed.
            scim.delete(&format!("/Users/{}", ids[1])).status(204);
        }
    }
    let all = scim.get("/Users").names();
    let missed: Vec<&String> = all.iter().filter(|name| !seen.contains(name)).collect();
    assert_eq!(missed, ["user-04"], "seen were {seen:?}");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "twice in {seen:?}");
    assert_eq!(seen.last(), all.last());
}

#[test]
fn a_page_has_100_resources_unless_another_number_is_wanted_and_never_more_than_1000() {
    let server = Server::start();
    let scim = server.client();
    std::thread::scope(|scope| {
        for worker in 0..15 {
            let scim = &scim;
            scope.spawn(move || {
                for n in 0..70 {
                    let body =
                        json!({"schemas": user("x")["schemas"], "userName": format!("u-{worker:02}-{n:02}")});
                    scim.post("/Users", &body).status(201);
                }
            });
        }
    });
    let shown = |query: &str| {
        let answer = scim.get(&format!("/Users?{query}"));
        assert_eq!(answer.total(), 1050, "{query}");
        answer.names()
    };
    assert_eq!(shown("").len(), 100);
    let first = shown("count=1000");
    assert_eq!(first.len(), 1000);
    assert_eq!(shown("count=1001"), first);
    assert_eq!(shown("count=1050"), first);
    let rest = shown("startIndex=1001&count=1000");
    assert_eq!(rest.len(), 50);
    let all: BTreeSet<&String> = first.iter().chain(&rest).collect();
    assert_eq!(all.len(), 1050);
    // A page from the middle, from the end, and one that nobody came to from the page before it.
    for start in [513, 1047, 900, 2] {
        let page = shown(&format!("startIndex={start}&count=5"));
        assert!(page.iter().eq(first.iter().chain(&rest).skip(start - 1).take(5)), "from {start}: {page:?}");
    }
    let found = scim.get("/Users?filter=userName+sw+%22u-0%22&count=5000");
    assert_eq!((found.total(), found.names().len()), (700, 700));
    let one = scim.get("/Users?filter=userName+sw+%22u-0%22&startIndex=700");
    assert_eq!((one.total(), one.names().len()), (700, 1));
}
