//! Lists of several resource types at once, and where their pages begin and end.

use crate::filters::{fresh, render_as};
use crate::support::{Fixture, document, types};
use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::sort::{SortBy, SortOrder};
use scim_store_diesel::{From, Hit, Kind, Listing, Page, Part, Relations, StoreError};
use serde_json::{Value, json};

/// Users, groups and devices whose ids take turns.
struct World {
    fixture: Fixture,
    /// User, Group and Device.
    kinds: [Kind; 3],
    /// All there is, by age.
    hits: Vec<Hit>,
}

/// What is listed, and in which order.
#[derive(Debug, Clone, Copy)]
struct Query<'q> {
    kinds: &'q [Kind],
    filter: Option<&'q str>,
    order: Option<(&'q str, SortOrder)>,
}

impl<'q> Query<'q> {
    fn of(kinds: &'q [Kind]) -> Self {
        Self { kinds, filter: None, order: None }
    }
}

impl World {
    fn new() -> Self {
        let definitions = json!([
            {"id": "urn:x:Device", "name": "Device", "attributes": [{"name": "displayName"}, {"name": "title"}]},
            {"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device", "indexes": ["title"]},
        ]);
        let fixture = Fixture::with(|config| config.types = types(&definitions));
        let kinds = [Kind::User, Kind::Group, fixture.kind("Device")];
        let mut world = Self { fixture, kinds, hits: Vec::new() };
        let [user, group, device] = kinds;
        for (kind, attributes) in [
            (user, json!({"userName": "u1", "displayName": "fox", "title": "Guide"})),
            (device, json!({"displayName": "ant", "title": "guide"})),
            (group, json!({"displayName": "cat"})),
            (user, json!({"userName": "u2", "displayName": "Ant"})),
            (device, json!({"title": "clerk"})),
            (group, json!({"displayName": "ant"})),
            (user, json!({"userName": "u3", "title": "clerk"})),
            (device, json!({"displayName": "dog", "title": "GUIDE"})),
            (user, json!({"userName": "u4", "displayName": "bee", "title": "GUIDE"})),
        ] {
            world.add(kind, attributes);
        }
        world
    }

    fn add(&mut self, kind: Kind, attributes: Value) -> Hit {
        let hit = Hit { kind, id: self.fixture.add(kind, document(attributes)).unwrap().id };
        self.hits.push(hit);
        hit
    }

    fn delete(&mut self, hit: Hit) {
        self.fixture.delete(hit.kind, hit.id).unwrap();
        self.hits.retain(|known| *known != hit);
    }

    fn page(&self, query: Query<'_>, from: From, limit: i64) -> Result<Page, StoreError> {
        let types: Vec<&ResourceType> = query.kinds.iter().map(|k| self.fixture.resource_type(*k)).collect();
        let filter = query.filter.map(|text| text.parse::<Filter>().unwrap().resolve_each(&types).unwrap());
        let sorts = query.order.map(|(path, _)| SortBy::parse_each(path, &types).unwrap());
        let parts: Vec<Part<'_>> = query
            .kinds
            .iter()
            .enumerate()
            .map(|(rank, &kind)| Part {
                kind,
                predicate: filter.as_ref().map(|predicates| &predicates[rank]),
                sort: sorts.as_ref().and_then(|sorts| sorts[rank].as_ref()),
            })
            .collect();
        let (text, order) = (fresh(), query.order.map(|(_, order)| order));
        let relations = Relations { members: true, groups: true };
        let listing = Listing { parts: &parts, order, query: &text, from, limit, relations };
        let view = |loaded: &_| {
            let loaded: &scim_store_diesel::Loaded = loaded;
            Ok(render_as(&self.fixture.resource_type(loaded.kind).name, loaded))
        };
        self.fixture.store.tenant(self.fixture.acme).list(listing, &view)
    }

    fn whole(&self, query: Query<'_>) -> Vec<Hit> {
        let page = self.page(query, From::Index(0), 100).unwrap();
        assert!(!page.before && !page.after, "{query:?}");
        hits(&page)
    }

