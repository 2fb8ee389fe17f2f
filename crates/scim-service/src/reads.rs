//! Reads, as far as they are written down: counted by the minute, and lookups that found nothing.

use crate::caller::Caller;
use scim_store_diesel::{ReadCount, TenantId};
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

/// The minutes of tokens, until they are written.
#[derive(Default)]
pub(crate) struct Minutes {
    /// The minute that each token is in. What is asked of it costs one look-up and nothing new.
    current: HashMap<String, (TenantId, ReadCount)>,
    past: Vec<(TenantId, ReadCount)>,
}

impl Minutes {
    /// Counts a read.
    pub(crate) fn add(&mut self, caller: &Caller, now_ms: i64, found: bool) {
        let minute = now_ms.div_euclid(60_000);
        let (reads, not_found) = if found { (1, 0) } else { (0, 1) };
        let known = self.current.get_mut(&caller.accessor).map(|(_, count)| count);
        if let Some(count) = known.filter(|count| count.minute == minute) {
            count.reads += reads;
            count.not_found += not_found;
            return;
        }
        let accessor = caller.accessor.clone();
        let count = ReadCount { minute, accessor: accessor.clone(), reads, not_found };
        self.past.extend(self.current.insert(accessor, (caller.tenant, count)));
    }

    /// Takes what was counted; the minute that is not over will be added to.
    pub(crate) fn take(&mut self) -> Vec<(TenantId, ReadCount)> {
        let mut counts = std::mem::take(&mut self.past);
        counts.extend(self.current.drain().map(|(_, count)| count));
        counts
    }
}

/// The most lookups that are remembered.
const MOST: usize = 65_536;

/// Tells what is new from what was seen in the same minute, by digests.
#[derive(Default)]
pub(crate) struct Seen {
    since_ms: i64,
    digests: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    /// Whether something was not seen since the minute began.
    pub(crate) fn is_new(&mut self, what: impl Hash, now_ms: i64) -> bool {
        if !(0..60_000).contains(&(now_ms - self.since_ms)) || self.digests.len() >= MOST {
            self.since_ms = now_ms;
            self.digests.clear();
        }
        self.digests.insert(self.hasher.hash_one(what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_new_again_after_a_minute() {
        let mut seen = Seen::default();
        let at = |seen: &mut Seen, now_ms| [("a", 1), ("a", 2)].map(|what| seen.is_new(what, now_ms));
        assert_eq!(at(&mut seen, 100_000), [true; 2]);
        assert_eq!(at(&mut seen, 159_999), [false; 2]);
        assert_eq!(at(&mut seen, 160_000), [true; 2]);
        // A clock that was set back hides nothing for longer.
        assert_eq!(at(&mut seen, 5), [true; 2]);
    }
}
