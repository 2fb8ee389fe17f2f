//! Random sequences of many clients at once, where order does not matter: each has users and groups of its
//! own, and all change the members of some groups together. In the end there is what each of them knows.
//!
//! `SCIM_PROPERTY_CASES` is the number of requests of each client, `SCIM_PROPERTY_SEED` decides them.

use scimd_tests::{Answer, Random, Server, Session, add_members, group, patch, replace, user};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Barrier;

const CLIENTS: usize = 16;
const SHARED: usize = 5;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// A user as its client knows it.
#[derive(Debug, Clone, PartialEq)]
struct User {
    name: String,
    display: String,
    active: bool,
    version: u64,
}

/// A group as its client knows it.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    name: String,
    members: BTreeSet<String>,
    version: u64,
}

/// A client and what it knows.
struct Peer<'s> {
    number: usize,
    scim: Session,
    random: Random,
    shared: &'s [String],
    users: BTreeMap<String, User>,
    groups: BTreeMap<String, Group>,
    /// Its users in each of the shared groups.
    held: Vec<BTreeSet<String>>,
    made: usize,
}

fn etag(answer: &Answer) -> u64 {
    let tag = answer.must_have("etag");
    tag.trim_start_matches("W/\"").trim_end_matches('"').parse().unwrap()
}

fn body(known: &User) -> Value {
    let mut body = user(&known.name);
    body["displayName"] = json!(known.display);
    body["active"] = json!(known.active);
    body
}

impl Peer<'_> {
    /// Some id of one's own, if there is any.
    fn any<T>(random: &mut Random, known: &BTreeMap<String, T>) -> Option<String> {
        if known.is_empty() { None } else { known.keys().nth(random.below(known.len())).cloned() }
    }

    fn step(&mut self) {
        let user = Self::any(&mut self.random, &self.users);
        let group = Self::any(&mut self.random, &self.groups);
        match (self.random.below(16), user, group) {
            (0, Some(user), _) if self.users.len() > 3 => self.delete_user(&user),
            (1..=3, Some(user), _) => self.change_user(&user),
            (4, _, Some(group)) => self.rename_group(&group),
            (5..=7, Some(user), Some(group)) => self.change_own(&user, &group),
            (8, _, Some(group)) if self.groups.len() > 2 => self.delete_group(&group),
            (9, _, _) => self.create_group(),
            (10..=14, Some(user), _) => self.change_shared(&user),
            _ => self.create_user(),
        }
    }

    fn create_user(&mut self) {
        self.made += 1;
        let name = format!("u{}-{}", self.number, self.made);
        let known =
            User { display: format!("User {name}"), name, active: self.random.once_in(2), version: 1 };
        let answer = self.scim.post("/Users", &body(&known));
        let id = answer.status(201).at("/id");
        assert_eq!(etag(&answer), 1);
        // Asked again, the name is taken by the very same.
        if self.random.once_in(4) {
            let again = self.scim.post("/Users", &body(&known));
            assert!(again.scim_error(409, Some("uniqueness")).contains(&id), "{again}");
        }
        self.users.insert(id, known);
    }

    fn change_user(&mut self, id: &str) {
        let path = format!("/Users/{id}");
        let known = self.users.get_mut(id).unwrap();
        let before = known.clone();
        let change = match self.random.below(3) {
            0 => {
                known.active = self.random.once_in(2);
                replace("active", json!(known.active))
            }
            1 => {
                known.display = format!("Display {}", self.random.below(3));
                patch(json!([{"op": "replace", "value": {"displayName": known.display}}]))
            }
            _ => {
                self.made += 1;
                known.name = format!("u{}-named-{}", self.number, self.made);
                replace("userName", json!(known.name))
            }
        };
        known.version += u64::from(before != *known);
        // Either the change alone, or the whole user as it was read and with the change in it.
        let answer = if self.random.once_in(4) {
            let mut whole = self.scim.get(&path).status(200).json();
            whole["displayName"] = json!(known.display);
            whole["active"] = json!(known.active);
            whole["userName"] = json!(known.name);
            self.scim.put(&path, &whole)
        } else {
            self.scim.patch(&path, &change)
        };
        assert_eq!(etag(answer.status(200)), known.version, "{answer}");
    }

    /// A user who goes leaves every group.
    fn delete_user(&mut self, id: &str) {
        let path = format!("/Users/{id}");
        self.scim.delete(&path).status(204);
        self.scim.get(&path).status(404);
        self.users.remove(id);
        self.groups.values_mut().for_each(|group| group.version += u64::from(group.members.remove(id)));
        self.held.iter_mut().for_each(|held| _ = held.remove(id));
    }

    fn create_group(&mut self) {
        self.made += 1;
        let name = format!("g{}-{}", self.number, self.made);
        let members: BTreeSet<String> = self.users.keys().take(self.random.below(4)).cloned().collect();
        let ids: Vec<&str> = members.iter().map(String::as_str).collect();
        let id = self.scim.post("/Groups", &group(&name, &ids)).status(201).at("/id");
        self.groups.insert(id, Group { name, members, version: 1 });
    }

    fn rename_group(&mut self, id: &str) {
        let name = format!("g{}-named-{}", self.number, self.made);
        self.made += 1;
        self.scim.patch(&format!("/Groups/{id}"), &replace("displayName", json!(name))).status(204);
        let known = self.groups.get_mut(id).unwrap();
        (known.name, known.version) = (name, known.version + 1);
    }

    fn delete_group(&mut self, id: &str) {
        self.scim.delete(&format!("/Groups/{id}")).status(204);
        self.scim.delete(&format!("/Groups/{id}")).status(404);
        self.groups.remove(id);
    }

    fn change_own(&mut self, user: &str, id: &str) {
        let add = self.random.once_in(2);
        let answer = self.scim.patch(&format!("/Groups/{id}"), &membership(user, add));
        let known = self.groups.get_mut(id).unwrap();
        let changed = if add { known.members.insert(user.to_owned()) } else { known.members.remove(user) };
        known.version += u64::from(changed);
        assert_eq!(etag(answer.status(204)), known.version, "{answer}");
    }

    fn change_shared(&mut self, user: &str) {
        let (at, add) = (self.random.below(SHARED), self.random.once_in(2));
        // Who goes is mostly somebody who is there.
        let there = self.held[at].first().filter(|_| !add).cloned();
        let user = there.as_deref().unwrap_or(user);
        self.scim.patch(&format!("/Groups/{}", self.shared[at]), &membership(user, add)).status(204);
        if add {
            self.held[at].insert(user.to_owned())
        } else {
            self.held[at].remove(user)
        };
    }

    /// What must be there of it.
    fn check(&self, names: &BTreeMap<String, String>) {
        for (id, known) in &self.users {
            let answer = self.scim.get(&format!("/Users/{id}"));
            let read = answer.status(200).json();
            let shown = (&read["userName"], &read["displayName"], &read["active"], etag(&answer));
            let wanted = (&json!(known.name), &json!(known.display), &json!(known.active), known.version);
            assert_eq!(shown, wanted, "{read}");
            let own =
                self.groups.iter().filter(|(_, group)| group.members.contains(id)).map(|(group, _)| group);
            let shared = self.shared.iter().zip(&self.held).filter(|(_, held)| held.contains(id));
            let wanted: BTreeSet<&String> = own.chain(shared.map(|(group, _)| group)).collect();
            let shown = read["groups"].as_array().cloned().unwrap_or_default();
            let shown: BTreeSet<(&str, &str)> = shown
                .iter()
                .map(|group| (group["value"].as_str().unwrap(), group["display"].as_str().unwrap()))
                .collect();
            let wanted = wanted.into_iter().map(|group| (group.as_str(), names[group].as_str()));
            assert_eq!(shown, wanted.collect(), "{read}");
        }
        for (id, known) in &self.groups {
            let answer = self.scim.get(&format!("/Groups/{id}"));
            assert_eq!(answer.status(200).at("/displayName"), known.name);
            assert_eq!((members(&answer), etag(&answer)), (known.members.clone(), known.version), "{answer}");
        }
    }
}

