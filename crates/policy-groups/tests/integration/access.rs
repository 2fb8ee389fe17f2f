//! Who may come in: keys, users, suspension, and the walls between tenants.

use policy_groups::{
    Action, ApplyError, Change, Context, Directory, MatchKind, State, Tenant, TenantId, TenantOptions, keys,
};
use serde_json::json;

use crate::kit::{add, apply, block, blocked, group, inactive, key, kid, rev, tenant, uid, user};

/// The audit reason for which a key is refused, or `opens`.
fn reason(tenant: &Tenant, n: u64, now: i64) -> &'static str {
    let snapshot = tenant.snapshot();
    match snapshot.authenticate(&keys::digest(&format!("key{n}")), now) {
        Ok(found) => {
            assert_eq!(found.key, kid(n));
            "opens"
        }
        Err(denied) => {
            assert_eq!(denied.to_string(), "invalid API key", "the same for every reason");
            denied.reason()
        }
    }
}

fn put(n: u64, enabled: bool, expires_at: Option<i64>) -> Change {
    let digest = keys::digest(&format!("key{n}"));
    Change::KeyPut { key: kid(n), digest, user: uid(1), enabled, expires_at }
}

#[test]
fn b07_a_key_opens_only_while_everything_about_it_holds() {
    let tenant = tenant(vec![user(1), key(1, 1), key(2, 2), put(3, false, None), put(4, true, Some(100))]);
    assert_eq!(reason(&tenant, 1, 0), "opens");
    assert_eq!(reason(&tenant, 2, 0), "user_not_provisioned");
    assert_eq!(reason(&tenant, 3, 0), "key_disabled");
    assert_eq!((reason(&tenant, 4, 99), reason(&tenant, 4, 100)), ("opens", "key_expired"));
    assert_eq!(reason(&tenant, 5, 0), "unknown_key");

    apply(&tenant, vec![user(2)]);
    assert_eq!(reason(&tenant, 2, 0), "opens", "the owner came later");
    apply(&tenant, vec![inactive(1)]);
    assert_eq!(reason(&tenant, 1, 0), "user_inactive");
    apply(&tenant, vec![user(1), Change::TenantSuspend(true)]);
    assert_eq!(reason(&tenant, 1, 0), "tenant_suspended");
    apply(&tenant, vec![Change::TenantSuspend(false), Change::UserDelete { id: uid(1) }]);
    assert_eq!(reason(&tenant, 1, 0), "user_not_provisioned");
    apply(&tenant, vec![Change::KeyDelete { key: kid(2) }]);
    assert_eq!(reason(&tenant, 2, 0), "unknown_key");
}

#[test]
fn b03_reactivation_restores_exactly_the_keys_that_nobody_revoked() {
    let tenant = tenant(vec![user(1), key(1, 1), key(2, 1), key(3, 1), put(4, true, Some(100))]);
    apply(&tenant, vec![put(2, false, None)]);
    apply(&tenant, vec![inactive(1)]);
    // Revoked and deleted while the user is away.
    apply(&tenant, vec![put(3, false, None)]);
    for n in 1..=4 {
        assert_ne!(reason(&tenant, n, 0), "opens");
    }
    apply(&tenant, vec![user(1)]);
    let now: Vec<&str> = (1..=4).map(|n| reason(&tenant, n, 100)).collect();
    assert_eq!(now, ["opens", "key_disabled", "key_disabled", "key_expired"]);
    apply(&tenant, vec![put(2, true, None)]);
    assert_eq!(reason(&tenant, 2, 0), "opens");
}

#[test]
fn a_rotated_key_opens_with_the_new_secret_only() {
    let tenant = tenant(vec![user(1), key(1, 1)]);
    let digest = keys::digest("new");
    apply(
        &tenant,
        vec![Change::KeyPut { key: kid(1), digest, user: uid(1), enabled: true, expires_at: None }],
    );
    assert_eq!(reason(&tenant, 1, 0), "unknown_key");
    assert!(tenant.snapshot().authenticate(&digest, 0).is_ok());
}

#[test]
fn nothing_is_allowed_before_the_first_load() {
    let tenant = Directory::new().open(TenantId(1), TenantOptions::default());
    assert_eq!(tenant.snapshot().state(), State::Loading);
    assert_eq!(reason(&tenant, 1, 0), "directory_loading");
    assert!(tenant.snapshot().authenticate(&[0; 32], 0).unwrap_err().is_unavailable());
    let batch = policy_groups::Batch { from: rev(0), to: rev(1), changes: vec![user(1)] };
    assert_eq!(tenant.apply(&batch), Err(ApplyError::NotLoaded));
}

#[test]
fn a_suspended_tenant_decides_nothing() {
    let tenant = tenant(vec![user(1), Change::TenantSuspend(true)]);
    let snapshot = tenant.snapshot();
    let decision = snapshot.evaluate(snapshot.user(uid(1)).unwrap(), &Context::default());
    assert_eq!((decision.action, decision.matched), (Action::Unavailable, MatchKind::Suspended));
}

#[test]
fn a_user_of_another_snapshot_is_refused() {
    let (a, b) = (tenant(vec![user(1)]), tenant(vec![user(1)]));
    let (a, b) = (a.snapshot(), b.snapshot());
    let decision = b.evaluate(a.user(uid(1)).unwrap(), &Context::default());
    assert_eq!((decision.action, decision.matched), (Action::Unavailable, MatchKind::Foreign));
    assert!(b.explain(a.user(uid(1)).unwrap(), &Context::default()).groups.is_empty());
}

