//! Lists of a store held to the truth: all at once, counted, page by page, and walked in both directions.

use crate::filters::fresh;
use crate::random::tape::Tape;
use crate::random::world::{Row, Tenant, World};
use scim_core::Predicate;
use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::sort::{SortBy, SortOrder};
use scim_store_diesel::{From, Hit, Kind, Listing, Page, Part, Relations};
use std::cmp::Ordering;

/// A query, understood.
pub(crate) struct Query {
    kinds: Vec<Kind>,
    predicates: Vec<Option<Predicate>>,
    sorts: Vec<Option<SortBy>>,
    order: Option<SortOrder>,
    /// The query in words.
    text: String,
}

impl Query {
    /// A query of these kinds; `None` if their schemas do not accept the filter.
    pub(crate) fn filtered(world: &World, kinds: &[Kind], filter: &str) -> Option<Self> {
        let types: Vec<&ResourceType> = kinds.iter().map(|kind| world.resource_type(*kind)).collect();
        let parsed = filter.parse::<Filter>().ok()?;
        let predicates = match types.as_slice() {
            [one] => vec![parsed.resolve(one).ok()?],
            types => parsed.resolve_each(types).ok()?,
        };
        let sorts = kinds.iter().map(|_| None).collect();
        let predicates = predicates.into_iter().map(Some).collect();
        let text = format!("{kinds:?} {filter}");
        Some(Self { kinds: kinds.to_vec(), predicates, sorts, order: None, text })
    }

    /// A query of everything of these kinds.
    pub(crate) fn all(kinds: &[Kind]) -> Self {
        let (predicates, sorts) =
            (kinds.iter().map(|_| None).collect(), kinds.iter().map(|_| None).collect());
        Self { kinds: kinds.to_vec(), predicates, sorts, order: None, text: format!("{kinds:?}") }
    }

    /// The same query in an order; as it was, if one cannot sort by that.
    pub(crate) fn sorted(mut self, world: &World, path: &str, order: SortOrder) -> Self {
        let types: Vec<&ResourceType> = self.kinds.iter().map(|kind| world.resource_type(*kind)).collect();
        if let Ok(sorts) = SortBy::parse_each(path, &types) {
            (self.sorts, self.order) = (sorts, Some(order));
            self.text = format!("{} by {path} {order}", self.text);
        }
        self
    }

    fn parts(&self) -> Vec<Part<'_>> {
        let kinds = self.kinds.iter().zip(&self.predicates).zip(&self.sorts);
        let part = |((kind, predicate), sort): ((&Kind, _), _)| Part {
            kind: *kind,
            predicate: Option::as_ref(predicate),
            sort: Option::as_ref(sort),
        };
        kinds.map(part).collect()
    }

    /// What the query means, asked of every resource of a tenant.
    fn truth<'t>(&self, tenant: &'t Tenant) -> Vec<&'t Row> {
        let rank = |row: &Row| self.kinds.iter().position(|kind| *kind == row.hit.kind);
        let mut rows: Vec<_> = tenant.rows.iter().filter_map(|row| Some((rank(row)?, row))).collect();
        rows.retain(|(rank, row)| {
            self.predicates[*rank].as_ref().is_none_or(|predicate| predicate.matches(&row.attributes))
        });
        let key = |(rank, row): &(usize, &Row)| {
            self.sorts[*rank].as_ref().map_or(scim_core::sort::SortKey::Missing, |by| by.key(&row.attributes))
        };
        rows.sort_by(|a, b| {
            let keys = self.order.map_or(Ordering::Equal, |order| order.directed(key(a).cmp(&key(b))));
            keys.then_with(|| (a.0, a.1.hit.id).cmp(&(b.0, b.1.hit.id)))
        });
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// A query and a tenant that is asked.
pub(crate) struct Check<'w> {
    world: &'w World,
    tenant: &'w Tenant,
    query: &'w Query,
    truth: Vec<&'w Row>,
}

impl<'w> Check<'w> {
    pub(crate) fn new(world: &'w World, tenant: &'w Tenant, query: &'w Query) -> Self {
        Self { world, tenant, query, truth: query.truth(tenant) }
    }

