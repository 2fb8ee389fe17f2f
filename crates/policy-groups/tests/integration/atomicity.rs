//! Readers see all of a batch or nothing of it, while a writer is at work.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use policy_groups::{Change, Context, GroupRef, Member, Tenant, Which};
use serde_json::json;

use crate::kit::{add, apply, block, gid, group, tenant, uid, user};

const READS: u64 = 200_000;

/// Applies batches until the readers have asked `question` often enough; answers how many were applied.
fn race(
    tenant: &Tenant,
    mut batch: impl FnMut(u64) -> Vec<Change>,
    question: impl Fn(&Tenant) + Sync,
) -> u64 {
    let (reads, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let mut batches = 0;
    thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        question(tenant);
                        reads.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        // A reader that failed must not keep the writer going for ever.
        while reads.load(Ordering::Relaxed) < READS
            && !readers.iter().any(thread::ScopedJoinHandle::is_finished)
        {
            apply(tenant, batch(batches));
            batches += 1;
        }
        stop.store(true, Ordering::Relaxed);
    });
    batches
}

#[test]
fn a_move_between_groups_is_never_seen_half_done() {
    let tenant = tenant(vec![user(1), group(1, "x"), group(2, "y"), add(1, &[1])]);
    let remove = |g| Change::MembersRemove { group: gid(g), members: vec![Member::User(uid(1))] };
    let there_and_back = |n: u64| {
        if n.is_multiple_of(2) { vec![remove(1), add(2, &[1])] } else { vec![add(1, &[1]), remove(2)] }
    };
    let batches = race(&tenant, there_and_back, |tenant| {
        let snapshot = tenant.snapshot();
        let ann = snapshot.user(uid(1)).unwrap();
        let groups: Vec<&str> = snapshot.groups_of(ann, Which::Direct).map(GroupRef::display_name).collect();
        assert!(groups == ["x"] || groups == ["y"], "{groups:?}");
    });
    assert!(batches > 100, "the writer was at work: {batches}");
}

#[test]
fn a_swap_of_names_is_never_seen_half_done() {
    let tenant = tenant(vec![user(1), user(2), group(1, "a"), group(2, "b"), add(1, &[1]), add(2, &[2])]);
    block(&tenant, json!(["a"]));
    let swap = |n: u64| {
        let (one, two) = if n.is_multiple_of(2) { ("b", "a") } else { ("a", "b") };
        vec![group(1, one), group(2, two)]
    };
    race(&tenant, swap, |tenant| {
        let snapshot = tenant.snapshot();
        let blocked =
            [1, 2].map(|n| !snapshot.evaluate(snapshot.user(uid(n)).unwrap(), &Context::default()).allows());
        assert_ne!(blocked[0], blocked[1], "exactly one of them is in the group called a");
    });
}
