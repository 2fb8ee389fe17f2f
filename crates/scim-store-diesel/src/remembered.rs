//! What lists remember from one page to the next. Nothing here is needed: what is forgotten is read again.

use crate::ids::{Kind, ResourceId};
use crate::listing::Hit;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The distance between two remembered places of a type, in resources.
pub(crate) const STRIDE: usize = 64;

/// The most bytes of matches that are remembered.
const MAX_MATCHES: usize = 8 << 20;

/// The most queries whose matches are remembered, in all and of one tenant: they are looked through.
const MAX_QUERIES: usize = 256;
const MAX_QUERIES_OF_TENANT: usize = 16;

/// The most types of tenants whose places are remembered. Each takes 16 bytes for 64 resources.
const MAX_PLACES: usize = 4096;

/// Places in the order of ids, and the matches of recent queries.
#[derive(Default)]
pub(crate) struct Remembered {
    places: Mutex<HashMap<(i64, Kind), Places>>,
    matches: Mutex<Matches>,
}

/// The ids at every [`STRIDE`]th place of a type, from the first one on.
#[derive(Debug, Clone, Default)]
struct Places {
    /// The number of moves for which they hold.
    moved: i64,
    ids: Vec<ResourceId>,
}

#[derive(Default)]
struct Matches {
    bytes: usize,
    /// In the order of their last use, the latest last.
    queries: Vec<Query>,
}

struct Query {
    tenant: i64,
    text: String,
    /// The tenant's revision for which it holds.
    revision: i64,
    hits: Arc<[Hit]>,
}

impl Query {
    fn weight(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.hits.len() * size_of::<Hit>()
    }
}

impl Remembered {
    /// The remembered place at or before `index`: its index and the id there.
    pub(crate) fn place(&self, key: (i64, Kind), moved: i64, index: usize) -> Option<(usize, ResourceId)> {
        let places = lock(&self.places);
        let known = places.get(&key).filter(|known| known.moved == moved)?;
        let stride = (index / STRIDE).min(known.ids.len().checked_sub(1)?);
        Some((stride * STRIDE, *known.ids.get(stride)?))
    }

    /// Whether places were remembered so near to an index that few ids have to be passed over. After a
    /// deletion they are remembered anew by the page that finds them gone, hence the limit.
    pub(crate) fn is_near(&self, key: (i64, Kind), index: i64) -> bool {
        const FAR: usize = 1 << 16;
        let index = usize::try_from(index.max(0)).unwrap_or(usize::MAX);
        let known = || lock(&self.places).get(&key).map_or(0, |known| known.ids.len() * STRIDE);
        index < STRIDE || (index < FAR && index <= known())
    }

    /// Remembers the ids at `first`, `first + STRIDE`, …; `first` is a place that is known, or the next one.
    pub(crate) fn add_places(&self, key: (i64, Kind), moved: i64, first: usize, ids: &[ResourceId]) {
        let mut places = lock(&self.places);
        if places.len() >= MAX_PLACES && !places.contains_key(&key) {
            places.clear();
        }
        let known = places.entry(key).or_default();
        if known.moved < moved {
            *known = Places { moved, ids: Vec::new() };
        }
        // Somebody may have added some meanwhile.
        let have = known.ids.len();
        if known.moved == moved && first / STRIDE <= have {
            known.ids.extend(ids.iter().skip(have - first / STRIDE));
        }
    }

    /// What a query matched at this revision of the tenant.
    pub(crate) fn matches(&self, tenant: i64, revision: i64, text: &str) -> Option<Arc<[Hit]>> {
        let mut matches = lock(&self.matches);
        let at = matches
            .queries
            .iter()
            .position(|q| q.tenant == tenant && q.revision == revision && q.text == text)?;
        let query = matches.queries.remove(at);
        let hits = Arc::clone(&query.hits);
        matches.queries.push(query);
        Some(hits)
    }

