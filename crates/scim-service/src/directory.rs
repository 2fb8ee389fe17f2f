//! From commit to policy: what the store commits, `policy-groups` decides by before anybody is answered.

use crate::settings::{OptIn, TenantSettings};
use policy_groups::{Batch, Directory, GroupId, KeyId, Member, Revision, RuleSetDoc, TenantOptions, UserId};
use scim_store_diesel::{
    Change, CommitObserver, Committed, Kind, ResourceId, StateReader, TenantId, TenantState,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Keeps a [`Directory`] in step with the store. Lives on the store's writer thread.
pub(crate) struct Follower {
    directory: Directory,
    states: StateReader,
}

impl Follower {
    /// Loads the state of every tenant and goes on from there.
    pub(crate) fn start(directory: Directory, loaded: Vec<TenantState>, states: StateReader) -> Self {
        let follower = Self { directory, states };
        loaded.into_iter().for_each(|state| follower.reset(state));
        follower
    }

    /// Replaces what is known of a tenant. On failure the tenant refuses everything.
    fn reset(&self, state: TenantState) {
        let number = state.tenant.number();
        let tenant = self.directory.open(policy_groups::TenantId(number), TenantOptions::default());
        self.apply_beside(&tenant, &state.changes);
        let changes = state.changes.iter().filter_map(translate).collect::<Vec<_>>();
        if let Err(error) = tenant.reset(revision(state.epoch, state.seq), changes.into_iter()) {
            log::error!("tenant {number} refuses every decision: its state cannot be loaded: {error}");
        }
    }

    fn apply(&self, committed: &Committed) {
        let number = committed.tenant.number();
        let Some(tenant) = self.directory.tenant(policy_groups::TenantId(number)) else {
            return self.reload(committed.tenant, "it is new");
        };
        let count = i64::try_from(committed.changes.len()).unwrap_or(i64::MAX);
        let batch = Batch {
            from: revision(committed.epoch, committed.before),
            to: revision(committed.epoch, committed.before.saturating_add(count)),
            changes: committed.changes.iter().filter_map(translate).collect(),
        };
        match tenant.apply(&batch) {
            Ok(_) => self.apply_beside(&tenant, &committed.changes),
            Err(error) => self.reload(committed.tenant, &error.to_string()),
        }
    }

    /// Reads a tenant anew. The writer waits meanwhile, so the state read is the one just committed.
    fn reload(&self, tenant: TenantId, why: &str) {
        log::info!("loading the policy state of tenant {}: {why}", tenant.number());
        match self.states.read(tenant) {
            Ok(state) => self.reset(state),
            Err(error) => {
                log::error!(
                    "tenant {} refuses every decision until it can be read: {error}",
                    tenant.number()
                );
                self.directory.close(policy_groups::TenantId(tenant.number()));
            }
        }
    }

    /// Applies what is not part of the sequence of directory changes: options and rules.
    fn apply_beside(&self, tenant: &policy_groups::Tenant, changes: &[Change]) {
        for change in changes {
            match change {
                Change::TenantPut { settings, .. } => tenant.set_options(options(settings)),
                Change::PolicyPut { version, doc } => {
                    let version = u64::try_from(*version).unwrap_or(0);
                    let installed =
                        RuleSetDoc::parse(doc).and_then(|rules| tenant.install_rules(&rules, version));
                    if let Err(error) = installed {
                        log::error!(
                            "the policy of tenant {} is damaged; it refuses every decision: {error}",
                            tenant.id().0
                        );
                        self.directory.close(tenant.id());
                    }
                }
                _ => {}
            }
        }
    }
}

impl CommitObserver for Follower {
    fn committed(&mut self, batch: Vec<Committed>) {
        for committed in &batch {
            // A panic here must not end the writer, and must not leave a tenant deciding by what was.
            if catch_unwind(AssertUnwindSafe(|| self.apply(committed))).is_err() {
                let number = committed.tenant.number();
                log::error!(
                    "tenant {number} refuses every decision until its next change: applying one panicked"
                );
                self.directory.close(policy_groups::TenantId(number));
            }
        }
    }
}

fn revision(epoch: i64, seq: i64) -> Revision {
    Revision::new(u64::try_from(epoch).unwrap_or(0), u64::try_from(seq).unwrap_or(0))
}

fn options(settings: &str) -> TenantOptions {
    // Damaged settings refuse every SCIM request as well; nesting stays at its default then.
    let settings = TenantSettings::from_json(settings).unwrap_or_default();
    TenantOptions { nesting: settings.nested_groups == OptIn::On }
}

/// What `policy-groups` must know of a change; nothing of resources that decide nothing.
fn translate(change: &Change) -> Option<policy_groups::Change> {
    use policy_groups::Change as Policy;
    let group_id = |id: &ResourceId| GroupId(id.uuid());
    Some(match change {
        Change::UserPut { id, name, active } => {
            Policy::UserPut { id: UserId(id.uuid()), user_name: name.clone(), active: *active }
        }
        Change::UserDelete { id } => Policy::UserDelete { id: UserId(id.uuid()) },
        Change::GroupPut { id, name } => Policy::GroupPut { id: group_id(id), display_name: name.clone() },
        Change::GroupDelete { id } => Policy::GroupDelete { id: group_id(id) },
        Change::MembersAdd { group, members } => Policy::MembersAdd {
            group: group_id(group),
            members: members.iter().filter_map(member).collect(),
        },
        Change::MembersRemove { group, members } => Policy::MembersRemove {
            group: group_id(group),
            members: members.iter().filter_map(member).collect(),
        },
        Change::KeyPut { id, digest, owner, enabled, expires_ms } => Policy::KeyPut {
            key: KeyId(id.uuid()),
            digest: *digest,
            user: UserId(owner.uuid()),
            enabled: *enabled,
            expires_at: expires_ms.map(|ms| ms.div_euclid(1000)),
        },
        Change::KeyDelete { id } => Policy::KeyDelete { key: KeyId(id.uuid()) },
        Change::TenantPut { enabled, .. } => Policy::TenantSuspend(!enabled),
        Change::PolicyPut { .. } | Change::ResourcePut { .. } | Change::ResourceDelete { .. } => return None,
    })
}

fn member((kind, id): &(Kind, ResourceId)) -> Option<Member> {
    match kind {
        Kind::User => Some(Member::User(UserId(id.uuid()))),
        Kind::Group => Some(Member::Group(GroupId(id.uuid()))),
        Kind::Other(_) => None,
    }
}
