//! Reads of one tenant, beside another that holds the same and more.

use scimd_tests::{Client, Server, device, encode, search, user};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Two tenants with the same names; `globex` has more of everything. Their resources come alternately.
fn two() -> (Server, Client, Client) {
    let server = Server::build().defined("device").start();
    server.cli().tenant("acme");
    server.cli().tenant("globex");
    let (acme, globex) = (server.client_of("acme"), server.client_of("globex"));
    for n in 0..8 {
        for (scim, own, last) in [(&acme, "acme", 4), (&globex, "globex", 8)] {
            if n < last {
                let mut body = user(&format!("user-{n}"));
                body["title"] = json!(own);
                body["nickName"] = json!(own);
                let id = scim.post("/Users", &body).status(201).at("/id");
                scim.create_group(&format!("group-{n}"), &[&id]);
                let mut body = device(&format!("D-{n}"));
                body["labels"] = json!([own]);
                scim.post("/Devices", &body).status(201);
            }
        }
    }
    (server, acme, globex)
}

/// The ids of everything that a tenant has.
fn ids(scim: &Client) -> BTreeSet<String> {
    let all = scim.get("?count=1000").resources();
    all.iter().map(|resource| resource["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_list_search_or_order_shows_a_resource_of_another_tenant() {
    let (_server, acme, globex) = two();
    let (ours, theirs) = (ids(&acme), ids(&globex));
    assert_eq!((ours.len(), theirs.len()), (12, 24));
    assert!(ours.is_disjoint(&theirs));
    for (list, kinds) in [("/Users", 1), ("/Groups", 1), ("/Devices", 1), ("", 3)] {
        for query in [
            "x=1",
            "filter=id+pr",
            "filter=meta.created+pr",
            "filter=not+(id+eq+%22x%22)",
            "filter=id+pr+or+meta.version+pr",
            "filter=schemas+co+%22urn%22",
            "sortBy=id",
            "sortBy=displayName&sortOrder=descending",
            "sortBy=meta.created",
            "cursor",
            "cursor&sortBy=id&sortOrder=descending",
            "startIndex=2",
            "count=0",
        ] {
            // The same question of both: what one was told is not told to the other.
            for (scim, own, each) in [(&acme, &ours, 4), (&globex, &theirs, 8), (&acme, &ours, 4)] {
                let answer = scim.get(&format!("{list}?{query}"));
                assert_eq!(answer.total(), each * kinds, "{list}?{query}");
                for resource in answer.resources() {
                    assert!(own.contains(resource["id"].as_str().unwrap()), "{list}?{query}: {resource}");
                }
            }
        }
    }
}

#[test]
fn what_only_another_tenant_has_is_found_by_nothing() {
    let (_server, acme, globex) = two();
    let their = |list: &str| globex.get(list).resources().swap_remove(0)["id"].as_str().unwrap().to_owned();
    let (them, group) = (their("/Users"), their("/Groups"));
    for (list, filter) in [
        ("/Users", r#"title eq "globex""#.to_owned()),
        ("/Users", r#"nickName co "lobe""#.to_owned()),
        ("/Users", r#"userName eq "user-7""#.to_owned()),
        ("/Users", r#"emails.value eq "user-7@contoso.test""#.to_owned()),
        ("/Users", r#"externalId eq "ext-user-7""#.to_owned()),
        ("/Users", format!(r#"id eq "{them}""#)),
        ("/Users", format!(r#"groups.value eq "{group}""#)),
        ("/Users", r#"groups.display eq "group-7""#.to_owned()),
        ("/Groups", format!(r#"members.value eq "{them}""#)),
        ("/Groups", r#"displayName eq "group-7""#.to_owned()),
        ("/Devices", r#"labels eq "globex""#.to_owned()),
        ("/Devices", r#"serialNumber eq "D-7""#.to_owned()),
        ("", format!(r#"id eq "{them}" or members eq "{them}" or title eq "globex""#)),
        ("", r#"serialNumber eq "D-7" or userName eq "user-7""#.to_owned()),
    ] {
        assert!(globex.find(list, &filter).total() > 0, "{filter} finds nothing at all");
        let answer = acme.find(list, &filter);
        assert_eq!((answer.total(), answer.resources().len()), (0, 0), "{list} {filter}");
        let message = search(json!({"filter": filter}));
        assert_eq!(acme.post(&format!("{list}/.search"), &message).total(), 0, "{list} {filter}");
    }
}

#[test]
fn a_walk_stays_inside_its_tenant() {
    let (_server, acme, globex) = two();
    for list in
        ["/Users?count=3", "?count=5", "/Devices?count=3&sortBy=serialNumber", "?count=5&filter=id+pr"]
    {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let answer = acme.get(&format!("{list}&cursor={cursor}"));
            seen.extend(answer.resources().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            let Some(next) = answer.json().get("nextCursor").and_then(Value::as_str).map(encode) else {
                break;
            };
            globex.get(&format!("{list}&cursor={next}")).scim_error(400, Some("invalidCursor"));
            cursor = next;
        }
        let own = ids(&acme);
        assert!(seen.len() >= 4 && seen.iter().all(|id| own.contains(id)), "{list}: {seen:?}");
    }
}

#[test]
fn what_changes_in_one_tenant_moves_nothing_in_another() {
    let (_server, acme, globex) = two();
    let lists =
        ["/Users?startIndex=2&count=2", "?filter=id+pr&startIndex=3&count=4", "/Groups?sortBy=displayName"];
    let before: Vec<String> = lists.iter().map(|list| acme.get(list).text()).collect();
    for id in ids(&globex).iter().take(6) {
        for endpoint in ["/Users", "/Groups", "/Devices"] {
            globex.delete(&format!("{endpoint}/{id}"));
        }
    }
    globex.create_user("somebody-new");
    assert_eq!(ids(&globex).len(), 19);
    let after: Vec<String> = lists.iter().map(|list| acme.get(list).text()).collect();
    assert_eq!(after, before);
}