    /// Holds every page of a query to the whole list, in whatever way it is asked for.
    fn check_pages(&self, query: Query<'_>) {
        let whole = self.whole(query);
        let count = whole.len();
        for limit in 1..=count + 1 {
            let pages = (0..count).flat_map(|at| {
                let (start, end) = (at, (at + limit).min(count));
                let (after, before) = ((at + 1).min(count), at.saturating_sub(limit));
                [
                    (From::Index(at as i64), start..end),
                    (From::After(whole[at]), after..(after + limit).min(count)),
                    (From::Before(whole[at]), before..at),
                ]
            });
            for (from, range) in pages {
                let page = self.page(query, from, limit as i64).unwrap();
                let told = format!("{query:?} {from:?} {limit}");
                assert_eq!(hits(&page), whole[range.clone()], "{told}");
                assert_eq!(page.total, count as i64, "{told}");
                assert_eq!((page.before, page.after), (range.start > 0, range.end < count), "{told}");
            }
        }
        for (index, shown) in [(-1, count), (i64::MIN, count), (count as i64, 0), (i64::MAX, 0)] {
            let page = self.page(query, From::Index(index), i64::MAX).unwrap();
            assert_eq!((page.total, page.resources.len()), (count as i64, shown), "{query:?} {index}");
            assert_eq!((page.before, page.after), (shown == 0 && count > 0, false), "{query:?} {index}");
        }
    }
}

fn hits(page: &Page) -> Vec<Hit> {
    page.resources.iter().map(|loaded| Hit { kind: loaded.kind, id: loaded.resource.id }).collect()
}

const ASCENDING: Option<(&str, SortOrder)> = Some(("displayName", SortOrder::Ascending));
const DESCENDING: Option<(&str, SortOrder)> = Some(("displayName", SortOrder::Descending));

#[test]
fn types_come_in_the_order_in_which_they_are_asked_for() {
    let world = World::new();
    let [user, group, device] = world.kinds;
    for kinds in
        [vec![user, group, device], vec![device, user, group], vec![group, user], vec![device, group]]
    {
        let expected: Vec<Hit> = kinds
            .iter()
            .flat_map(|kind| world.hits.iter().filter(|hit| hit.kind == *kind))
            .copied()
            .collect();
        assert_eq!(world.whole(Query::of(&kinds)), expected);
    }
}

#[test]
fn equals_of_a_sorted_list_come_by_type_and_then_by_age() {
    let world = World::new();
    let [user, group, device] = world.kinds;
    let names = |query| -> Vec<(Kind, String)> {
        let page = world.page(query, From::Index(0), 100).unwrap();
        let name = |doc: &str| {
            let document: Value = serde_json::from_str(doc).unwrap();
            document["displayName"].as_str().unwrap_or("-").to_owned()
        };
        page.resources.iter().map(|l| (l.kind, name(&l.resource.doc))).collect()
    };
    let kinds = [device, user, group];
    let told = |list: &[(Kind, &str)]| list.iter().map(|(kind, name)| (*kind, (*name).to_owned())).collect();
    let up: Vec<_> = told(&[
        (device, "ant"),
        (user, "Ant"),
        (group, "ant"),
        (user, "bee"),
        (group, "cat"),
        (device, "dog"),
        (user, "fox"),
        (device, "-"),
        (user, "-"),
    ]);
    assert_eq!(names(Query { order: ASCENDING, ..Query::of(&kinds) }), up);
    let down: Vec<_> = told(&[
        (device, "-"),
        (user, "-"),
        (user, "fox"),
        (device, "dog"),
        (group, "cat"),
        (user, "bee"),
        (device, "ant"),
        (user, "Ant"),
        (group, "ant"),
    ]);
    assert_eq!(names(Query { order: DESCENDING, ..Query::of(&kinds) }), down);
}

#[test]
fn every_page_is_a_part_of_the_whole_whatever_it_begins_from() {
    let world = World::new();
    let [user, group, device] = world.kinds;
    let groups = [vec![user, group, device], vec![device, user], vec![user], vec![device], vec![group]];
    for kinds in &groups {
        for filter in
            [None, Some("id pr"), Some("not (displayName eq \"ant\")"), Some("displayName co \"x\"")]
        {
            for order in [None, ASCENDING, DESCENDING] {
                world.check_pages(Query { kinds, filter, order });
            }
        }
    }
    // What only some types have matches there alone, whether an index decides it or the document.
    world.check_pages(Query { filter: Some("title eq \"guide\""), ..Query::of(&world.kinds) });
    let none = Query { filter: Some("title eq \"nothing\""), ..Query::of(&world.kinds) };
    assert!(world.whole(none).is_empty());
    world.check_pages(none);
}

