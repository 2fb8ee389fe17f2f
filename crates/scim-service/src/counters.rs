//! What happened since the start, over all tenants: numbers alone, no names of tenants and no values.

use scim_patch::dialect::DIALECTS;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that only grow.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) writes_done: Counter,
    pub(crate) writes_refused: Counter,
    pub(crate) reads: Counter,
    pub(crate) not_found: Counter,
    pub(crate) unknown_credentials: Counter,
    pub(crate) dropped_lines: Counter,
    pub(crate) pruned_lines: Counter,
    dialects: [Counter; DIALECTS.len()],
}

/// A number that many threads add to.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    /// Counts a write that was done or refused. A bulk request that is refused as a whole counts once.
    pub(crate) fn written(&self, done: bool) {
        if done { self.writes_done.add(1) } else { self.writes_refused.add(1) }
    }

    /// Counts a read that found something or nothing.
    pub(crate) fn read(&self, found: bool) {
        if found { self.reads.add(1) } else { self.not_found.add(1) }
    }

    /// Counts a habit of a client that was rewritten.
    pub(crate) fn dialect(&self, name: &str) {
        let known = DIALECTS.iter().zip(&self.dialects).find(|(dialect, _)| dialect.name == name);
        debug_assert!(known.is_some(), "`{name}` is not in the list of dialects");
        if let Some((_, counter)) = known {
            counter.add(1);
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        let dialects = DIALECTS.iter().zip(&self.dialects);
        Totals {
            writes_done: self.writes_done.get(),
            writes_refused: self.writes_refused.get(),
            reads: self.reads.get(),
            not_found: self.not_found.get(),
            unknown_credentials: self.unknown_credentials.get(),
            dropped_lines: self.dropped_lines.get(),
            pruned_lines: self.pruned_lines.get(),
            dialects: dialects.map(|(dialect, counter)| (dialect.name, counter.get())).collect(),
        }
    }
}

/// How often things happened since the start, over all tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Writes that were done.
    pub writes_done: u64,
    /// Writes that were refused.
    pub writes_refused: u64,
    /// Reads that found something.
    pub reads: u64,
    /// Reads, lists and searches that found nothing.
    pub not_found: u64,
    /// Requests without credentials or with unknown ones.
    pub unknown_credentials: u64,
    /// Lines of the provisioning log that were dropped because too many waited.
    pub dropped_lines: u64,
    /// Lines of the provisioning log that were removed for their age.
    pub pruned_lines: u64,
    /// How often each habit of clients was rewritten, in the order of [`DIALECTS`].
    pub dialects: Vec<(&'static str, u64)>,
}
