//! How far behind the change log a tenant may be and is.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{Revision, State};

/// Stands for "no limit".
const UNLIMITED: u64 = u64::MAX;

/// How far behind the change log a tenant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// The revision that is visible.
    pub applied: Revision,
    /// The last head of the change log that was heard of.
    pub head_seen: Option<Revision>,
    /// When that was.
    pub head_seen_at: Option<Instant>,
    /// The state that follows from it.
    pub state: State,
}

/// What a tenant heard of the head of its change log.
#[derive(Debug)]
pub(super) struct Pulse {
    born: Instant,
    /// Nanoseconds after `born` at which the tenant was last known to be at the head.
    caught_up: AtomicU64,
    /// Nanoseconds that may pass after that.
    limit: AtomicU64,
    head: Mutex<Option<(Revision, Instant)>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            born: Instant::now(),
            caught_up: AtomicU64::new(0),
            limit: AtomicU64::new(UNLIMITED),
            head: Mutex::default(),
        }
    }
}

impl Pulse {
    pub(super) fn set_limit(&self, limit: Option<Duration>) {
        self.limit.store(limit.map_or(UNLIMITED, nanoseconds), Ordering::Release);
    }

    pub(super) fn is_stale(&self) -> bool {
        let limit = self.limit.load(Ordering::Acquire);
        // Without a limit the clock is not asked.
        limit != UNLIMITED
            && nanoseconds(self.born.elapsed()).saturating_sub(self.caught_up.load(Ordering::Acquire)) > limit
    }

    pub(super) fn heard(&self, head: Revision, at: Instant, applied: Revision) {
        let mut known = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((head, at));
        self.settle(*known, applied);
    }

    pub(super) fn applied(&self, applied: Revision) {
        let known = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        self.settle(*known, applied);
    }

    pub(super) fn freshness(&self, applied: Revision, state: State) -> Freshness {
        let known = *self.head.lock().unwrap_or_else(PoisonError::into_inner);
        Freshness {
            applied,
            head_seen: known.map(|(head, _)| head),
            head_seen_at: known.map(|(_, at)| at),
            state,
        }
    }

    fn settle(&self, known: Option<(Revision, Instant)>, applied: Revision) {
        if let Some((head, at)) = known
            && head <= applied
        {
            let at = nanoseconds(at.saturating_duration_since(self.born));
            self.caught_up.fetch_max(at, Ordering::AcqRel);
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(UNLIMITED - 1)
}