#[test]
fn b09_tenants_with_equal_names_and_ids_never_meet() {
    let directory = Directory::new();
    let [a, b] = [1, 2].map(|n| directory.open(TenantId(n), TenantOptions::default()));
    let same = |k| vec![user(1), group(1, "g"), key(k, 1)];
    a.reset(rev(0), same(1).into_iter().chain([add(1, &[1])])).unwrap();
    b.reset(rev(0), same(2).into_iter()).unwrap();
    for tenant in [&a, &b] {
        block(tenant, json!(["g"]));
    }
    assert!(blocked(&a, 1) && !blocked(&b, 1));
    assert_eq!((reason(&a, 1, 0), reason(&a, 2, 0)), ("opens", "unknown_key"));
    assert_eq!((reason(&b, 1, 0), reason(&b, 2, 0)), ("unknown_key", "opens"));
    apply(&a, vec![inactive(1), Change::TenantSuspend(true)]);
    assert_eq!(reason(&b, 2, 0), "opens");
}

fn owner(directory: &Directory, n: u64) -> Option<i64> {
    directory.tenant_of_key(&keys::digest(&format!("key{n}"))).map(|tenant| tenant.id().0)
}

#[test]
fn the_directory_knows_whose_key_it_is() {
    let directory = Directory::new();
    let [a, b] = [1, 2].map(|n| directory.open(TenantId(n), TenantOptions::default()));
    a.reset(rev(0), [user(1), key(1, 1)].into_iter()).unwrap();
    b.reset(rev(0), [key(2, 1)].into_iter()).unwrap();
    assert_eq!([1, 2, 3].map(|n| owner(&directory, n)), [Some(1), Some(2), None]);
    apply(&a, vec![key(3, 1), Change::KeyDelete { key: kid(1) }]);
    assert_eq!([1, 2, 3].map(|n| owner(&directory, n)), [None, Some(2), Some(1)]);
    // What a reset does not mention is free for others.
    b.reset(rev(5), [key(1, 1)].into_iter()).unwrap();
    assert_eq!([1, 2, 3].map(|n| owner(&directory, n)), [Some(2), None, Some(1)]);
    directory.close(TenantId(1));
    assert_eq!([1, 2, 3].map(|n| owner(&directory, n)), [Some(2), None, None]);
}

#[test]
fn a_digest_of_another_tenant_is_refused_and_stays_where_it_was() {
    let directory = Directory::new();
    let [a, b] = [1, 2].map(|n| directory.open(TenantId(n), TenantOptions::default()));
    a.reset(rev(0), [user(1), key(1, 1)].into_iter()).unwrap();
    b.reset(rev(0), [user(1)].into_iter()).unwrap();
    let batch = policy_groups::Batch { from: rev(0), to: rev(1), changes: vec![key(0, 1), key(1, 1)] };
    assert_eq!(b.apply(&batch), Err(ApplyError::DigestTaken { key: kid(1) }));
    assert_eq!(b.snapshot().state(), State::Diverged);
    assert_eq!([1, 0].map(|n| owner(&directory, n)), [Some(1), None], "nothing of the batch is left");
    assert_eq!(reason(&a, 1, 0), "opens");
    assert_eq!(b.reset(rev(1), [key(1, 1)].into_iter()), Err(ApplyError::DigestTaken { key: kid(1) }));
    directory.close(TenantId(1));
    assert_eq!(b.reset(rev(1), [user(1), key(1, 1)].into_iter()), Ok(()));
    assert_eq!(reason(&b, 1, 0), "opens");

    let twice = Change::KeyPut {
        key: kid(9),
        digest: keys::digest("key1"),
        user: uid(1),
        enabled: true,
        expires_at: None,
    };
    let batch = policy_groups::Batch { from: rev(1), to: rev(2), changes: vec![twice] };
    assert_eq!(b.apply(&batch), Err(ApplyError::DigestTaken { key: kid(9) }), "within one tenant, too");
}

#[test]
fn a_closed_tenant_refuses_and_can_be_opened_again() {
    let directory = Directory::new();
    let old = directory.open(TenantId(1), TenantOptions { nesting: true });
    assert!(std::sync::Arc::ptr_eq(&old, &directory.open(TenantId(1), TenantOptions::default())));
    old.reset(rev(0), [user(1), key(1, 1)].into_iter()).unwrap();
    let before = old.snapshot();
    let feed = old.subscribe();
    directory.close(TenantId(1));
    assert!(directory.tenant(TenantId(1)).is_none() && directory.tenants().is_empty());
    assert_eq!(reason(&old, 1, 0), "directory_loading");
    assert_eq!(old.reset(rev(0), std::iter::empty()), Err(ApplyError::Closed));
    assert!(feed.recv().is_err() && old.subscribe().recv().is_err());
    assert!(before.authenticate(&keys::digest("key1"), 0).is_ok(), "snapshots do not change");

    let new = directory.clone().open(TenantId(1), TenantOptions::default());
    new.reset(rev(0), [user(1), key(1, 1)].into_iter()).unwrap();
    assert_eq!((reason(&new, 1, 0), owner(&directory, 1)), ("opens", Some(1)));
}

#[test]
fn the_digest_is_sha_256() {
    let abc = keys::digest("abc");
    assert_eq!(abc[..8], [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea]);
}
