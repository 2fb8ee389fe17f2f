//! What a list remembers holds until the tenant changes, and not longer.

use crate::filters::{fresh, render};
use crate::plans::watched;
use crate::support::{Fixture, document, group, texts, user};
use proptest::prelude::*;
use proptest::sample::select;
use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::sort::{SortBy, SortKey, SortOrder};
use scim_store_diesel::{
    From, Hit, Kind, Listing, Loaded, MemberWrite, Page, Part, Relations, ResourceId, StoreError, TenantId,
    Tx,
};
use serde_json::json;
use std::cmp::Ordering;

/// A list that is asked for again and again.
struct Query {
    kinds: &'static [Kind],
    filter: &'static str,
    order: Option<(&'static str, SortOrder)>,
}

const USERS: &[Kind] = &[Kind::User];
const GROUPS: &[Kind] = &[Kind::Group];
const UP: SortOrder = SortOrder::Ascending;
const DOWN: SortOrder = SortOrder::Descending;

/// Lists whose matches or order every kind of write changes.
const QUERIES: [Query; 14] = [
    Query { kinds: USERS, filter: "displayName pr", order: Some(("displayName", UP)) },
    Query { kinds: USERS, filter: "displayName co \"n\"", order: None },
    Query { kinds: USERS, filter: "title sw \"a\"", order: Some(("title", DOWN)) },
    Query { kinds: USERS, filter: "groups.display eq \"ann\"", order: None },
    Query { kinds: USERS, filter: "groups[display co \"n\" and type eq \"direct\"]", order: None },
    Query { kinds: USERS, filter: "id pr", order: Some(("groups.display", UP)) },
    Query { kinds: USERS, filter: "not (groups pr)", order: Some(("userName", DOWN)) },
    Query { kinds: USERS, filter: "meta.version eq \"W/\\\"1\\\"\"", order: None },
    Query { kinds: GROUPS, filter: "members.display eq \"ann\"", order: None },
    Query { kinds: GROUPS, filter: "id pr", order: Some(("members.display", DOWN)) },
    Query { kinds: GROUPS, filter: "members[type eq \"User\"]", order: Some(("displayName", UP)) },
    Query { kinds: GROUPS, filter: "not (members pr) or meta.version ne \"W/\\\"1\\\"\"", order: None },
    Query { kinds: &Kind::MEMBERS, filter: "displayName pr", order: Some(("displayName", DOWN)) },
    Query { kinds: &Kind::MEMBERS, filter: "not (displayName eq \"ben\")", order: None },
];

/// The built-in type of a kind.
fn resource_type(fixture: &Fixture, kind: Kind) -> &ResourceType {
    fixture.resource_type(kind)
}

impl Query {
    fn page(&self, fixture: &Fixture, tenant: TenantId, from: From, limit: i64) -> Page {
        let types: Vec<_> = self.kinds.iter().map(|kind| resource_type(fixture, *kind)).collect();
        let predicates = self.filter.parse::<Filter>().unwrap().resolve_each(&types).unwrap();
        let sorts = self.order.map(|(path, _)| SortBy::parse_each(path, &types).unwrap());
        let parts: Vec<_> = (0..types.len())
            .map(|n| Part {
                kind: self.kinds[n],
                predicate: Some(&predicates[n]),
                sort: sorts.as_ref().and_then(|sorts| sorts[n].as_ref()),
            })
            .collect();
        let (order, text) = (self.order.map(|(_, order)| order), self.text());
        let relations = Relations { members: true, groups: true };
        let listing = Listing { parts: &parts, order, query: &text, from, limit, relations };
        fixture.store.tenant(tenant).list(listing, &|loaded| Ok(render(loaded))).unwrap()
    }

    fn text(&self) -> String {
        format!("{:?} {} {:?}", self.kinds, self.filter, self.order)
    }

    /// What the query means, asked of each resource.
    fn truth(&self, fixture: &Fixture, tenant: TenantId) -> Vec<Hit> {
        let mut found = Vec::new();
        for (rank, &kind) in self.kinds.iter().enumerate() {
            let resource_type = resource_type(fixture, kind);
            let by = self.order.map(|(path, _)| SortBy::parse(path, resource_type).unwrap());
            let filter = self.filter.parse::<Filter>().unwrap();
            let predicate = filter.resolve_each(&[resource_type]).unwrap();
            for loaded in everything(fixture, tenant, kind) {
                let attributes = render(&loaded);
                if predicate[0].matches(&attributes) {
                    let key = by.as_ref().map_or(SortKey::Missing, |by| by.key(&attributes));
                    found.push((key, rank, Hit { kind, id: loaded.resource.id }));
                }
            }
        }
        found.sort_by(|a, b| {
            let keys = self.order.map_or(Ordering::Equal, |(_, order)| order.directed(a.0.cmp(&b.0)));
            keys.then_with(|| (a.1, a.2.id).cmp(&(b.1, b.2.id)))
        });
        found.into_iter().map(|(_, _, hit)| hit).collect()
    }

