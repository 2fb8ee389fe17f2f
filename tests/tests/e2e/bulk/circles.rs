//! Groups that hold each other (RFC 7644 section 3.7.1).

use super::{count, failed, made, message, post, send, statuses};
use scimd_tests::{Server, group, user};
use serde_json::json;

#[test]
fn two_groups_are_created_with_each_other_as_members() {
    let server = Server::start();
    let scim = server.client();
    let answered = send(
        &scim,
        json!([
            post("/Groups", "a", group("A", &["bulkId:b"])),
            post("/Groups", "b", group("B", &["bulkId:a", "bulkId:ann"])),
            post("/Users", "ann", user("ann")),
        ]),
    );
    assert_eq!(statuses(&answered), ["201", "201", "201"]);
    let [a, b, ann] = [0, 1, 2].map(|at| made(&scim, &answered[at]));
    assert_eq!(scim.members(&a), std::slice::from_ref(&b));
    let mut both = [a, ann];
    both.sort_unstable();
    assert_eq!(scim.members(&b), both);
}

#[test]
fn a_circle_may_be_long_and_other_groups_may_lead_into_it() {
    const LONG: usize = 40;
    let server = Server::start();
    let scim = server.client();
    let next = |n: usize| format!("bulkId:{}", (n + 1) % LONG);
    let mut operations: Vec<_> =
        (0..LONG).map(|n| post("/Groups", &n.to_string(), group(&format!("g{n}"), &[&next(n)]))).collect();
    operations.insert(0, post("/Groups", "into", group("into", &["bulkId:7"])));
    let answered = send(&scim, json!(operations));
    let ids: Vec<String> = answered.iter().map(|one| made(&scim, one)).collect();
    assert_eq!(scim.members(&ids[0]), [ids[8].clone()]);
    for n in 0..LONG {
        assert_eq!(scim.members(&ids[n + 1]), [ids[(n + 1) % LONG + 1].clone()], "group {n}");
    }
}

#[test]
fn circles_that_meet_are_resolved_together() {
    let server = Server::start();
    let scim = server.client();
    let answered = send(
        &scim,
        json!([
            post("/Groups", "a", group("A", &["bulkId:b", "bulkId:c"])),
            post("/Groups", "b", group("B", &["bulkId:a"])),
            post("/Groups", "c", group("C", &["bulkId:a", "bulkId:d"])),
            post("/Groups", "d", group("D", &["bulkId:c"])),
        ]),
    );
    let ids: Vec<String> = answered.iter().map(|one| made(&scim, one)).collect();
    for (at, members) in [(0, vec![1, 2]), (1, vec![0]), (2, vec![0, 3]), (3, vec![2])] {
        let mut wanted: Vec<String> = members.into_iter().map(|at: usize| ids[at].clone()).collect();
        wanted.sort_unstable();
        assert_eq!(scim.members(&ids[at]), wanted);
    }
}

#[test]
fn of_a_circle_nothing_is_left_when_one_of_it_fails() {
    let server = Server::start();
    let scim = server.client();
    scim.create_group("taken", &[]);
    let answered = send(
        &scim,
        json!([
            post("/Groups", "a", group("A", &["bulkId:b"])),
            post("/Groups", "b", group("TAKEN", &["bulkId:c"])),
            post("/Groups", "c", group("C", &["bulkId:a"])),
            post("/Groups", "after", group("after", &["bulkId:a"])),
            post("/Users", "ann", user("ann")),
        ]),
    );
    failed(&answered[1], 409, Some("uniqueness"));
    for at in [0, 2, 3] {
        failed(&answered[at], 409, None);
    }
    made(&scim, &answered[4]);
    let groups = scim.get("/Groups").resources();
    assert_eq!(
        groups.iter().map(|group| group["displayName"].as_str().unwrap()).collect::<Vec<_>>(),
        ["taken"]
    );
    // And the names are free for another try.
    let again = send(
        &scim,
        json!([
            post("/Groups", "a", group("A", &["bulkId:b"])),
            post("/Groups", "b", group("B", &["bulkId:a"])),
        ]),
    );
    assert_eq!(statuses(&again), ["201", "201"]);
    assert_eq!(count(&scim, "/Groups"), 3);
}

#[test]
fn a_circle_with_somebody_unknown_in_it_is_not_made() {
    let server = Server::start();
    let scim = server.client();
    let body = message(json!([
        post("/Groups", "a", group("A", &["bulkId:b", "bulkId:nobody"])),
        post("/Groups", "b", group("B", &["bulkId:a"])),
    ]));
    let answered = super::done(&scim.post("/Bulk", &body));
    assert!(failed(&answered[0], 400, Some("invalidValue")).contains("nobody"), "{}", answered[0]);
    failed(&answered[1], 409, None);
    assert_eq!(count(&scim, "/Groups"), 0);
}
