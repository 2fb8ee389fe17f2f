//! Changes: what the policy side must know of a committed write.

use crate::ids::{Kind, OtherKind, ResourceId, TenantId};
use serde_json::{Value, json};

/// One entry of the change log. Each is idempotent: applying it twice is applying it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A user exists with these facts.
    UserPut {
        /// The user.
        id: ResourceId,
        /// The exact userName.
        name: String,
        /// Whether the user may use the platform.
        active: bool,
    },
    /// A user is gone, and with it its memberships.
    UserDelete {
        /// The user.
        id: ResourceId,
    },
    /// A group exists with this name.
    GroupPut {
        /// The group.
        id: ResourceId,
        /// The exact displayName.
        name: String,
    },
    /// A group is gone, and with it its membership.
    GroupDelete {
        /// The group.
        id: ResourceId,
    },
    /// These became members.
    MembersAdd {
        /// The group.
        group: ResourceId,
        /// The new members.
        members: Vec<(Kind, ResourceId)>,
    },
    /// These are members no longer.
    MembersRemove {
        /// The group.
        group: ResourceId,
        /// The former members.
        members: Vec<(Kind, ResourceId)>,
    },
    /// An API key exists with these facts.
    KeyPut {
        /// The key.
        id: ResourceId,
        /// SHA-256 of the key.
        digest: [u8; 32],
        /// The user whose rights it has.
        owner: ResourceId,
        /// Whether it may be used.
        enabled: bool,
        /// When it ends, in milliseconds since 1970.
        expires_ms: Option<i64>,
    },
    /// An API key is gone.
    KeyDelete {
        /// The key.
        id: ResourceId,
    },
    /// The tenant exists, enabled or suspended, with these settings.
    TenantPut {
        /// Whether it is enabled.
        enabled: bool,
        /// The settings as a JSON object.
        settings: String,
    },
    /// A resource of another type exists.
    ResourcePut {
        /// Its type.
        kind: OtherKind,
        /// The resource.
        id: ResourceId,
        /// The name to show, if it has one.
        name: String,
    },
    /// A resource of another type is gone.
    ResourceDelete {
        /// Its type.
        kind: OtherKind,
        /// The resource.
        id: ResourceId,
    },
    /// Another policy document is in force.
    PolicyPut {
        /// Its version.
        version: i64,
        /// The document.
        doc: String,
    },
}

/// What a committed request changed in one tenant, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The tenant.
    pub tenant: TenantId,
    /// The epoch of the tenant's change log.
    pub epoch: i64,
    /// The number of the last change before these.
    pub before: i64,
    /// The changes, numbered `before + 1` and on.
    pub changes: Vec<Change>,
}

/// The state of a tenant at one point of its change log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantState {
    /// The tenant.
    pub tenant: TenantId,
    /// The epoch of the change log.
    pub epoch: i64,
    /// The number of the last change that is part of the state.
    pub seq: i64,
    /// Changes that lead from nothing to the state: users and groups before memberships.
    pub changes: Vec<Change>,
}

/// Whoever must know of a commit before its answer is sent.
///
/// Called on the writer thread after COMMIT returned and before any request of the batch is
/// answered, in the order of the commits. What it takes, every write waits for.
pub trait CommitObserver: Send {
    /// Takes note of what one batch of requests changed.
    fn committed(&mut self, batch: Vec<Committed>);
}

/// What stood in a row before a change, for questions about the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) name: String,
    pub(crate) active: bool,
}

impl Change {
    /// The number in the column `kind`.
    pub(crate) fn number(&self) -> i16 {
        match self {
            Self::UserPut { .. } => 1,
            Self::UserDelete { .. } => 2,
            Self::GroupPut { .. } => 3,
            Self::GroupDelete { .. } => 4,
            Self::MembersAdd { .. } => 5,
            Self::MembersRemove { .. } => 6,
            Self::KeyPut { .. } => 7,
            Self::KeyDelete { .. } => 8,
            Self::TenantPut { .. } => 9,
            Self::PolicyPut { .. } => 10,
            Self::ResourcePut { .. } => 11,
            Self::ResourceDelete { .. } => 12,
        }
    }

    /// The row's resource type and resource; the tenant's own changes have neither.
    pub(crate) fn subject(&self) -> (i16, ResourceId) {
        match self {
            Self::UserPut { id, .. } | Self::UserDelete { id } => (Kind::User.number(), *id),
            Self::GroupPut { id, .. } | Self::GroupDelete { id } => (Kind::Group.number(), *id),
            Self::MembersAdd { group, .. } | Self::MembersRemove { group, .. } => {
                (Kind::Group.number(), *group)
            }
            Self::ResourcePut { kind, id, .. } | Self::ResourceDelete { kind, id } => {
                (Kind::Other(*kind).number(), *id)
            }
            Self::KeyPut { id, .. } | Self::KeyDelete { id } => (0, *id),
            Self::TenantPut { .. } | Self::PolicyPut { .. } => (0, uuid::Uuid::nil().into()),
        }
    }

    /// The JSON of the column `detail`.
    pub(crate) fn detail(&self, before: Option<&Before>) -> String {
        let mut detail = match self {
            Self::UserPut { name, active, .. } => json!({"name": name, "active": active}),
            Self::GroupPut { name, .. } | Self::ResourcePut { name, .. } => json!({"name": name}),
            Self::UserDelete { .. }
            | Self::GroupDelete { .. }
            | Self::ResourceDelete { .. }
            | Self::KeyDelete { .. } => json!({}),
            Self::MembersAdd { members, .. } | Self::MembersRemove { members, .. } => {
                let of = |wanted: Kind| -> Vec<Value> {
                    members.iter().filter(|(k, _)| *k == wanted).map(|(_, id)| json!(id)).collect()
                };
                json!({"users": of(Kind::User), "groups": of(Kind::Group)})
            }
            Self::KeyPut { digest, owner, enabled, expires_ms, .. } => {
                let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                json!({"digest": hex, "owner": owner, "enabled": enabled, "expires_ms": expires_ms})
            }
            Self::TenantPut { enabled, settings } => json!({"enabled": enabled, "settings": settings}),
            Self::PolicyPut { version, .. } => json!({"version": version}),
        };
        if let (Some(before), Some(object)) = (before, detail.as_object_mut()) {
            object.insert("before".to_owned(), json!({"name": before.name, "active": before.active}));
        }
        detail.to_string()
    }
}