    fn check(&self, fixture: &Fixture, tenant: TenantId, after: &str) {
        let truth = self.truth(fixture, tenant);
        // From the end to the beginning, so that no first page is a whole list.
        for start in (0..=truth.len()).rev().step_by(2) {
            let page = self.page(fixture, tenant, From::Index(start as i64), 2);
            let end = (start + 2).min(truth.len());
            assert_eq!(hits(&page), truth[start..end], "{} at {start} after {after}", self.text());
            assert_eq!(page.total, truth.len() as i64, "{} after {after}", self.text());
        }
    }
}

fn everything(fixture: &Fixture, tenant: TenantId, kind: Kind) -> Vec<Loaded> {
    let (parts, query) = (crate::filters::part(kind, None), fresh());
    let listing = crate::filters::listing(&parts, &query, (0, 1000));
    fixture.store.tenant(tenant).list(listing, &|_| unreachable!()).unwrap().resources
}

fn hits(page: &Page) -> Vec<Hit> {
    page.resources.iter().map(|loaded| Hit { kind: loaded.kind, id: loaded.resource.id }).collect()
}

const NAMES: [&str; 5] = ["ann", "Anna", "ben", "ANN", "cid"];

/// A write, by the numbers of those whom it is about.
#[derive(Debug, Clone)]
enum Write {
    AddUser(Option<&'static str>, Option<&'static str>),
    AddGroup(&'static str),
    Show(usize, Option<&'static str>, Option<&'static str>),
    Rename(usize, &'static str),
    Delete(usize),
    Members(usize, Vec<usize>, u8),
}

fn name() -> impl Strategy<Value = &'static str> {
    select(NAMES.to_vec())
}

fn write() -> impl Strategy<Value = Write> {
    let names = || (proptest::option::of(name()), proptest::option::of(name()));
    prop_oneof![
        1 => names().prop_map(|(display, title)| Write::AddUser(display, title)),
        1 => name().prop_map(Write::AddGroup),
        3 => (0..20_usize, names()).prop_map(|(n, (display, title))| Write::Show(n, display, title)),
        2 => (0..20_usize, name()).prop_map(|(n, name)| Write::Rename(n, name)),
        2 => (0..20_usize).prop_map(Write::Delete),
        4 => (0..20_usize, proptest::collection::vec(0..20_usize, 0..3), 0..4_u8)
            .prop_map(|(group, members, how)| Write::Members(group, members, how)),
    ]
}

fn person(name: &str, display: Option<&str>, title: Option<&str>) -> scim_core::Resource {
    let mut attributes = json!({"userName": name});
    for (attribute, value) in [("displayName", display), ("title", title)] {
        if let Some(value) = value {
            attributes[attribute] = json!(value);
        }
    }
    document(attributes)
}

/// One of several, by a number.
fn nth<T: Copy>(list: &[T], number: usize) -> Option<T> {
    list.get(number % list.len().max(1)).copied()
}

/// Does a write; what it is about may be gone or taken.
fn apply(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    write: &Write,
    all: &[Vec<ResourceId>; 2],
) -> Result<(), StoreError> {
    let [users, groups] = all;
    let mut tenant = tx.tenant(tenant);
    match write {
        Write::AddUser(display, title) => {
            tenant.insert(Kind::User, &person(&fresh(), *display, *title))?;
        }
        Write::AddGroup(name) => {
            tenant.insert(Kind::Group, &group(name))?;
        }
        Write::Show(n, display, title) => {
            let Some(id) = nth(users, *n) else { return Ok(()) };
            let old = tenant.find(Kind::User, id)?;
            tenant.update(Kind::User, &old, &person(&old.name, *display, *title))?;
        }
        Write::Rename(n, name) => {
            let Some(id) = nth(groups, *n) else { return Ok(()) };
            let old = tenant.find(Kind::Group, id)?;
            tenant.update(Kind::Group, &old, &group(name))?;
        }
        Write::Delete(n) => {
            // Users mostly.
            let kind = if n % 3 == 0 { Kind::Group } else { Kind::User };
            let Some(id) = nth(if kind == Kind::Group { groups } else { users }, *n) else { return Ok(()) };
            tenant.delete(kind, id)?;
        }
        Write::Members(group, members, how) => {
            let Some(group) = nth(groups, *group) else { return Ok(()) };
            let all = [users.as_slice(), groups].concat();
            let ids: Vec<_> = members.iter().filter_map(|n| nth(&all, *n)).collect();
            let write = match how {
                0 | 1 => MemberWrite::Add(texts(&ids)),
                2 => MemberWrite::Remove(texts(&ids)),
                _ => MemberWrite::Replace(texts(&ids)),
            };
            let mut group = tenant.find(Kind::Group, group)?;
            tenant.change_members(&mut group, &[write], false)?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn after_every_write_a_list_shows_what_there_is_now(
        writes in proptest::collection::vec((write(), 0..10_u8), 24),
    ) {
        let fixture = Fixture::new();
        let (acme, other) = (fixture.acme, fixture.tenant("other"));
        for tenant in [acme, other] {
            fixture.write(move |tx| {
                let none = [Vec::new(), Vec::new()];
                for name in NAMES {
                    apply(tx, tenant, &Write::AddUser(Some(name), Some(name)), &none)?;
                }
                apply(tx, tenant, &Write::AddGroup("ann"), &none)?;
                apply(tx, tenant, &Write::AddGroup("ben"), &none)
            }).unwrap();
        }
        for (write, how) in writes {
            let tenant = if how == 0 { other } else { acme };
            let all = Kind::MEMBERS.map(|kind| {
                everything(&fixture, tenant, kind).iter().map(|loaded| loaded.resource.id).collect()
            });
            let told = format!("{write:?} {how}");
            let refused = how == 1;
            let answer = fixture.write(move |tx| {
                apply(tx, tenant, &write, &all)?;
                if refused { Err(StoreError::NotFound) } else { Ok(()) }
            });
            let expected = matches!(answer, Ok(()) | Err(StoreError::NotFound | StoreError::Taken { .. }));
            prop_assert!(expected, "{answer:?}");
            for query in &QUERIES {
                query.check(&fixture, acme, &told);
            }
            QUERIES[usize::from(how)].check(&fixture, other, &told);
        }
    }
}

/// How many of the statements look for matches; the others are by a key.
fn searches(fixture: &Fixture, query: &Query) -> usize {
    let (_, sent) = watched(|| query.page(fixture, fixture.acme, From::Index(1), 2));
    sent.all
        .iter()
        .filter(|sql| sql.contains("FROM `resource`") && !sql.contains("`resource`.`id` = ?"))
        .count()
}

#[test]
fn matches_are_found_once_for_all_pages_until_the_tenant_changes() {
    let fixture = Fixture::new();
    let (acme, other) = (fixture.acme, fixture.tenant("other"));
    let ids: Vec<_> = ["ann", "ben", "cid"]
        .iter()
        .map(|name| fixture.add(Kind::User, person(name, Some(name), Some("a"))).unwrap().id)
        .collect();
    let staff = fixture.add_group("staff");
    let member = texts(&ids[..1]);
    for query in QUERIES.iter().filter(|query| query.kinds.contains(&Kind::User)) {
        let kinds = query.kinds.len();
        searches(&fixture, query);
        assert_eq!(searches(&fixture, query), 0, "{}", query.text());
        // What others do, and what is written beside the resources, is no change of theirs.
        fixture.write(move |tx| tx.tenant(other).insert(Kind::User, &user(&fresh()))).unwrap();
        fixture.write(|tx| tx.touch_tokens(&[("none".to_owned(), 1)])).unwrap();
        let refused = fixture.write(move |tx| {
            tx.tenant(acme).insert(Kind::User, &user(&fresh()))?;
            Err::<(), _>(StoreError::NotFound)
        });
        assert!(refused.is_err());
        assert_eq!(searches(&fixture, query), 0, "{}", query.text());
        for write in [MemberWrite::Add(member.clone()), MemberWrite::Remove(member.clone())] {
            fixture.change(staff.id, vec![write]).unwrap();
            assert!(searches(&fixture, query) >= kinds, "{}", query.text());
            assert_eq!(searches(&fixture, query), 0, "{}", query.text());
        }
    }
}
