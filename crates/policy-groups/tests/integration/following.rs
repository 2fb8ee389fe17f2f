//! Following the change log: order, gaps, resets, waiting, announcements, freshness.

use std::sync::Barrier;
use std::{
    thread,
    time::{Duration, Instant},
};

use policy_groups::{ApplyError, Batch, Change, Principal, Revision, State, keys};
use serde_json::json;

use crate::kit::{add, apply, block, blocked, gid, group, inactive, key, kid, rev, tenant, uid, user};

fn batch(from: u64, to: u64, changes: Vec<Change>) -> Batch {
    Batch { from: rev(from), to: rev(to), changes }
}

#[test]
fn revisions_are_text_and_ordered_within_an_epoch() {
    let revision: Revision = "7.12".parse().unwrap();
    assert_eq!((revision, revision.to_string().as_str()), (Revision::new(7, 12), "7.12"));
    assert!(revision > Revision::new(7, 9));
    assert_eq!(revision.partial_cmp(&Revision::new(8, 9)), None);
    let largest = Revision::new(u64::MAX, u64::MAX);
    assert_eq!(largest.to_string().parse(), Ok(largest));
    for text in ["", "7", "7.", ".1", "7.1.2", "+7.1", " 7.1", "07.1", "7.-1", "18446744073709551616.0"] {
        assert!(text.parse::<Revision>().is_err(), "{text:?}");
    }
    let error = "x`\n".parse::<Revision>().unwrap_err().to_string();
    assert_eq!(error, "`x`\\n` is not a revision: expected `epoch.seq`, two decimal numbers");
}

#[test]
fn batches_come_in_order_or_not_at_all() {
    let tenant = tenant(vec![user(1)]);
    assert_eq!(tenant.apply(&batch(0, 3, vec![user(2)])), Ok(rev(3)), "one batch may cover several numbers");
    assert_eq!(tenant.apply(&batch(4, 5, vec![user(3)])), Err(ApplyError::Gap { have: rev(3), got: rev(4) }));
    assert_eq!(tenant.apply(&batch(2, 5, vec![user(3)])), Err(ApplyError::Gap { have: rev(3), got: rev(2) }));
    assert_eq!(tenant.apply(&batch(0, 3, vec![user(2)])), Ok(rev(3)), "applied already");
    assert_eq!(tenant.apply(&batch(0, 0, vec![])), Ok(rev(3)));
    let other = Batch { from: Revision::new(8, 3), to: Revision::new(8, 4), changes: vec![] };
    let refused = ApplyError::EpochChanged { have: rev(3), got: Revision::new(8, 3) };
    assert_eq!(tenant.apply(&other), Err(refused));
    assert_eq!(refused.to_string(), "another change log: have `7.3`, got a batch after `8.3`");
    assert_eq!(tenant.snapshot().state(), State::Live);
    assert!(matches!(tenant.snapshot().principal(uid(3)), Principal::NotProvisioned));
}

#[test]
fn another_content_under_the_same_number_diverges() {
    let tenant = tenant(vec![user(1), key(1, 1)]);
    tenant.apply(&batch(0, 1, vec![user(2)])).unwrap();
    assert_eq!(tenant.apply(&batch(0, 1, vec![inactive(1)])), Err(ApplyError::Diverged));
    assert_eq!(tenant.snapshot().state(), State::Diverged);
    let denied = tenant.snapshot().authenticate(&keys::digest("key1"), 0).unwrap_err();
    assert_eq!((denied.reason(), denied.is_unavailable()), ("directory_diverged", true));
    assert_eq!(tenant.apply(&batch(1, 2, vec![])), Err(ApplyError::Diverged));
    tenant.reset(rev(1), [user(1), key(1, 1)].into_iter()).unwrap();
    assert!(tenant.snapshot().authenticate(&keys::digest("key1"), 0).is_ok());
}

#[test]
fn unknown_ids_diverge_instead_of_being_skipped() {
    let member = |n| policy_groups::Member::User(uid(n));
    let unknown = [
        add(1, &[1, 9]),
        add(9, &[1]),
        crate::kit::nest(1, 9),
        Change::MembersReplace { group: gid(1), members: vec![member(9)] },
        Change::MembersReplace { group: gid(9), members: vec![] },
        Change::MembersRemove { group: gid(9), members: vec![member(1)] },
    ];
    for change in unknown {
        let tenant = tenant(vec![user(1), group(1, "g")]);
        block(&tenant, json!(["g"]));
        let answer = tenant.apply(&batch(0, 1, vec![add(1, &[1]), change.clone()]));
        assert!(matches!(answer, Err(ApplyError::UnknownId { .. })), "{change:?}");
        assert_eq!((tenant.snapshot().state(), tenant.snapshot().revision()), (State::Diverged, rev(0)));
        let snapshot = tenant.snapshot();
        let decision = snapshot.evaluate(snapshot.user(uid(1)).unwrap(), &policy_groups::Context::default());
        assert!(!decision.allows());
        tenant.reset(rev(1), [user(1), group(1, "g"), add(1, &[1])].into_iter()).unwrap();
        assert!(blocked(&tenant, 1), "rules survive a reset");
    }
    let tenant = tenant(vec![user(1), group(1, "g")]);
    let harmless = vec![
        Change::MembersRemove { group: gid(1), members: vec![member(9), member(1)] },
        Change::UserDelete { id: uid(9) },
        Change::GroupDelete { id: gid(9) },
        Change::KeyDelete { key: kid(9) },
    ];
    assert_eq!(tenant.apply(&batch(0, 1, harmless)), Ok(rev(1)));
}