fn membership(user: &str, add: bool) -> Value {
    if add {
        add_members(&[user])
    } else {
        patch(json!([{"op": "remove", "path": format!("members[value eq \"{user}\"]")}]))
    }
}

fn members(group: &Answer) -> BTreeSet<String> {
    let members = group.json()["members"].as_array().cloned().unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn clients_that_do_not_meet_find_what_each_of_them_did() {
    let seed = number("SCIM_PROPERTY_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) >> 16);
    let each = number("SCIM_PROPERTY_CASES").unwrap_or(60);
    println!("SCIM_PROPERTY_SEED={seed}, {each} steps of each client");
    let server = Server::start();
    let scim = server.client();
    let shared: Vec<String> = (0..SHARED).map(|n| scim.create_group(&format!("shared {n}"), &[])).collect();
    let start = Barrier::new(CLIENTS);
    let peer = |number| {
        let mut peer = Peer {
            number,
            scim: Session::new(&scim),
            random: Random::new(seed.wrapping_add(number as u64)),
            shared: &shared,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            held: vec![BTreeSet::new(); SHARED],
            made: 0,
        };
        start.wait();
        (0..each).for_each(|_| peer.step());
        peer
    };
    let peers: Vec<Peer<'_>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || peer(number))).collect();
        running
            .into_iter()
            .map(|one| one.join().unwrap_or_else(|_| panic!("SCIM_PROPERTY_SEED={seed}")))
            .collect()
    });
    let own = peers.iter().flat_map(|peer| &peer.groups).map(|(id, group)| (id.clone(), group.name.clone()));
    let named = shared.iter().enumerate().map(|(n, id)| (id.clone(), format!("shared {n}")));
    let names: BTreeMap<String, String> = own.chain(named).collect();
    peers.iter().for_each(|peer| peer.check(&names));
    for (at, id) in shared.iter().enumerate() {
        let wanted: BTreeSet<String> = peers.iter().flat_map(|peer| peer.held[at].clone()).collect();
        assert_eq!(
            members(&scim.get(&format!("/Groups/{id}"))),
            wanted,
            "SCIM_PROPERTY_SEED={seed}, group {at}"
        );
    }
    let users: usize = peers.iter().map(|peer| peer.users.len()).sum();
    assert_eq!(scim.get("/Users?count=0").at("/totalResults"), users.to_string());
    assert_eq!(scim.get("/Groups?count=0").at("/totalResults"), names.len().to_string());
    assert!(users > CLIENTS, "nearly nobody is there");
}
