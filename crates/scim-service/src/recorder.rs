//! What is written down without anybody waiting for it: refusals, lookups that found nothing, how often
//! tokens read and when they were last used.

use crate::caller::Caller;
use crate::counters::Counters;
use crate::error::ServiceError;
use crate::reads::{Minutes, Seen};
use scim_store_diesel::{LogLine, ReadCount, Store, StoreError, TenantId, Tx};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

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
    counts: Vec<(TenantId, ReadCount)>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<(TenantId, LogLine)>,
    used: Vec<(String, i64)>,
    minutes: Minutes,
    lookups: Seen,
    written_use: HashMap<String, i64>,
    causes: HashMap<Cause, i64>,
    // Invariant: true from the moment a write is queued until it has taken what waits.
    in_flight: bool,
}

/// What is written once a minute when it is refused.
#[derive(PartialEq, Eq, Hash)]
struct Cause {
    accessor: Option<String>,
    action: String,
    status: i16,
    reason: Option<String>,
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

    /// Writes down a request that was turned away whatever it is about: once a minute for each token and
    /// cause, so that nobody fills the disk with a token that is good for nothing.
    pub(crate) fn turned_away(self: &Arc<Self>, store: &Store, tenant: TenantId, line: LogLine) {
        let mut waiting = self.lock();
        let cause = Cause {
            accessor: line.accessor.clone(),
            action: line.action.clone(),
            status: line.status,
            reason: line.reason.clone(),
        };
        let now_ms = line.at_ms;
        if waiting.causes.get(&cause).is_some_and(|last| is_recent(*last, now_ms)) {
            return;
        }
        waiting.causes.retain(|_, last| is_recent(*last, now_ms));
        waiting.causes.insert(cause, now_ms);
        self.push(store, waiting, (tenant, line), CAPACITY);
    }

    /// Notes that a token was used, to about a minute.
    pub(crate) fn used(self: &Arc<Self>, store: &Store, accessor: &str, now_ms: i64) {
        let mut waiting = self.lock();
        if waiting.written_use.get(accessor).is_some_and(|last| is_recent(*last, now_ms)) {
            return;
        }
        waiting.written_use.insert(accessor.to_owned(), now_ms);
        waiting.used.push((accessor.to_owned(), now_ms));
        self.flush(store, waiting);
    }

    /// Counts a read. It is written with what is written next.
    pub(crate) fn read(&self, caller: &Caller, now_ms: i64, found: bool) {
        self.lock().minutes.add(caller, now_ms, found);
        self.counters.read(found);
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
        self.counters.read(false);
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
            let (writing, ended) = Writing::new(self);
            store.write_then(move |tx| writing.run(tx), move |result| ended.end(&result));
        }
    }

    /// Writes what waits and waits until it is durable, and so is what other writes have taken, for they
    /// are before it in the queue.
    pub(crate) fn finish(self: &Arc<Self>, store: &Store) -> Result<(), ServiceError> {
        let (writing, ended) = Writing::new(self);
        let result = store.write(move |tx| writing.run(tx)).wait();
        ended.end(&result);
        Ok(result.map(drop)?)
    }
}

/// How much was taken, or lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Amount {
    lines: u64,
    used: u64,
    counts: u64,
}

/// A write, from the moment when it is queued.
struct Writing {
    recorder: Arc<Recorder>,
    /// What it took; unset as long as it has not run.
    taken: OnceLock<Amount>,
}

impl Writing {
    /// One for the work and one for its end.
    fn new(recorder: &Arc<Recorder>) -> (Arc<Self>, Arc<Self>) {
        let writing = Arc::new(Self { recorder: Arc::clone(recorder), taken: OnceLock::new() });
        (Arc::clone(&writing), writing)
    }

    /// Writes what waits. Says how much of it the database did not take.
    fn run(&self, tx: &mut Tx<'_>) -> Result<Amount, StoreError> {
        let batch = self.recorder.take();
        let _ = self.taken.set(Amount {
            lines: batch.lines.len() as u64,
            used: batch.used.len() as u64,
            counts: batch.counts.len() as u64,
        });
        Ok(Amount {
            lines: each(tx, &batch.lines, |tx, (tenant, line)| tx.tenant(*tenant).log(line))?,
            used: each(tx, &batch.used, |tx, used| tx.touch_tokens(std::slice::from_ref(used)))?,
            counts: each(tx, &batch.counts, |tx, (tenant, count)| tx.tenant(*tenant).count_reads(count))?,
        })
    }

    /// Takes note of what became of it.
    fn end(&self, result: &Result<Amount, StoreError>) {
        match (result, self.taken.get()) {
            (Ok(lost), _) => self.lost(*lost),
            (Err(error), Some(taken)) => {
                log::warn!("what waited for the provisioning log was not written: {error}");
                self.lost(*taken);
            }
            // It never ran: what waits is taken by the next one.
            (Err(_), None) => self.recorder.lock().in_flight = false,
        }
    }

    fn lost(&self, amount: Amount) {
        let Amount { lines, used, counts } = amount;
        if amount != Amount::default() {
            log::warn!(
                "lost: {lines} lines of the provisioning log, {used} last uses of tokens, {counts} counts of reads"
            );
            self.recorder.counters.dropped_lines.add(lines);
        }
    }
}

/// Writes things one by one, so that one that the database does not take leaves the others. Says how
/// many it did not take.
fn each<T>(
    tx: &mut Tx<'_>,
    things: &[T],
    write: impl Fn(&mut Tx<'_>, &T) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let mut lost = 0;
    for thing in things {
        if let Err(error) = tx.attempt(|tx| write(tx, thing))? {
            if lost == 0 {
                log::warn!("the database did not take a line or a count: {error}");
            }
            lost += 1;
        }
    }
    Ok(lost)
}

/// Whether something was done so lately that it is not done again. A clock that was set back makes it
/// due, so that nothing is hidden for longer.
fn is_recent(last: i64, now_ms: i64) -> bool {
    (0..ONCE).contains(&(now_ms - last))
}

#[cfg(test)]
mod tests;