#[test]
fn a_waiter_is_woken_by_the_revision_it_waits_for() {
    let tenant = tenant(vec![user(1)]);
    let soon = Instant::now() + Duration::from_secs(20);
    assert_eq!(tenant.wait_for(rev(0), soon).unwrap().revision(), rev(0));
    let started = Barrier::new(2);
    thread::scope(|scope| {
        let waiter = scope.spawn({
            let (tenant, started) = (&tenant, &started);
            move || {
                started.wait();
                tenant.wait_for(rev(2), soon).unwrap().revision()
            }
        });
        started.wait();
        apply(&tenant, vec![user(2)]);
        apply(&tenant, vec![user(3)]);
        assert_eq!(waiter.join().unwrap(), rev(2));
    });
    assert!(Instant::now() < soon);
}

#[test]
fn waiting_ends_at_the_deadline_or_when_it_is_hopeless() {
    let tenant = tenant(vec![]);
    let stale = tenant.wait_for(rev(1), Instant::now() + Duration::from_millis(10)).unwrap_err();
    assert_eq!(stale.to_string(), "revision `7.1` was not reached: the directory is live at `7.0`");
    assert!(!stale.epoch_changed());
    let before = Instant::now();
    let stale = tenant.wait_for(Revision::new(8, 0), before + Duration::from_secs(20)).unwrap_err();
    assert!(stale.epoch_changed() && before.elapsed() < Duration::from_secs(10));
}

#[test]
fn b03_subscribers_hear_who_lost_access() {
    let tenant = tenant(vec![user(1), user(2), group(1, "g"), key(1, 1), key(2, 1)]);
    let feed = tenant.subscribe();
    let next = || feed.recv_timeout(Duration::from_secs(20)).unwrap();
    apply(&tenant, vec![inactive(1), user(3), inactive(3), inactive(2), user(2)]);
    assert_eq!((next().deactivated, tenant.snapshot().revision()), (vec![uid(1)], rev(1)));
    let disabled = Change::KeyPut {
        key: kid(1),
        digest: keys::digest("key1"),
        user: uid(1),
        enabled: false,
        expires_at: None,
    };
    apply(&tenant, vec![disabled, Change::KeyDelete { key: kid(2) }, group(1, "h")]);
    let applied = next();
    assert_eq!((applied.keys_revoked, applied.groups_changed), (vec![kid(1), kid(2)], vec![gid(1)]));
    apply(&tenant, vec![Change::TenantSuspend(true)]);
    assert!(next().suspended);
    assert!(tenant.apply(&batch(3, 4, vec![add(9, &[])])).is_err());
    assert_eq!(next().state, State::Diverged);
    tenant.reset(rev(9), [user(1)].into_iter()).unwrap();
    let applied = next();
    assert_eq!((applied.revision, applied.state, applied.deactivated), (rev(9), State::Live, vec![uid(2)]));
}

#[test]
fn a_slow_subscriber_is_dropped_and_holds_nobody_up() {
    let tenant = tenant(vec![]);
    let (slow, quick) = (tenant.subscribe(), tenant.subscribe());
    for _ in 0..1_100 {
        apply(&tenant, vec![]);
        assert!(quick.recv().is_ok());
    }
    assert_eq!(slow.iter().count(), 1_024, "then it is disconnected");
}

#[test]
fn a_tenant_that_hears_nothing_goes_stale_and_recovers() {
    let tenant = tenant(vec![user(1), key(1, 1)]);
    let state = || tenant.snapshot().state();
    assert_eq!((state(), tenant.freshness().head_seen), (State::Live, None));
    let limit = Duration::from_secs(3_600);
    tenant.set_max_staleness(Some(limit));
    tenant.heard(rev(0), Instant::now());
    assert_eq!(state(), State::Live);
    tenant.set_max_staleness(Some(Duration::ZERO));
    while state() != State::Stale {
        thread::yield_now();
    }
    let denied = tenant.snapshot().authenticate(&keys::digest("key1"), 0).unwrap_err();
    assert_eq!((denied.reason(), denied.is_unavailable()), ("directory_stale", true));
    assert!(tenant.wait_for(rev(0), Instant::now()).is_err());

    // Hearing of a head beyond what is applied is no freshness; applying up to it is.
    let later = Instant::now() + limit;
    tenant.heard(rev(1), later);
    assert_eq!(state(), State::Stale);
    apply(&tenant, vec![user(2)]);
    assert_eq!(state(), State::Live);
    let freshness = tenant.freshness();
    assert_eq!((freshness.applied, freshness.head_seen), (rev(1), Some(rev(1))));
    assert_eq!((freshness.head_seen_at, freshness.state), (Some(later), State::Live));
    tenant.set_max_staleness(None);
    assert_eq!(state(), State::Live);
}

#[test]
fn a_large_group_is_replaced_and_emptied() {
    const SIZE: u64 = 50_000;
    let all: Vec<u64> = (0..SIZE).collect();
    let tenant = tenant((0..SIZE).map(user).chain([group(1, "g"), add(1, &all)]).collect());
    block(&tenant, json!(["g"]));
    assert!(blocked(&tenant, 0) && blocked(&tenant, SIZE - 1));
    let count = || tenant.snapshot().group(gid(1)).unwrap().direct_users();
    assert_eq!(count(), 50_000);
    let half = (0..SIZE / 2).map(|n| policy_groups::Member::User(uid(n))).collect();
    apply(&tenant, vec![Change::MembersReplace { group: gid(1), members: half }]);
    assert!(blocked(&tenant, 0) && !blocked(&tenant, SIZE - 1));
    assert_eq!(count(), 25_000);
    apply(&tenant, vec![Change::UserDelete { id: uid(0) }]);
    assert_eq!(count(), 24_999);
}