    fn page(&self, query: &str, from: From, limit: i64) -> Page {
        let parts = self.query.parts();
        let relations = Relations { members: true, groups: true };
        let listing = Listing { parts: &parts, order: self.query.order, query, from, limit, relations };
        let store = self.world.fixture.store.tenant(self.tenant.id);
        match store.list(listing, &|loaded| Ok(self.world.view(loaded))) {
            Ok(page) => page,
            Err(error) => panic!("{error}: {}", self.told(&[])),
        }
    }

    /// The query, and the documents that it is wrong about.
    fn told(&self, found: &[Hit]) -> String {
        let expected: Vec<Hit> = self.truth.iter().map(|row| row.hit).collect();
        let differs = |hit: Hit| found.contains(&hit) != expected.contains(&hit);
        let rows = self.tenant.rows.iter().filter(|row| differs(row.hit));
        let rows: Vec<String> = rows.map(|row| serde_json::to_string(&row.attributes).unwrap()).collect();
        format!(
            "{}\nfound {found:?}\nexpected {expected:?}\nwrong about {}\nwith {}",
            self.query.text,
            rows.join("\n"),
            self.world.definitions
        )
    }

    fn expect(&self, page: &Page, place: std::ops::Range<usize>, how: &str) {
        let found: Vec<Hit> = hits(page);
        let expected: Vec<Hit> = self.truth[place.clone()].iter().map(|row| row.hit).collect();
        assert!(found == expected, "{how} at {place:?}: {}", self.told(&found));
        assert_eq!(page.total, i64::try_from(self.truth.len()).unwrap(), "{how}: {}", self.told(&found));
        if !place.is_empty() {
            let (before, after) = (place.start > 0, place.end < self.truth.len());
            assert_eq!(
                (page.before, page.after),
                (before, after),
                "{how} at {place:?}: {}",
                self.told(&found)
            );
        }
    }

    /// All at once, and counted. Nothing is remembered of it.
    pub(crate) fn at_once(&self) {
        let page = self.page(&fresh(), From::Index(0), 1000);
        let found: Vec<_> = hits(&page);
        assert!(found == self.truth.iter().map(|row| row.hit).collect::<Vec<_>>(), "{}", self.told(&found));
        for (shown, row) in page.resources.iter().zip(&self.truth) {
            assert_eq!(*shown, row.loaded, "{}", self.query.text);
        }
        self.expect(&page, 0..self.truth.len(), "all at once");
        self.expect(&self.page(&fresh(), From::Index(0), 0), 0..0, "counted");
    }

    /// In pages of a size, and at a random place.
    pub(crate) fn by_index(&self, step: usize, tape: &Tape) {
        let total = self.truth.len();
        let mut places: Vec<usize> = (0..total).step_by(step).chain([total, total + 1]).collect();
        places.push(tape.below(total + 1));
        for start in places {
            let page = self.page(&self.query.text, From::Index(start as i64), step as i64);
            self.expect(&page, start.min(total)..(start + step).min(total), "by index");
        }
    }

    /// From page to page, to the end and back to the beginning.
    pub(crate) fn walked(&self, step: usize) {
        let (total, limit) = (self.truth.len(), step as i64);
        let (mut start, mut from) = (0, From::Index(0));
        loop {
            let page = self.page(&self.query.text, from, limit);
            self.expect(&page, start..(start + step).min(total), "onwards");
            let Some(last) = hits(&page).pop().filter(|_| page.after) else { break };
            (start, from) = (start + step, From::After(last));
        }
        assert!(start + step >= total, "the walk ended early: {}", self.told(&[]));
        // Back from a place that need not be a border of pages.
        let mut end = total.saturating_sub(1);
        while end > 0 {
            let page = self.page(&self.query.text, From::Before(self.truth[end].hit), limit);
            self.expect(&page, end.saturating_sub(step)..end, "backwards");
            end = end.saturating_sub(step);
            assert_eq!(page.before, end > 0, "{}", self.told(&[]));
        }
    }
}

fn hits(page: &Page) -> Vec<Hit> {
    page.resources.iter().map(|loaded| Hit { kind: loaded.kind, id: loaded.resource.id }).collect()
}
