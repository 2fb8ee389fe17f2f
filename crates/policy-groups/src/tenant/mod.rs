//! One tenant: the writer's side.

pub(crate) mod error;
mod feed;
mod freshness;

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc::Receiver},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;

use crate::{
    Batch, Change, Revision, RuleError, RuleReport, RuleSetDoc, Snapshot, State, TenantId,
    directory::key_index::KeyIndex,
    rules::{self, compile::Compiled},
    state::{Root, next::Next},
};

use error::{ApplyError, Stale};
pub use feed::Applied;
use feed::Subscribers;
pub use freshness::Freshness;
use freshness::Pulse;

/// Batches whose content is remembered, to tell a repetition from a contradiction.
const REMEMBERED: usize = 64;

/// How a tenant's groups are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TenantOptions {
    /// Whether a member of a group counts as a member of the groups around it. Off by default.
    pub nesting: bool,
}

/// One tenant's directory and rules.
///
/// Readers take a [`Snapshot`] and are never held up. Writers are serialised; each publishes all of its changes
/// at once or none.
#[derive(Debug)]
pub struct Tenant {
    root: ArcSwap<Root>,
    writer: Mutex<Writer>,
    gate: Mutex<()>,
    published: Condvar,
    pulse: Pulse,
    index: Arc<KeyIndex>,
}

#[derive(Debug, Default)]
struct Writer {
    closed: bool,
    subscribers: Subscribers,
    recent: VecDeque<(Span, u64)>,
}

/// Where a batch starts and where it ends.
type Span = (Revision, Revision);

impl Tenant {
    pub(crate) fn new(id: TenantId, options: TenantOptions, index: Arc<KeyIndex>) -> Self {
        Self {
            root: ArcSwap::from_pointee(Root::new(id, options)),
            writer: Mutex::default(),
            gate: Mutex::default(),
            published: Condvar::new(),
            pulse: Pulse::default(),
            index,
        }
    }

