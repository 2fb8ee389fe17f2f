//! Many clients at once.

use scimd_tests::{Server, add_members, user};
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
