//! What is written down without anybody waiting for it: refusals and last use.

use crate::error::ServiceError;
use scim_store_diesel::{LogLine, Store, TenantId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most lines that wait to be written; further ones are counted and dropped.
const CAPACITY: usize = 4096;

/// How often the same thing is written, in milliseconds; so exact is the last use of a token.
const ONCE: i64 = 60_000;

/// Collects lines and writes them in batches, one at a time in flight.
#[derive(Default)]
pub(crate) struct Recorder {
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
}

/// What one write writes.
#[derive(Default)]
struct Batch {
    lines: Vec<(TenantId, LogLine)>,
    used: Vec<(String, i64)>,
}

#[derive(Default)]
struct Waiting {
    batch: Batch,
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

    /// Writes down a refused request.
    pub(crate) fn refused(self: &Arc<Self>, store: &Store, tenant: TenantId, line: LogLine) {
        let mut waiting = self.lock();
        if waiting.batch.lines.len() < CAPACITY {
            waiting.batch.lines.push((tenant, line));
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        self.flush(store, waiting);
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
        drop(waiting);
        self.refused(store, tenant, line);
    }

    /// Notes that a token was used, to about a minute.
    pub(crate) fn used(self: &Arc<Self>, store: &Store, accessor: &str, now_ms: i64) {
        let mut waiting = self.lock();
        if waiting.written_use.get(accessor).is_some_and(|last| now_ms - last < ONCE) {
            return;
        }
        waiting.written_use.insert(accessor.to_owned(), now_ms);
        waiting.batch.used.push((accessor.to_owned(), now_ms));
        self.flush(store, waiting);
    }

    /// Takes what waits; what comes after it starts a write of its own.
    fn take(&self) -> Batch {
        let mut waiting = self.lock();
        waiting.in_flight = false;
        std::mem::take(&mut waiting.batch)
    }

    /// How many lines were dropped since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn flush(self: &Arc<Self>, store: &Store, mut waiting: MutexGuard<'_, Waiting>) {
        if std::mem::replace(&mut waiting.in_flight, true) {
            return;
        }
        drop(waiting);
        let recorder = Arc::clone(self);
        let queued = InFlight { recorder: Arc::clone(self), ran: false };
        // Nobody waits for the answer: the writer logs what fails.
        drop(store.write(move |tx| {
            let batch = recorder.take();
            queued.has_run();
            for (tenant, line) in &batch.lines {
                tx.tenant(*tenant).log(line)?;
            }
            tx.touch_tokens(&batch.used)?;
            Ok::<_, ServiceError>(())
        }));
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
