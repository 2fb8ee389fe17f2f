//! Many clients that have much to do, each knowing what must be there in the end.
//!
//! `SCIMD_RACE_OPERATIONS` is the number of requests of each client; 10,000 take some minutes, and want a
//! release binary in `SCIMD_BIN`.

use scimd_tests::{Answer, Client, Random, Server, Session, patch, user};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::time::Instant;

const CLIENTS: usize = 64;

/// How many requests each client sends: what was asked for, or a few.
fn operations() -> Option<usize> {
    std::env::var("SCIMD_RACE_OPERATIONS").ok().map(|text| text.parse().unwrap())
}

/// What clients do that all begin at the same moment.
fn crowd<T: Send>(scim: &Client, work: impl Fn(usize, &Session) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(CLIENTS);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    let session = Session::new(scim);
                    start.wait();
                    work(number, &session)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

/// The members of a group, without the requests of a client that reads them one by one.
fn members(session: &Session, group: &str) -> BTreeSet<String> {
    let read = session.get(&format!("/Groups/{group}")).status(200).json();
    let members = read["members"].as_array().cloned().unwrap_or_default();
    let ids: BTreeSet<String> = members.iter().map(|m| m["value"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), members.len(), "a member twice: {read}");
    ids
}

/// Members to add or to remove, in one of the ways that clients have.
fn change(random: &mut Random, add: bool, ids: &[&String]) -> Value {
    let listed: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
    let one_by_one = |op: &str, path: &dyn Fn(&String) -> String| {
        patch(ids.iter().map(|id| json!({"op": op, "path": path(id)})).collect())
    };
    match (add, random.below(3)) {
        (true, 0) => patch(json!([{"op": "add", "value": {"members": listed}}])),
        (true, 1) => {
            patch(listed.iter().map(|one| json!({"op": "Add", "path": "members", "value": [one]})).collect())
        }
        (true, _) => patch(json!([{"op": "add", "path": "members", "value": listed}])),
        (false, 0) => patch(json!([{"op": "Remove", "path": "members", "value": listed}])),
        (false, _) => one_by_one("remove", &|id| format!("members[value eq \"{id}\"]")),
    }
}

#[test]
fn members_of_twenty_groups_come_and_go_and_none_is_wrong() {
    const GROUPS: usize = 20;
    const OWN: usize = 3;
    let each = operations().unwrap_or(24);
    let server = Server::start();
    let scim = server.client();
    let groups: Vec<String> = (0..GROUPS).map(|n| scim.create_group(&format!("group {n}"), &[])).collect();
    let owned: Vec<Vec<String>> = crowd(&scim, |number, session| {
        let create = |n| session.post("/Users", &user(&format!("u-{number}-{n}"))).status(201).at("/id");
        (0..OWN).map(create).collect()
    });
    let began = Instant::now();
    // Who is where, by group: each client knows it of its own users.
    let told: Vec<(usize, Vec<BTreeSet<String>>)> = crowd(&scim, |number, session| {
        let mut random = Random::new(number as u64);
        let mut there = vec![BTreeSet::new(); GROUPS];
        let mut sent = 0;
        while sent < each {
            let (at, add) = (random.below(GROUPS), random.once_in(2));
            let count = 1 + random.below(OWN);
            let ids = &owned[number].iter().take(count).collect::<Vec<_>>();
            let body = change(&mut random, add, ids);
            // A client that lost an answer asks again.
            for _ in 0..=usize::from(random.once_in(8)) {
                session.patch(&format!("/Groups/{}", groups[at]), &body).status(204);
                sent += 1;
            }
            for id in ids {
                if add {
                    there[at].insert((*id).clone())
                } else {
                    there[at].remove(*id)
                };
            }
        }
        (sent, there)
    });
    let (took, sent) = (began.elapsed(), told.iter().map(|(sent, _)| sent).sum::<usize>());
    println!("{sent} changes in {took:.1?}, {:.0} each second", sent as f64 / took.as_secs_f64());
    let session = Session::new(&scim);
    let mut expected: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let wanted: BTreeSet<String> = told.iter().flat_map(|(_, there)| there[at].clone()).collect();
        assert_eq!(members(&session, group), wanted, "group {at}");
        let ids = owned.iter().flatten().filter(|id| wanted.contains(*id));
        ids.for_each(|id| _ = expected.entry(id).or_default().insert(group));
    }
    // The same seen from the other side.
    for id in owned.iter().flatten() {
        let read = session.get(&format!("/Users/{id}")).status(200).json();
        let shown = read["groups"].as_array().cloned().unwrap_or_default();
        let shown: Vec<&str> = shown.iter().map(|group| group["value"].as_str().unwrap()).collect();
        let wanted: Vec<&String> = expected.remove(id).unwrap_or_default().into_iter().collect();
        assert_eq!(
            shown.into_iter().collect::<BTreeSet<_>>(),
            wanted.into_iter().map(String::as_str).collect()
        );
    }
}

#[test]
fn of_four_who_create_a_user_one_does_and_three_are_told_which() {
    const TEAM: usize = 4;
    let teams = CLIENTS / TEAM;
    let names = if operations().is_some() { 2_500 } else { 10 * teams };
    let server = Server::start();
    let scim = server.client();
    let began = Instant::now();
    let answers: Vec<(usize, Answer)> = crowd(&scim, |number, session| {
        let of_team = (0..names).skip(number / TEAM).step_by(teams);
        of_team.map(|name| (name, session.post("/Users", &user(&format!("user {name}"))))).collect::<Vec<_>>()
    })
    .into_iter()
    .flatten()
    .collect();
    let took = began.elapsed();
    println!("{} creations in {took:.1?}", answers.len());
    assert_eq!(answers.len(), names * TEAM);
    let mut winners: BTreeMap<usize, String> = BTreeMap::new();
    for (name, answer) in answers.iter().filter(|(_, answer)| answer.code() == 201) {
        assert_eq!(winners.insert(*name, answer.at("/id")), None, "two users of one name");
    }
    assert_eq!(winners.len(), names);
    for (name, answer) in answers.iter().filter(|(_, answer)| answer.code() != 201) {
        let detail = answer.scim_error(409, Some("uniqueness"));
        assert!(detail.contains(&winners[name]), "{detail} does not name {}", winners[name]);
    }
    assert_eq!(scim.get("/Users?count=0").at("/totalResults"), names.to_string());
    let found = scim.find("/Users", r#"userName eq "USER 0""#);
    assert_eq!(found.resources()[0]["id"], winners[&0].as_str());
}
