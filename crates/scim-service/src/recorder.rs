//! What is written down without anybody waiting for it: refusals and last use.

use crate::error::ServiceError;
use scim_store_diesel::{LogLine, Store, TenantId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most lines that wait to be written; further ones are counted and dropped.
const CAPACITY: usize = 4096;

/// How exact the last use of a token is, in milliseconds.
const LAST_USE: i64 = 60_000;

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
        if waiting.batch.lines.len() >= CAPACITY {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.batch.lines.push((tenant, line));
        self.flush(store, waiting);
    }

    /// Notes that a token was used, to about a minute.
    pub(crate) fn used(self: &Arc<Self>, store: &Store, accessor: &str, now_ms: i64) {
        let mut waiting = self.lock();
        if waiting.written_use.get(accessor).is_some_and(|last| now_ms - last < LAST_USE) {
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
        let queued = InFlight(Arc::clone(self));
        // Nobody waits for the answer: the writer logs what fails.
        drop(store.write(move |tx| {
            let batch = recorder.take();
            drop(queued);
            for (tenant, line) in &batch.lines {
                tx.tenant(*tenant).log(line)?;
            }
            tx.touch_tokens(&batch.used)?;
            Ok::<_, ServiceError>(())
        }));
    }
}

/// Lets the next write be queued when one was refused and so never ran.
struct InFlight(Arc<Recorder>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight = false;
    }
}