    /// Remembers what a query matched. Very many matches are not kept.
    pub(crate) fn add_matches(&self, tenant: i64, revision: i64, text: &str, hits: &Arc<[Hit]>) {
        let query = Query { tenant, text: text.to_owned(), revision, hits: Arc::clone(hits) };
        if query.weight() > MAX_MATCHES / 2 {
            return;
        }
        let mut matches = lock(&self.matches);
        // What an older revision matched is of no use to anybody.
        matches.queries.retain(|q| q.tenant != tenant || (q.revision >= revision && q.text != text));
        let of_tenant = |q: &Query| q.tenant == tenant;
        if matches.queries.iter().filter(|q| of_tenant(q)).count() >= MAX_QUERIES_OF_TENANT
            && let Some(oldest) = matches.queries.iter().position(of_tenant)
        {
            matches.queries.remove(oldest);
        }
        matches.queries.push(query);
        matches.bytes = matches.queries.iter().map(Query::weight).sum();
        while matches.bytes > MAX_MATCHES || matches.queries.len() > MAX_QUERIES {
            matches.bytes -= matches.queries.remove(0).weight();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while the lock was held leaves nothing half done that matters.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: (i64, Kind) = (1, Kind::User);

    fn ids(count: usize) -> Vec<ResourceId> {
        (0..count).map(|_| ResourceId::generate()).collect()
    }

    #[test]
    fn places_hold_until_something_moved() {
        let remembered = Remembered::default();
        let ids = ids(3);
        assert_eq!(remembered.place(USERS, 0, 5), None);
        remembered.add_places(USERS, 0, 0, &ids);
        assert_eq!(remembered.place(USERS, 0, 5), Some((0, ids[0])));
        assert_eq!(remembered.place(USERS, 0, STRIDE + 5), Some((STRIDE, ids[1])));
        assert_eq!(remembered.place(USERS, 0, 1000 * STRIDE), Some((2 * STRIDE, ids[2])));
        assert_eq!(remembered.place((2, Kind::User), 0, 5), None);
        for (index, near) in [(-1, true), (0, true), (3 * 64, true), (3 * 64 + 1, false), (i64::MAX, false)] {
            assert_eq!(remembered.is_near(USERS, index), near, "{index}");
        }
        assert_eq!(remembered.place(USERS, 1, 5), None);
        remembered.add_places(USERS, 1, 0, &ids[1..]);
        assert_eq!(remembered.place(USERS, 1, 0), Some((0, ids[1])));
        // Whoever still reads an older moment of the database must not bring it back.
        remembered.add_places(USERS, 0, 0, &ids);
        assert_eq!(remembered.place(USERS, 1, 0), Some((0, ids[1])));
        assert_eq!(remembered.place(USERS, 0, 0), None);
    }

    #[test]
    fn places_are_added_where_the_others_end() {
        let remembered = Remembered::default();
        let ids = ids(4);
        remembered.add_places(USERS, 0, 0, &ids[..2]);
        remembered.add_places(USERS, 0, 3 * STRIDE, &ids[3..]);
        assert_eq!(remembered.place(USERS, 0, 3 * STRIDE), Some((STRIDE, ids[1])), "no gap is bridged");
        remembered.add_places(USERS, 0, STRIDE, &ids[1..]);
        assert_eq!(remembered.place(USERS, 0, 3 * STRIDE), Some((3 * STRIDE, ids[3])));
    }

    #[test]
    fn matches_hold_for_one_revision_and_leave_in_the_order_of_their_use() {
        let remembered = Remembered::default();
        let hits =
            |count| ids(count).into_iter().map(|id| Hit { kind: Kind::User, id }).collect::<Arc<[_]>>();
        let many = MAX_MATCHES / size_of::<Hit>() / 3;
        for (tenant, text) in [(1, "a"), (2, "b"), (3, "c")] {
            remembered.add_matches(tenant, 7, text, &hits(many - 100));
        }
        assert!(remembered.matches(1, 7, "a").is_some() && remembered.matches(1, 8, "a").is_none());
        assert!(remembered.matches(2, 7, "a").is_none());
        remembered.add_matches(4, 7, "d", &hits(many - 100));
        assert!(remembered.matches(1, 7, "a").is_some() && remembered.matches(2, 7, "b").is_none());
        remembered.add_matches(1, 8, "x", &hits(1));
        assert!(remembered.matches(1, 7, "a").is_none(), "an older revision is forgotten");
        for n in 0..100 {
            remembered.add_matches(6, 1, &n.to_string(), &hits(0));
        }
        let kept = (0..100).filter(|n| remembered.matches(6, 1, &n.to_string()).is_some()).count();
        assert_eq!(kept, MAX_QUERIES_OF_TENANT);
        assert!(remembered.matches(1, 8, "x").is_some(), "one tenant does not take the place of another");
        remembered.add_matches(5, 1, "huge", &hits(MAX_MATCHES / size_of::<Hit>()));
        assert!(remembered.matches(5, 1, "huge").is_none());
    }
}
