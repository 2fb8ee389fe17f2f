//! Many clients at once.

use scimd_tests::{Answer, Client, Server, add_members, remove_member, replace, user};
use serde_json::json;
use std::sync::Barrier;
use std::thread;

#[test]
fn sixty_four_clients_fill_one_group_and_no_member_is_lost() {
    const CLIENTS: usize = 64;
    const EACH: usize = 4;
    let server = Server::start();
    let scim = server.client();
    let group = scim.create_group("everyone", &[]);
    let uri = format!("/Groups/{group}");
    let start = Barrier::new(CLIENTS);
    let mut ids: Vec<String> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (scim, uri, start) = (&scim, &uri, &start);
                scope.spawn(move || {
                    start.wait();
                    let add = |n: usize| {
                        let id = scim.create_user(&format!("user-{client}-{n}"));
                        scim.patch(uri, &add_members(&[&id])).status(204);
                        id
                    };
                    (0..EACH).map(add).collect::<Vec<_>>()
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    ids.sort_unstable();
    assert_eq!(ids.len(), CLIENTS * EACH);
    assert_eq!(scim.members(&group), ids);
}

#[test]
fn a_hundred_creates_of_one_user_name_have_one_winner() {
    const CLIENTS: usize = 100;
    let server = Server::start();
    let scim = server.client();
    let start = Barrier::new(CLIENTS);
    let answers: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    scim.post("/Users", &user("ann"))
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let winners: Vec<_> = answers.iter().filter(|answer| answer.code() == 201).collect();
    assert_eq!(winners.len(), 1);
    let id = winners[0].at("/id");
    for loser in answers.iter().filter(|answer| answer.code() != 201) {
        assert!(loser.scim_error(409, Some("uniqueness")).contains(&id));
    }
    assert_eq!(scim.get("/Users").at("/totalResults"), "1");
}

/// Does something `count` times at the same moment.
fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    std::thread::scope(|scope| {
        let (start, work) = (&start, &work);
        let running: Vec<_> = (0..count)
            .map(|i| {
                scope.spawn(move || {
                    start.wait();
                    work(i)
                })
            })
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn users(scim: &Client, count: usize) -> Vec<String> {
    let mut ids = at_once(count, |i| scim.create_user(&format!("u{i}")));
    ids.sort_unstable();
    ids
}

#[track_caller]
fn count(answers: &[Answer], status: u16) -> usize {
    for answer in answers {
        assert!(answer.code() < 500, "{answer}");
    }
    answers.iter().filter(|answer| answer.code() == status).count()
}

#[test]
fn a_hundred_creations_of_one_group_make_one_group() {
    let server = Server::start();
    let scim = server.client();
    let answers = at_once(100, |_| scim.post("/Groups", &scimd_tests::group("staff", &[])));
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 99));
    assert_eq!(scim.get("/Groups").json()["totalResults"], 1);
}

#[test]
fn of_many_writers_with_one_version_one_wins() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let tag = scim.get(&path).must_have("etag").to_owned();
    let answers = at_once(32, |i| {
        let change = replace("displayName", json!(format!("writer {i}")));
        scim.request("PATCH", &path).json(&change).header("If-Match", &tag).send()
    });
    assert_eq!((count(&answers, 200), count(&answers, 412)), (1, 31));
    let won = answers.iter().find(|answer| answer.code() == 200).unwrap();
    assert_eq!(scim.get(&path).at("/displayName"), won.at("/displayName"));
}

#[test]
fn a_user_that_many_delete_is_deleted_once() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let answers = at_once(32, |_| scim.delete(&path));
    assert_eq!((count(&answers, 204), count(&answers, 404)), (1, 31));
}

#[test]
fn different_attributes_written_at_once_are_all_there() {
    let server = Server::start();
    let scim = server.client();
    let path = format!("/Users/{}", scim.create_user("ann"));
    let attributes =
        ["title", "nickName", "userType", "locale", "timezone", "preferredLanguage", "displayName"];
    let values = ["Boss", "Annie", "Staff", "en-GB", "Europe/Berlin", "en", "Ann B."];
    let answers = at_once(attributes.len(), |i| scim.patch(&path, &replace(attributes[i], json!(values[i]))));
    assert_eq!(count(&answers, 200), attributes.len());
    let read = scim.get(&path).json();
    for (attribute, value) in attributes.iter().zip(values) {
        assert_eq!(read[*attribute], value, "{read}");
    }
}

#[test]
fn names_are_free_again_after_a_deletion_under_load() {
    let server = Server::start();
    let scim = server.client();
    let answers: Vec<Answer> = at_once(16, |_| {
        let mut last = scim.post("/Users", &user("ann"));
        for _ in 0..5 {
            if last.code() == 201 {
                scim.delete(&format!("/Users/{}", last.at("/id"))).status(204);
            }
            last = scim.post("/Users", &user("ann"));
        }
        last
    });
    count(&answers, 201);
    let left = scim.get("/Users").json()["totalResults"].as_u64().unwrap();
    assert!(left <= 1, "{left} users of one name");
    if left == 0 {
        scim.create_user("ann");
    } else {
        scim.post("/Users", &user("ann")).scim_error(409, Some("uniqueness"));
    }
}

#[test]
fn members_come_and_go_at_once_and_each_change_counts() {
    let server = Server::start();
    let scim = server.client();
    let ids = users(&scim, 64);
    let even: Vec<&str> = ids.iter().step_by(2).map(String::as_str).collect();
    let group = scim.create_group("everybody", &even);
    let path = format!("/Groups/{group}");
    let changed = at_once(64, |i| {
        let change = if i % 2 == 0 { remove_member(&ids[i]) } else { add_members(&[&ids[i]]) };
        scim.patch(&path, &change)
    });
    assert_eq!(count(&changed, 204), 64);
    let odd: Vec<String> = ids.iter().skip(1).step_by(2).cloned().collect();
    assert_eq!(scim.members(&group), odd);
}
