//! A consistent view of one tenant, and the questions it answers.

use std::{collections::BTreeSet, fmt, sync::Arc};

use crate::{
    Context, Decision, Explanation, GroupId, KeyId, MatchKind, Revision, RuleReport, State, TenantId, UserId,
    evaluate, explain,
    rules::{self, RuleSetDoc},
    state::{Root, User, groups::Group, groups::GroupSlot},
};

/// Users, groups, keys and rules of one revision, which never change under the caller.
///
/// Taking one costs an atomic increment. Keep it for one decision, not for a streamed answer: it holds the whole
/// revision in memory, and it does not see a deactivation that comes later.
#[derive(Debug, Clone)]
pub struct Snapshot {
    root: Arc<Root>,
    state: State,
}

/// Who a user id stands for.
#[derive(Debug, Clone, Copy)]
pub enum Principal<'a> {
    /// A user who may act.
    Active(UserRef<'a>),
    /// A user who exists and may not act.
    Inactive,
    /// No user, as far as this revision knows.
    NotProvisioned,
}

/// A user within a snapshot.
#[derive(Clone, Copy)]
pub struct UserRef<'a> {
    root: &'a Root,
    user: &'a User,
}

/// A group within a snapshot.
#[derive(Clone, Copy)]
pub struct GroupRef<'a>(&'a Group);

/// Which groups of a user to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// Those that list the user as a member.
    Direct,
    /// Those and, where nesting is on, all groups around them.
    Effective,
    /// Those of the effective ones that the installed rules refer to.
    Referenced,
}

/// A user who proved to hold a valid key.
#[derive(Debug, Clone, Copy)]
pub struct Authenticated<'a> {
    /// The owner of the key.
    pub user: UserRef<'a>,
    /// The key.
    pub key: KeyId,
}

/// A key was refused.
///
/// What it displays is the same for every reason, because whoever presents a key must not learn whether it
/// exists. The reason is for the audit record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthDenied {
    reason: &'static str,
    unavailable: bool,
}

impl Snapshot {
    pub(crate) fn new(root: Arc<Root>, stale: bool) -> Self {
        let state = if stale && root.state == State::Live { State::Stale } else { root.state };
        Self { root, state }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.root.tenant
    }

