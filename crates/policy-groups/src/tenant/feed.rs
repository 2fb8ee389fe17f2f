//! Announcements of what changed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::{GroupId, KeyId, Revision, State, UserId, state::Root};

/// Announcements a receiver may be behind before it is dropped.
const BACKLOG: usize = 1_024;

/// What one batch or reset changed, for those who must act on it: a gateway that streams an answer ends it when
/// its user is deactivated, its key revoked, the tenant suspended or no longer live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The revision that is visible now.
    pub revision: Revision,
    /// The state that is visible now.
    pub state: State,
    /// Whether the tenant is suspended now.
    pub suspended: bool,
    /// Users who were active before and are inactive or gone now, sorted.
    pub deactivated: Vec<UserId>,
    /// Groups that were created, renamed or deleted, or whose members were touched, sorted.
    pub groups_changed: Vec<GroupId>,
    /// Keys that were enabled before and are disabled, gone, or tied to another secret or user now, sorted.
    pub keys_revoked: Vec<KeyId>,
    /// References of the installed rules that denoted a group before and denote none now: the name, or the id as
    /// text.
    pub dangling: Vec<String>,
}

impl Applied {
    pub(super) fn nothing_but_state(root: &Root) -> Self {
        Self {
            revision: root.revision,
            state: root.state,
            suspended: root.suspended,
            deactivated: Vec::new(),
            groups_changed: Vec::new(),
            keys_revoked: Vec::new(),
            dangling: Vec::new(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Subscribers(Vec<SyncSender<Applied>>);

impl Subscribers {
    /// A new receiver; one that is disconnected from the start if the tenant is closed.
    pub(super) fn add(&mut self, closed: bool) -> Receiver<Applied> {
        let (sender, receiver) = sync_channel(BACKLOG);
        if !closed {
            self.0.push(sender);
        }
        receiver
    }

    /// Tells everybody, and forgets those who are gone or too slow. Never waits.
    pub(super) fn announce(&mut self, applied: &Applied) {
        self.0.retain(|sender| sender.try_send(applied.clone()).is_ok());
    }
}
