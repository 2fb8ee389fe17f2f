//! What happened to the directory: the events of the change log.

use crate::{GroupId, KeyId, Revision, UserId};

/// One event of the change log. Every event is idempotent: it states the result, not the difference,
/// or names elements whose repeated arrival changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Change {
    /// The user exists and looks like this. Memberships stay as they are.
    UserPut {
        /// The user.
        id: UserId,
        /// SCIM `userName`, as stored.
        user_name: String,
        /// SCIM `active`. An inactive user keeps all memberships and can do nothing.
        active: bool,
    },
    /// The user is gone and so are the memberships. Deleting an unknown user changes nothing.
    UserDelete {
        /// The user.
        id: UserId,
    },
    /// The group exists under this name. Members stay as they are, so this is also a rename.
    GroupPut {
        /// The group.
        id: GroupId,
        /// SCIM `displayName`, byte for byte: this is the name that rules match.
        display_name: String,
    },
    /// The group is gone and so are its memberships. Deleting an unknown group changes nothing.
    GroupDelete {
        /// The group.
        id: GroupId,
    },
    /// These members belong to the group, in addition to those it has.
    MembersAdd {
        /// The group, which must exist.
        group: GroupId,
        /// Members, all of which must exist.
        members: Vec<Member>,
    },
    /// These members no longer belong to the group. Members that do not exist are passed over.
    MembersRemove {
        /// The group, which must exist.
        group: GroupId,
        /// Members to take out.
        members: Vec<Member>,
    },
    /// These are all members of the group.
    MembersReplace {
        /// The group, which must exist.
        group: GroupId,
        /// The complete list; all of them must exist. Duplicates count once.
        members: Vec<Member>,
    },
    /// The API key exists and looks like this.
    KeyPut {
        /// The key.
        key: KeyId,
        /// SHA-256 of the secret, see [`keys::digest`](crate::keys::digest).
        digest: [u8; 32],
        /// Whose key it is. The user need not exist (yet): the key is refused until it does.
        user: UserId,
        /// False when somebody revoked this key. Independent of the user's `active`.
        enabled: bool,
        /// First second (Unix time) at which the key is refused; `None` for never.
        expires_at: Option<i64>,
    },
    /// The API key is gone. Deleting an unknown key changes nothing.
    KeyDelete {
        /// The key.
        key: KeyId,
    },
    /// The whole tenant is suspended (true) or not (false). Nothing else is forgotten.
    TenantSuspend(bool),
}

/// A member of a group: a user or another group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// A user.
    User(UserId),
    /// A group. It counts for decisions only where the tenant has `nesting` switched on.
    Group(GroupId),
}

/// The changes of one SCIM request, which become visible together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Batch {
    /// The revision these changes follow.
    pub from: Revision,
    /// The revision they lead to; same epoch, not smaller than `from`.
    pub to: Revision,
    /// The changes, in order.
    pub changes: Vec<Change>,
}
