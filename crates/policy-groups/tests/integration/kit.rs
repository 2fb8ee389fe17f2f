//! Short ways to say what a test is about.

use std::sync::Arc;

use policy_groups::{
    Action, Batch, Change, Context, Decision, Directory, GroupId, KeyId, Member, Principal, Revision,
    RuleSetDoc, Tenant, TenantId, TenantOptions, UserId,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const EPOCH: u64 = 7;

pub(crate) fn uid(n: u64) -> UserId {
    UserId(Uuid::from_u64_pair(1, n))
}

pub(crate) fn gid(n: u64) -> GroupId {
    GroupId(Uuid::from_u64_pair(2, n))
}

pub(crate) fn kid(n: u64) -> KeyId {
    KeyId(Uuid::from_u64_pair(3, n))
}

pub(crate) fn rev(seq: u64) -> Revision {
    Revision::new(EPOCH, seq)
}

pub(crate) fn user(n: u64) -> Change {
    Change::UserPut { id: uid(n), user_name: format!("user{n}"), active: true }
}

pub(crate) fn inactive(n: u64) -> Change {
    Change::UserPut { id: uid(n), user_name: format!("user{n}"), active: false }
}

pub(crate) fn group(n: u64, name: &str) -> Change {
    Change::GroupPut { id: gid(n), display_name: name.to_owned() }
}

pub(crate) fn add(g: u64, users: &[u64]) -> Change {
    Change::MembersAdd { group: gid(g), members: users.iter().map(|n| Member::User(uid(*n))).collect() }
}

pub(crate) fn nest(parent: u64, child: u64) -> Change {
    Change::MembersAdd { group: gid(parent), members: vec![Member::Group(gid(child))] }
}

pub(crate) fn key(n: u64, owner: u64) -> Change {
    let digest = policy_groups::keys::digest(&format!("key{n}"));
    Change::KeyPut { key: kid(n), digest, user: uid(owner), enabled: true, expires_at: None }
}

/// A live tenant at revision 0 with these changes in it.
pub(crate) fn tenant(changes: Vec<Change>) -> Arc<Tenant> {
    loaded(TenantOptions::default(), changes)
}

pub(crate) fn nested(changes: Vec<Change>) -> Arc<Tenant> {
    loaded(TenantOptions { nesting: true }, changes)
}

fn loaded(options: TenantOptions, changes: Vec<Change>) -> Arc<Tenant> {
    let tenant = Directory::new().open(TenantId(1), options);
    tenant.reset(rev(0), changes.into_iter()).unwrap();
    tenant
}

/// Applies one batch after the current revision.
pub(crate) fn apply(tenant: &Tenant, changes: Vec<Change>) {
    let from = tenant.snapshot().revision();
    tenant.apply(&Batch { from, to: rev(from.seq + 1), changes }).unwrap();
}

pub(crate) fn document(value: Value) -> RuleSetDoc {
    // Through text, because that door is the stricter one.
    RuleSetDoc::parse(&value.to_string()).unwrap()
}

pub(crate) fn install(tenant: &Tenant, rules: Value) {
    let version = tenant.snapshot().rules_version() + 1;
    tenant.install_rules(&document(json!({"rules": rules})), version).unwrap();
}

/// Installs one rule that blocks under this `user_groups` condition.
pub(crate) fn block(tenant: &Tenant, user_groups: Value) {
    install(tenant, json!([{"name": "r", "conditions": {"user_groups": user_groups}, "action": "BLOCK"}]));
}

pub(crate) fn decide(tenant: &Tenant, n: u64, context: &Context<'_>) -> Decision {
    let snapshot = tenant.snapshot();
    let Principal::Active(user) = snapshot.principal(uid(n)) else { panic!("user {n} is not active") };
    snapshot.evaluate(user, context)
}

pub(crate) fn action(tenant: &Tenant, n: u64) -> Action {
    decide(tenant, n, &Context::default()).action
}

pub(crate) fn blocked(tenant: &Tenant, n: u64) -> bool {
    action(tenant, n) == Action::Block
}

/// A small generator of numbers (splitmix64), so that a failing seed can be replayed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}
