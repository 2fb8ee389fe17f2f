//! The immutable state of one tenant at one revision.

pub(crate) mod groups;
pub(crate) mod members;
pub(crate) mod next;
pub(crate) mod resolve;
pub(crate) mod shards;

use std::sync::Arc;

use serde::Serialize;

use crate::{KeyId, Revision, TenantId, TenantOptions, UserId, rules::compile::Compiled};

use groups::{GroupSlot, Groups};
use resolve::Resolved;
use shards::Shards;

/// Whether a tenant's data may be used for decisions. Only [`State::Live`] may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing was loaded yet, or the tenant was closed.
    Loading,
    /// The data follows the change log.
    Live,
    /// The head of the change log was not heard of for longer than the tenant tolerates.
    Stale,
    /// The data contradicts the change log and has to be loaded again.
    Diverged,
}

impl State {
    /// The state in one lower-case word, as in `loading`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Live => "live",
            Self::Stale => "stale",
            Self::Diverged => "diverged",
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) name: Arc<str>,
    pub(crate) active: bool,
    /// Direct memberships, sorted; may list groups that no longer exist.
    pub(crate) groups: Vec<GroupSlot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) id: KeyId,
    pub(crate) user: UserId,
    pub(crate) enabled: bool,
    pub(crate) expires_at: Option<i64>,
}

/// Users, groups, keys and rules of one revision. A clone shares nearly everything.
#[derive(Debug, Clone)]
pub(crate) struct Root {
    pub(crate) tenant: TenantId,
    pub(crate) revision: Revision,
    pub(crate) state: State,
    pub(crate) suspended: bool,
    pub(crate) options: TenantOptions,
    pub(crate) users: Shards<UserId, Arc<User>>,
    pub(crate) groups: Groups,
    // Invariant: `keys` and `digests` describe the same set of keys.
    pub(crate) keys: Shards<[u8; 32], Key>,
    pub(crate) digests: Shards<KeyId, [u8; 32]>,
    pub(crate) rules: Arc<Compiled>,
    // Invariant: this is `rules` resolved against `groups` under `options`.
    pub(crate) resolved: Arc<Resolved>,
}

impl Root {
    /// A tenant of which nothing is known yet.
    pub(crate) fn new(tenant: TenantId, options: TenantOptions) -> Self {
        Self {
            tenant,
            revision: Revision::default(),
            state: State::Loading,
            suspended: false,
            options,
            users: Shards::default(),
            groups: Groups::default(),
            keys: Shards::default(),
            digests: Shards::default(),
            rules: Arc::default(),
            resolved: Arc::default(),
        }
    }

    pub(crate) fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id).map(|user| &**user)
    }

    pub(crate) fn key(&self, id: KeyId) -> Option<(&[u8; 32], &Key)> {
        let digest = self.digests.get(&id)?;
        Some((digest, self.keys.get(digest)?))
    }

    /// Brings `resolved` up to date after a change to groups, edges, rules or options.
    pub(crate) fn resolve(&mut self) {
        self.resolved = Arc::new(Resolved::new(&self.rules, &self.groups, self.options.nesting));
    }
}