    /// Where in the change log this view stands.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.root.revision
    }

    /// Whether decisions may be made, as of the moment the snapshot was taken.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The version of the installed rules; 0 while none are.
    #[must_use]
    pub fn rules_version(&self) -> u64 {
        self.root.rules.version
    }

    /// The installed rules; an empty document while none are.
    #[must_use]
    pub fn rules(&self) -> &RuleSetDoc {
        &self.root.rules.document
    }

    /// The installed rules against the groups of this revision: which references dangle?
    #[must_use]
    pub fn rule_report(&self) -> RuleReport {
        rules::report(&self.root)
    }

    /// Whether the tenant is suspended: no key opens and no request passes.
    #[must_use]
    pub fn suspended(&self) -> bool {
        self.root.suspended
    }

    /// How many users and groups this revision has.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.root.users.len(), self.root.groups.len())
    }

    /// Who this id stands for. Says nothing about the tenant: [`Snapshot::evaluate`] looks at that.
    #[must_use]
    pub fn principal(&self, id: UserId) -> Principal<'_> {
        match self.user(id) {
            None => Principal::NotProvisioned,
            Some(user) if user.is_active() => Principal::Active(user),
            Some(_) => Principal::Inactive,
        }
    }

    /// The user with this id, active or not. For explanations; nothing is ever allowed to an inactive user.
    #[must_use]
    pub fn user(&self, id: UserId) -> Option<UserRef<'_>> {
        self.root.user(id).map(|user| UserRef { root: &self.root, user })
    }

    /// Whose key this is, if it opens at `now` (Unix seconds).
    ///
    /// A key opens while the tenant is live and not suspended, its owner exists and is active, and the key itself
    /// is enabled and not expired. Nothing of this is stored with the key: re-activating a user restores exactly
    /// those keys that nobody revoked.
    ///
    /// # Errors
    /// [`AuthDenied`] in every other case.
    pub fn authenticate(&self, digest: &[u8; 32], now: i64) -> Result<Authenticated<'_>, AuthDenied> {
        match self.state {
            State::Live => {}
            State::Loading => return Err(AuthDenied::unavailable("directory_loading")),
            State::Stale => return Err(AuthDenied::unavailable("directory_stale")),
            State::Diverged => return Err(AuthDenied::unavailable("directory_diverged")),
        }
        if self.root.suspended {
            return Err(AuthDenied::because("tenant_suspended"));
        }
        let key = self.root.keys.get(digest).ok_or(AuthDenied::because("unknown_key"))?;
        if !key.enabled {
            return Err(AuthDenied::because("key_disabled"));
        }
        if key.expires_at.is_some_and(|end| now >= end) {
            return Err(AuthDenied::because("key_expired"));
        }
        match self.principal(key.user) {
            Principal::Active(user) => Ok(Authenticated { user, key: key.id }),
            Principal::Inactive => Err(AuthDenied::because("user_inactive")),
            Principal::NotProvisioned => Err(AuthDenied::because("user_not_provisioned")),
        }
    }

    /// Decides a request.
    ///
    /// Refuses with [`Action::Unavailable`](crate::Action::Unavailable) if the tenant is not live or suspended, and
    /// for a user who is inactive or was taken from another snapshot.
    #[must_use]
    pub fn evaluate(&self, user: UserRef<'_>, context: &Context<'_>) -> Decision {
        self.refusal(user).map_or_else(
            || evaluate::evaluate(&self.root, user.user, context),
            |matched| evaluate::unavailable(&self.root, matched),
        )
    }

    /// Decides a request and says why, rule by rule. Allocates freely; not for the path of requests.
    #[must_use]
    pub fn explain(&self, user: UserRef<'_>, context: &Context<'_>) -> Explanation {
        // The slots of a foreign user mean other groups here.
        let nobody = User { groups: Vec::new(), ..user.user.clone() };
        let known = if self.owns(user) { user.user } else { &nobody };
        explain::explain(&self.root, known, context, self.evaluate(user, context))
    }

    /// The groups of a user in the order of their ids. Memberships of an inactive user are retained and listed.
    ///
    /// A user of another snapshot has none.
    pub fn groups_of<'a>(
        &'a self,
        user: UserRef<'_>,
        which: Which,
    ) -> impl Iterator<Item = GroupRef<'a>> + use<'a> {
        let mut groups: Vec<&Group> =
            self.slots(user, which).into_iter().filter_map(|slot| self.root.groups.get(slot)).collect();
        if which == Which::Referenced {
            groups.retain(|group| {
                self.root.rules.mentions_name(&group.name) || self.root.rules.mentions_id(group.id)
            });
        }
        groups.sort_by_key(|group| group.id);
        groups.into_iter().map(GroupRef)
    }

    /// The groups that bear exactly this name, byte for byte, in the order of their ids: none, one or several.
    pub fn group_by_name<'a>(&'a self, exact: &str) -> impl Iterator<Item = GroupRef<'a>> + use<'a> {
        let groups: Vec<GroupRef<'a>> = self.root.groups.named(exact).map(GroupRef).collect();
        groups.into_iter()
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<GroupRef<'_>> {
        self.root.groups.get(self.root.groups.slot(id)?).map(GroupRef)
    }

    /// Whether the user counts as a member of a group with one of these names, byte for byte.
    ///
    /// This reads the directory and decides nothing: an inactive user keeps the memberships.
    #[must_use]
    pub fn is_member_any(&self, user: UserRef<'_>, names: &[&str]) -> bool {
        let slots = self.slots(user, Which::Effective);
        names.iter().any(|name| self.root.groups.named(name).any(|group| slots.contains(&group.slot)))
    }

    fn refusal(&self, user: UserRef<'_>) -> Option<MatchKind> {
        if self.state != State::Live {
            Some(MatchKind::NotLive)
        } else if self.root.suspended {
            Some(MatchKind::Suspended)
        } else if !self.owns(user) {
            Some(MatchKind::Foreign)
        } else if !user.is_active() {
            Some(MatchKind::Inactive)
        } else {
            None
        }
    }

    /// Slots mean nothing outside their revision, so a user of another snapshot is not evaluated at all.
    fn owns(&self, user: UserRef<'_>) -> bool {
        std::ptr::eq(user.root, &*self.root)
    }

    fn slots(&self, user: UserRef<'_>, which: Which) -> BTreeSet<GroupSlot> {
        if !self.owns(user) {
            return BTreeSet::new();
        }
        let up = which != Which::Direct && self.root.options.nesting;
        let mut reached = BTreeSet::new();
        let mut queue = user.user.groups.clone();
        while let Some(slot) = queue.pop() {
            if let Some(group) = self.root.groups.get(slot)
                && reached.insert(slot)
                && up
            {
                queue.extend(group.parents.iter().copied());
            }
        }
        reached
    }
}

impl<'a> UserRef<'a> {
    /// The id of the user.
    #[must_use]
    pub fn id(self) -> UserId {
        self.user.id
    }

    /// SCIM `userName`, as stored.
    #[must_use]
    pub fn user_name(self) -> &'a str {
        &self.user.name
    }

    /// SCIM `active`.
    #[must_use]
    pub fn is_active(self) -> bool {
        self.user.active
    }
}

impl fmt::Debug for UserRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserRef({})", self.user.id)
    }
}

impl<'a> GroupRef<'a> {
    /// The id of the group.
    #[must_use]
    pub fn id(self) -> GroupId {
        self.0.id
    }

    /// SCIM `displayName`, byte for byte.
    #[must_use]
    pub fn display_name(self) -> &'a str {
        &self.0.name
    }

    /// How many users list this group directly.
    #[must_use]
    pub fn direct_users(self) -> usize {
        self.0.users.len()
    }
}

impl fmt::Debug for GroupRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GroupRef({} {:?})", self.0.id, self.0.name)
    }
}

impl AuthDenied {
    const fn because(reason: &'static str) -> Self {
        Self { reason, unavailable: false }
    }

    const fn unavailable(reason: &'static str) -> Self {
        Self { reason, unavailable: true }
    }

    /// The reason for the audit record, in one lower-case word such as `key_expired`. Never for the client.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// Whether no key could have opened because the tenant is not live. A gateway answers 503 then, not 401.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        self.unavailable
    }
}

impl fmt::Display for AuthDenied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid API key")
    }
}

impl std::error::Error for AuthDenied {}