#[test]
fn a_list_in_the_order_of_ids_goes_on_where_a_deleted_resource_was() {
    let kinds = World::new().kinds;
    for kinds in [kinds.to_vec(), kinds[..1].to_vec(), kinds[2..].to_vec()] {
        for filter in [None, Some("id pr"), Some("meta.version pr")] {
            let query = Query { filter, ..Query::of(&kinds) };
            let count = World::new().whole(query).len();
            for at in 0..count {
                let mut world = World::new();
                let whole = world.whole(query);
                world.delete(whole[at]);
                let left = [&whole[..at], &whole[at + 1..]].concat();
                assert_eq!(world.whole(query), left);
                for limit in [1, 2, 100] {
                    let page = world.page(query, From::After(whole[at]), limit as i64).unwrap();
                    let end = (at + limit).min(left.len());
                    assert_eq!(hits(&page), left[at..end], "{query:?} after the {at}th");
                    assert_eq!((page.before, page.after), (at > 0, end < left.len()), "{query:?} {at}");
                    let page = world.page(query, From::Before(whole[at]), limit as i64).unwrap();
                    let start = at.saturating_sub(limit);
                    assert_eq!(hits(&page), left[start..at], "{query:?} before the {at}th");
                    assert_eq!((page.before, page.after), (start > 0, at < left.len()), "{query:?} {at}");
                }
            }
        }
    }
}

#[test]
fn a_sorted_list_cannot_go_on_from_what_is_not_in_it_any_longer() {
    let mut world = World::new();
    let kinds = world.kinds;
    let guides = Query { kinds: &kinds, filter: Some("title eq \"guide\""), order: ASCENDING };
    let all = Query { filter: None, ..guides };
    let one_kind = Query { kinds: &kinds[..1], ..all };
    let gone = world.whole(guides)[1];
    let refused = |world: &World, query| {
        [From::After(gone), From::Before(gone)]
            .map(|from| matches!(world.page(query, from, 2), Err(StoreError::PlaceGone)))
    };
    assert_eq!(refused(&world, guides), [false, false]);
    // It is there, but no guide.
    let acme = world.fixture.acme;
    let row = world.fixture.find(gone.kind, gone.id).unwrap();
    let mut attributes: Value = serde_json::from_str(&row.doc).unwrap();
    attributes["title"] = json!("clerk");
    let changed = document(attributes);
    world.fixture.write(move |tx| tx.tenant(acme).update(gone.kind, &row, &changed)).unwrap();
    assert_eq!(refused(&world, guides), [true, true]);
    assert_eq!(refused(&world, all), [false, false]);
    // The same list in the order of ids goes on.
    let unsorted = Query { order: None, ..guides };
    assert_eq!(refused(&world, unsorted), [false, false]);
    world.delete(gone);
    assert_eq!(refused(&world, all), [true, true]);
    assert_eq!(refused(&world, one_kind), [true, true]);
    assert_eq!(refused(&world, unsorted), [false, false]);
    // Of another tenant's resource nobody says more.
    let other = world.fixture.tenant("other");
    let user = document(json!({"userName": "x"}));
    let theirs = world.fixture.write(move |tx| tx.tenant(other).insert(Kind::User, &user)).unwrap();
    let theirs = Hit { kind: Kind::User, id: theirs.id };
    assert!(matches!(world.page(all, From::After(theirs), 2), Err(StoreError::PlaceGone)));
}

#[test]
fn a_page_of_nothing_counts() {
    let world = World::new();
    let whole = world.whole(Query::of(&world.kinds));
    for kinds in [&world.kinds[..], &world.kinds[..1], &world.kinds[1..]] {
        for filter in [None, Some("id pr"), Some("displayName eq \"ant\"")] {
            for order in [None, ASCENDING] {
                let query = Query { kinds, filter, order };
                let total = world.page(query, From::Index(0), 100).unwrap().resources.len();
                for limit in [0, -1, i64::MIN] {
                    let page = world.page(query, From::Index(0), limit).unwrap();
                    assert_eq!((page.total, page.resources.len()), (total as i64, 0), "{query:?}");
                    let page = world.page(query, From::Index(3), limit).unwrap();
                    assert_eq!((page.total, page.resources.len()), (total as i64, 0), "{query:?}");
                }
            }
        }
        let page = world.page(Query::of(kinds), From::After(whole[0]), 0).unwrap();
        assert_eq!(page.resources.len(), 0);
    }
}
