//! What is written down without anybody waiting for it: refusals, lookups that found nothing, how often
//! tokens read and when they were last used.

use crate::caller::Caller;
use crate::counters::Counters;
use crate::error::ServiceError;
use crate::reads::{Minutes, Seen};
use scim_store_diesel::{LogLine, Pending, RequestCount, Store, TenantId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most lines that wait to be written; further ones are counted and dropped.
const CAPACITY: usize = 4096;

/// The most lines that lookups may make wait: refusals always find room beside them.
const LOOKUPS: usize = CAPACITY / 2;

/// How often the same thing is written, in milliseconds; so exact is the last use of a token.
const ONCE: i64 = 60_000;

/// Collects lines and writes them in batches, one at a time in flight.
#[derive(Default)]
pub(crate) struct Recorder {
    waiting: Mutex<Waiting>,
    counters: Counters,
}

/// What one write writes.
#[derive(Default)]
struct Batch {
    lines: Vec<(TenantId, LogLine)>,
    used: Vec<(String, i64)>,
    counts: Vec<(TenantId, RequestCount)>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<(TenantId, LogLine)>,
    used: Vec<(String, i64)>,
    minutes: Minutes,
    lookups: Seen,
    written_use: HashMap<String, i64>,
    causes: HashMap<(Option<String>, Option<String>), i64>,
    // Invariant: true from the moment a write is queued until it has taken what waits.
    in_flight: bool,
}

impl Recorder {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A panic while the lock was held leaves whole lines at worst missing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is counted since the start.
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Writes down a refused request.
    pub(crate) fn refused(self: &Arc<Self>, store: &Store, tenant: TenantId, line: LogLine) {
        let waiting = self.lock();
        self.push(store, waiting, (tenant, line), CAPACITY);
    }

    /// Writes down a credential that was turned away: once a minute for each credential and cause, so
    /// that nobody fills the disk with a token that is good for nothing.
    pub(crate) fn turned_away(self: &Arc<Self>, store: &Store, tenant: TenantId, line: LogLine) {
        let mut waiting = self.lock();
        let cause = (line.accessor.clone(), line.reason.clone());
        let now_ms = line.at_ms;
        if waiting.causes.get(&cause).is_some_and(|last| now_ms - last < ONCE) {
            return;
        }
        waiting.causes.retain(|_, last| now_ms - *last < ONCE);
        waiting.causes.insert(cause, now_ms);
        self.push(store, waiting, (tenant, line), CAPACITY);
    }

    /// Notes that a token was used, to about a minute.
    pub(crate) fn used(self: &Arc<Self>, store: &Store, accessor: &str, now_ms: i64) {
        let mut waiting = self.lock();
        if waiting.written_use.get(accessor).is_some_and(|last| now_ms - last < ONCE) {
            return;
        }
        waiting.written_use.insert(accessor.to_owned(), now_ms);
        waiting.used.push((accessor.to_owned(), now_ms));
        self.flush(store, waiting);
    }

    /// Counts a read that found something. It is written with what is written next.
    pub(crate) fn found(&self, caller: &Caller, now_ms: i64) {
        self.lock().minutes.add(caller, now_ms, true);
        self.counters.reads.add(1);
    }

    /// Counts a lookup that found nothing, and writes it down unless the same was looked up by the same
    /// token within the minute.
    pub(crate) fn not_found(
        self: &Arc<Self>,
        store: &Store,
        caller: &Caller,
        now_ms: i64,
        what: impl Hash,
        line: impl FnOnce() -> LogLine,
    ) {
        self.counters.not_found.add(1);
        let mut waiting = self.lock();
        waiting.minutes.add(caller, now_ms, false);
        if waiting.lookups.is_new((&caller.accessor, what), now_ms) {
            self.push(store, waiting, (caller.tenant, line()), LOOKUPS);
        }
    }

    fn push(
        self: &Arc<Self>,
        store: &Store,
        mut waiting: MutexGuard<'_, Waiting>,
        line: (TenantId, LogLine),
        room: usize,
    ) {
        if waiting.lines.len() < room {
            waiting.lines.push(line);
        } else {
            self.counters.dropped_lines.add(1);
        }
        self.flush(store, waiting);
    }

    /// Takes what waits; what comes after it starts a write of its own.
    fn take(&self) -> Batch {
        let mut waiting = self.lock();
        waiting.in_flight = false;
        Batch {
            lines: std::mem::take(&mut waiting.lines),
            used: std::mem::take(&mut waiting.used),
            counts: waiting.minutes.take(),
        }
    }

    fn flush(self: &Arc<Self>, store: &Store, mut waiting: MutexGuard<'_, Waiting>) {
        if !std::mem::replace(&mut waiting.in_flight, true) {
            drop(waiting);
            // Nobody waits for the answer: the writer logs what fails.
            drop(self.write(store));
        }
    }

    /// Writes what waits and waits until it is durable, as when the server stops.
    pub(crate) fn finish(self: &Arc<Self>, store: &Store) -> Result<(), ServiceError> {
        let waiting = self.lock();
        let idle = waiting.lines.is_empty() && waiting.used.is_empty() && waiting.minutes.is_empty();
        drop(waiting);
        if idle { Ok(()) } else { self.write(store).wait() }
    }

    fn write(self: &Arc<Self>, store: &Store) -> Pending<(), ServiceError> {
        let recorder = Arc::clone(self);
        let queued = InFlight { recorder: Arc::clone(self), ran: false };
        store.write(move |tx| {
            let batch = recorder.take();
            queued.has_run();
            for (tenant, line) in &batch.lines {
                tx.tenant(*tenant).log(line)?;
            }
            for (tenant, count) in &batch.counts {
                tx.tenant(*tenant).count(count)?;
            }
            tx.touch_tokens(&batch.used)?;
            Ok(())
        })
    }
}

/// Lets the next write be queued when one was refused and so never ran.
struct InFlight {
    recorder: Arc<Recorder>,
    ran: bool,
}

impl InFlight {
    fn has_run(mut self) {
        self.ran = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if !self.ran {
            self.recorder.lock().in_flight = false;
        }
    }
}