    /// The number of the tenant.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.root.load().tenant
    }

    /// The current state of everything. Never waits.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.root.load_full(), self.pulse.is_stale())
    }

    /// Applies the changes of one SCIM request; when this returns, every new snapshot has all of them.
    ///
    /// A batch that ends at or before the current revision was applied already and changes nothing.
    ///
    /// # Errors
    /// See [`ApplyError`]. Nothing of a refused batch is visible.
    pub fn apply(&self, batch: &Batch) -> Result<Revision, ApplyError> {
        let mut writer = self.lock();
        let root = self.root.load_full();
        let have = root.revision;
        match root.state {
            _ if writer.closed => return Err(ApplyError::Closed),
            State::Loading => return Err(ApplyError::NotLoaded),
            State::Diverged => return Err(ApplyError::Diverged),
            State::Live | State::Stale => {}
        }
        if batch.from.epoch != have.epoch || batch.to.epoch != have.epoch {
            return Err(ApplyError::EpochChanged { have, got: batch.from });
        }
        let hash = content(&batch.changes);
        if batch.to <= have {
            return if writer.contradicts(batch, hash) {
                Err(self.diverge(&mut writer, &root, ApplyError::Diverged))
            } else {
                Ok(have)
            };
        }
        if batch.from != have {
            return Err(ApplyError::Gap { have, got: batch.from });
        }
        let mut next = Next::after(&root);
        next.root.revision = batch.to;
        self.publish(&mut writer, &root, next, batch.changes.iter())?;
        writer.remember(batch, hash);
        Ok(batch.to)
    }

    /// Replaces users, groups, keys and suspension by what `changes` add up to, as of revision `at`. Rules and options
    /// stay. This is how a tenant is loaded, and the only way out of [`State::Diverged`].
    ///
    /// Order matters as in a batch: a membership comes after its group and its members.
    ///
    /// # Errors
    /// [`ApplyError::UnknownId`] and [`ApplyError::DigestTaken`], after which the tenant is diverged;
    /// [`ApplyError::Closed`].
    pub fn reset(&self, at: Revision, changes: impl Iterator<Item = Change>) -> Result<(), ApplyError> {
        let mut writer = self.lock();
        if writer.closed {
            return Err(ApplyError::Closed);
        }
        let root = self.root.load_full();
        let next = Next::replacing(&root, at);
        self.publish(&mut writer, &root, next, changes)?;
        writer.recent.clear();
        Ok(())
    }

    /// Compiles a rule document and puts it in force; when this returns, every new snapshot decides by it.
    ///
    /// `version` is what decisions report. It need not grow: going back is the caller's right. References to groups
    /// that do not exist are legal and listed in the report.
    ///
    /// # Errors
    /// [`RuleError`] if the document, edited after it was read, breaks a limit. The rules before it stay in force.
    pub fn install_rules(&self, document: &RuleSetDoc, version: u64) -> Result<RuleReport, RuleError> {
        document.check()?;
        let compiled = Arc::new(Compiled::new(document, version));
        let _writer = self.lock();
        let mut root = Root::clone(&self.root.load());
        root.rules = compiled;
        root.resolve();
        let report = rules::report(&root);
        self.swap(root);
        Ok(report)
    }

    /// Changes how groups are read, from the next snapshot on.
    pub fn set_options(&self, options: TenantOptions) {
        let _writer = self.lock();
        let current = self.root.load_full();
        if current.options != options {
            let mut root = Root::clone(&current);
            root.options = options;
            root.resolve();
            self.swap(root);
        }
    }

    /// Waits until the tenant is live at `min` or later.
    ///
    /// Blocks the thread. Answers at once if the revision is there already, or can never come because it belongs to
    /// another change log.
    ///
    /// # Errors
    /// [`Stale`] if the deadline passes first.
    pub fn wait_for(&self, min: Revision, deadline: Instant) -> Result<Snapshot, Stale> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let snapshot = self.snapshot();
            let (have, state) = (snapshot.revision(), snapshot.state());
            let left = deadline.saturating_duration_since(Instant::now());
            if state == State::Live && have >= min {
                return Ok(snapshot);
            }
            if left.is_zero() || (state == State::Live && have.epoch != min.epoch) {
                return Err(Stale { wanted: min, have, state });
            }
            // A heartbeat ends staleness without publishing anything, so it wakes nobody: look again now and then.
            let nap = left.min(Duration::from_millis(50));
            gate = self.published.wait_timeout(gate, nap).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Announces every published change of the directory from now on, in order.
    ///
    /// The queue holds 1,024 announcements. A receiver that falls further behind is dropped, and so is one whose tenant
    /// is closed: it drains what is left, then sees the channel disconnected and must look at everything anew.
    #[must_use]
    pub fn subscribe(&self) -> Receiver<Applied> {
        let mut writer = self.lock();
        let closed = writer.closed;
        writer.subscribers.add(closed)
    }

    /// How far behind the change log this tenant is, and what that means.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        let snapshot = self.snapshot();
        self.pulse.freshness(snapshot.revision(), snapshot.state())
    }

    /// Notes that `head` was the last revision of the change log at the moment `at`.
    pub fn heard(&self, head: Revision, at: Instant) {
        let _writer = self.lock();
        self.pulse.heard(head, at, self.root.load().revision);
    }

    /// From now on the tenant is [`State::Stale`], and refuses, whenever it was not known to be at the head of
    /// the change log for longer than this. `None`, the default, suits a process that writes the log itself.
    pub fn set_max_staleness(&self, limit: Option<Duration>) {
        self.pulse.set_limit(limit);
    }

    /// Ends this tenant's life: it forgets everything, refuses all requests and takes no change any more.
    pub(crate) fn close(&self) {
        let mut writer = self.lock();
        writer.closed = true;
        writer.subscribers = Subscribers::default();
        let root = self.root.load_full();
        self.swap(Root::new(root.tenant, root.options));
        self.index.release(root.keys.iter().map(|(digest, _)| digest), root.tenant);
    }

    /// Applies changes to `next` and publishes it; after an error the tenant is diverged.
    fn publish(
        &self,
        writer: &mut Writer,
        root: &Root,
        mut next: Next,
        mut changes: impl Iterator<Item = impl std::borrow::Borrow<Change>>,
    ) -> Result<(), ApplyError> {
        if let Err(error) = changes.try_for_each(|change| next.apply(change.borrow())) {
            return Err(self.diverge(writer, root, error));
        }
        let (gained, lost) = next.digests(root);
        if let Err(digest) = self.index.claim(&gained, root.tenant) {
            let taken = next.root.keys.get(&digest).map(|key| ApplyError::DigestTaken { key: key.id });
            return Err(self.diverge(writer, root, taken.unwrap_or(ApplyError::Diverged)));
        }
        let (after, applied) = next.finish(root);
        self.pulse.applied(after.revision);
        self.swap(after);
        self.index.release(lost.iter(), root.tenant);
        writer.subscribers.announce(&applied);
        Ok(())
    }

    /// Stops all decisions until the next reset and passes the error on.
    fn diverge(&self, writer: &mut Writer, root: &Root, error: ApplyError) -> ApplyError {
        let diverged = Root { state: State::Diverged, ..root.clone() };
        writer.subscribers.announce(&Applied::nothing_but_state(&diverged));
        self.swap(diverged);
        error
    }

    fn swap(&self, root: Root) {
        self.root.store(Arc::new(root));
        // Invariant: whoever waits either saw this root or holds the gate until it sleeps, so no wake-up is lost.
        drop(self.gate.lock().unwrap_or_else(PoisonError::into_inner));
        self.published.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Writer> {
        // A poisoned lock is harmless: the state is replaced as a whole or not at all.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    fn remember(&mut self, batch: &Batch, hash: u64) {
        self.recent.push_back(((batch.from, batch.to), hash));
        if self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
    }

    /// Whether another batch was applied under this batch's number.
    fn contradicts(&self, batch: &Batch, hash: u64) -> bool {
        self.recent
            .iter()
            .any(|((from, to), known)| *to == batch.to && (*from != batch.from || *known != hash))
    }
}

fn content(changes: &[Change]) -> u64 {
    let mut hasher = DefaultHasher::new();
    changes.hash(&mut hasher);
    hasher.finish()
}
