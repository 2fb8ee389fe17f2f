//! Pages in the order of ids: places that are remembered are never stale, and counts never wrong.

use crate::filters::{fresh, listing, part, predicate, render};
use crate::support::{Fixture, group, user};
use proptest::prelude::*;
use scim_store_diesel::{From, Hit, Kind, Listing, Page, Relations, ResourceId, StoreError, TenantId};
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens to the resources of a tenant, or is asked about them.
#[derive(Debug, Clone)]
enum Step {
    /// So many are created.
    Create(usize),
    /// One is created by a clock that is hours ahead.
    CreateAhead,
    /// The one at this place is deleted, by its part of all.
    Delete(f64),
    /// A page is read, from this part of all.
    Read(f64, usize),
    /// A page is read from after the one at this place, and one from before it.
    ReadAround(f64, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let place = || 0.0..1.1_f64;
    let limit = || prop_oneof![Just(0), Just(1_usize), 1..200_usize];
    prop_oneof![
        3 => (1..80_usize).prop_map(Step::Create),
        1 => Just(Step::CreateAhead),
        3 => (0.0..1.0_f64).prop_map(Step::Delete),
        12 => (place(), limit()).prop_map(|(place, limit)| Step::Read(place, limit)),
        2 => ((0.0..1.0_f64), limit()).prop_map(|(place, limit)| Step::ReadAround(place, limit)),
    ]
}

/// What a tenant has of one kind, in the order of ids.
struct Truth {
    tenant: TenantId,
    kind: Kind,
    ids: Vec<ResourceId>,
}

/// The index that a part of all stands for.
fn index(part: f64, count: usize) -> usize {
    (part * count as f64) as usize
}

impl Truth {
    fn take(&mut self, fixture: &Fixture, step: &Step) {
        let count = self.ids.len();
        match *step {
            Step::Create(more) => self.create(fixture, more),
            Step::CreateAhead => self.create_ahead(fixture),
            Step::Delete(_) | Step::ReadAround(..) if count == 0 => {}
            Step::Delete(place) => {
                let id = self.ids.remove(index(place, count));
                let (tenant, kind) = (self.tenant, self.kind);
                fixture.write(move |tx| tx.tenant(tenant).delete(kind, id)).unwrap();
            }
            Step::Read(place, limit) => {
                let start = index(place, count);
                self.check(fixture, From::Index(start as i64), limit, start..start + limit);
            }
            Step::ReadAround(place, limit) => {
                let at = index(place, count);
                let hit = Hit { kind: self.kind, id: self.ids[at] };
                self.check(fixture, From::After(hit), limit, at + 1..at + 1 + limit);
                self.check(fixture, From::Before(hit), limit, at.saturating_sub(limit)..at);
            }
        }
    }

    fn create(&mut self, fixture: &Fixture, more: usize) {
        let (tenant, kind) = (self.tenant, self.kind);
        let made = fixture.write(move |tx| {
            let make = |_| {
                let name = fresh();
                let document = if kind == Kind::Group { group(&name) } else { user(&name) };
                Ok::<_, StoreError>(tx.tenant(tenant).insert(kind, &document)?.id)
            };
            (0..more).map(make).collect::<Result<Vec<_>, _>>()
        });
        self.ids.extend(made.unwrap());
        self.ids.sort_unstable();
    }

    /// Creates one and, before anybody has read it, gives it an id of a later time.
    fn create_ahead(&mut self, fixture: &Fixture) {
        let before = self.ids.clone();
        self.create(fixture, 1);
        let made = *self.ids.iter().find(|id| !before.contains(id)).unwrap();
        let mut bytes = *made.uuid().as_bytes();
        bytes[3] = bytes[3].wrapping_add(1);
        let ahead = ResourceId::from(bytes);
        let hex = |id: ResourceId| id.uuid().simple().to_string();
        fixture.database().run(&format!(
            "UPDATE resource SET id = x'{new}' WHERE id = x'{old}';
             UPDATE resource_count SET last_id = max(last_id, x'{new}') WHERE tenant = {tenant} AND rtype = {rtype}",
            new = hex(ahead),
            old = hex(made),
            tenant = self.tenant.number(),
            rtype = self.kind.number(),
        ));
        self.ids.retain(|id| *id != made);
        self.ids.push(ahead);
        self.ids.sort_unstable();
    }

    fn check(&self, fixture: &Fixture, from: From, limit: usize, place: std::ops::Range<usize>) {
        let count = self.ids.len();
        let place = place.start.min(count)..place.end.min(count);
        let page = self.page(fixture, from, limit);
        let found: Vec<_> = page.resources.iter().map(|loaded| loaded.resource.id).collect();
        assert_eq!(page.total, count as i64);
        assert_eq!(found, self.ids[place.clone()], "{from:?} {limit} of {count}");
        assert_eq!((page.before, page.after), (place.start > 0, place.end < count), "{from:?} of {count}");
    }

    fn page(&self, fixture: &Fixture, from: From, limit: usize) -> Page {
        let parts = part(self.kind, None);
        let listing = Listing { from, limit: limit as i64, ..listing(&parts, "all", (0, 0)) };
        let listing = Listing { relations: Relations::default(), ..listing };
        fixture.store.tenant(self.tenant).list(listing, &|_| unreachable!()).unwrap()
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn pages_are_what_they_are_though_others_come_and_go(
        steps in proptest::collection::vec((0..8_usize, step()), 60..120),
    ) {
        let fixture = Fixture::new();
        let other = fixture.tenant("other");
        let kinds = [(fixture.acme, Kind::User), (other, Kind::User), (fixture.acme, Kind::Group)];
        let mut truths = kinds.map(|(tenant, kind)| Truth { tenant, kind, ids: Vec::new() });
        truths[0].create(&fixture, 300);
        truths[1].create(&fixture, 70);
        for (who, step) in &steps {
            // Most of it happens to the first.
            truths[who.saturating_sub(5)].take(&fixture, step);
        }
        for truth in &truths {
            for start in (0..=truth.ids.len()).step_by(32) {
                truth.check(&fixture, From::Index(start as i64), 32, start..start + 32);
            }
        }
        prop_assert_eq!(counts(&fixture), counted(&fixture));
    }
}

#[test]
fn one_of_a_name_has_its_place_among_all() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let ids = ["a", "b", "c"].map(|name| fixture.add_user(name).id);
    let predicate = predicate(Kind::User, r#"userName eq "b""#);
    let page = |from: From, limit: i64| {
        let parts = part(Kind::User, Some(&predicate));
        let listing = Listing { from, limit, ..listing(&parts, "b", (0, 0)) };
        let page = fixture.store.tenant(acme).list(listing, &|loaded| Ok(render(loaded))).unwrap();
        (page.total, page.resources.len(), page.before, page.after)
    };
    let hit = |at: usize| Hit { kind: Kind::User, id: ids[at] };
    assert_eq!(page(From::Index(0), 1), (1, 1, false, false));
    assert_eq!(page(From::Index(0), 0), (1, 0, false, true));
    assert_eq!(page(From::Index(1), 1), (1, 0, true, false));
    assert_eq!(page(From::After(hit(0)), 5), (1, 1, false, false));
    assert_eq!(page(From::After(hit(1)), 5), (1, 0, true, false));
    assert_eq!(page(From::Before(hit(1)), 5), (1, 0, false, true));
    assert_eq!(page(From::Before(hit(2)), 5), (1, 1, false, false));
}

/// What is written down of the counts: tenant, type and number.
fn counts(fixture: &Fixture) -> Vec<Option<String>> {
    fixture.database().texts(
        "SELECT tenant || ' ' || rtype || ' ' || total AS t FROM resource_count WHERE total <> 0 ORDER BY tenant, rtype",
    )
}

/// What there is.
fn counted(fixture: &Fixture) -> Vec<Option<String>> {
    fixture.database().texts(
        "SELECT tenant || ' ' || rtype || ' ' || count(*) AS t FROM resource GROUP BY tenant, rtype ORDER BY tenant, rtype",
    )
}

/// What one request does, in order; names come from few.
#[derive(Debug, Clone)]
enum Work {
    Insert(Kind, usize),
    /// Deletes the oldest of a kind.
    DeleteOldest(Kind),
    /// Deletes what the request itself inserted last.
    DeleteOwn,
}

/// A request: whose it is, what it does, and whether it is refused in the end.
#[derive(Debug, Clone)]
struct Request {
    other: bool,
    works: Vec<Work>,
    refused: bool,
}

fn request() -> impl Strategy<Value = Request> {
    let kind = || prop_oneof![Just(Kind::User), Just(Kind::Group)];
    let work = prop_oneof![
        5 => (kind(), 0..40_usize).prop_map(|(kind, name)| Work::Insert(kind, name)),
        2 => kind().prop_map(Work::DeleteOldest),
        1 => Just(Work::DeleteOwn),
    ];
    (proptest::bool::weighted(0.3), proptest::collection::vec(work, 1..5), proptest::bool::weighted(0.3))
        .prop_map(|(other, works, refused)| Request { other, works, refused })
}

/// Runs the works of a request. A name that is taken ends it.
fn run(
    tx: &mut scim_store_diesel::Tx<'_>,
    tenant: TenantId,
    works: &[Work],
    oldest: &dyn Fn(Kind) -> Option<ResourceId>,
) -> Result<(), StoreError> {
    let mut own = Vec::new();
    for work in works {
        match work {
            Work::Insert(kind, name) => {
                let name = format!("name {name}");
                let document = if *kind == Kind::Group { group(&name) } else { user(&name) };
                own.push((*kind, tx.tenant(tenant).insert(*kind, &document)?.id));
            }
            Work::DeleteOldest(kind) => {
                let Some(id) = oldest(*kind) else { continue };
                match tx.tenant(tenant).delete(*kind, id) {
                    // Another request of the batch may have been faster.
                    Ok(_) | Err(StoreError::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
            Work::DeleteOwn => {
                let Some((kind, id)) = own.pop() else { continue };
                tx.tenant(tenant).delete(kind, id)?;
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn counts_are_right_after_every_batch_whatever_fails_in_it(
        batches in proptest::collection::vec(proptest::collection::vec(request(), 1..12), 1..12),
    ) {
        let fixture = Fixture::new();
        let tenants = [fixture.acme, fixture.tenant("other")];
        let mut moved = 0;
        for batch in batches {
            let deleted = |fixture: &Fixture| fixture.database().count("tombstone");
            let before = deleted(&fixture);
            let hold = fixture.hold_writer();
            let mut answers = Vec::new();
            for Request { other, works, refused } in batch {
                let tenant = tenants[usize::from(other)];
                let [users, groups] = Kind::MEMBERS.map(|kind| {
                    let parts = part(kind, None);
                    let query = fresh();
                    let page = fixture.store.tenant(tenant).list(listing(&parts, &query, (0, 1)), &|_| unreachable!());
                    page.unwrap().resources.first().map(|loaded| loaded.resource.id)
                });
                let oldest = move |kind| if kind == Kind::User { users } else { groups };
                answers.push(fixture.store.write(move |tx| {
                    run(tx, tenant, &works, &oldest)?;
                    if refused { Err(StoreError::NotFound) } else { Ok(()) }
                }));
            }
            hold.release();
            for answer in answers {
                let answer = answer.wait();
                let expected = matches!(answer, Ok(()) | Err(StoreError::NotFound | StoreError::Taken { .. }));
                prop_assert!(expected, "{answer:?}");
            }
            prop_assert_eq!(counts(&fixture), counted(&fixture));
            let now = fixture.database().number("SELECT coalesce(sum(moved), 0) AS n FROM resource_count");
            prop_assert_eq!(now - moved, deleted(&fixture) - before, "each deletion moves what comes after it");
            moved = now;
        }
    }
}

#[test]
fn readers_beside_the_writer_see_whole_pages_and_leave_no_stale_places() {
    let fixture = Fixture::new();
    let mut truth = Truth { tenant: fixture.acme, kind: Kind::User, ids: Vec::new() };
    truth.create(&fixture, 200);
    let tenant = fixture.acme;
    let page = |start: usize, limit: usize| {
        Truth { tenant, kind: Kind::User, ids: Vec::new() }.page(&fixture, From::Index(start as i64), limit)
    };
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for first in [0, 5] {
            let (done, page) = (&done, &page);
            scope.spawn(move || {
                // An end of its own, should the writer fail before it is done.
                for turn in 0..10_000 {
                    if done.load(Ordering::SeqCst) {
                        break;
                    }
                    let start = (first + 37 * turn) % 230;
                    let page = page(start, 40);
                    let left = usize::try_from(page.total).unwrap().saturating_sub(start);
                    assert_eq!(page.resources.len(), left.min(40), "from {start} of {}", page.total);
                    assert!(page.resources.is_sorted_by(|a, b| a.resource.id < b.resource.id));
                }
            });
        }
        for round in 0..60 {
            if round % 3 == 0 {
                truth.create(&fixture, 2);
            } else {
                truth.take(&fixture, &Step::Delete(f64::from(round) / 61.0));
            }
        }
        done.store(true, Ordering::SeqCst);
    });
    for start in 0..=truth.ids.len() {
        truth.check(&fixture, From::Index(start as i64), 3, start..start + 3);
    }
}

#[test]
fn an_id_that_does_not_come_last_moves_the_others() {
    let fixture = Fixture::new();
    let mut truth = Truth { tenant: fixture.acme, kind: Kind::User, ids: Vec::new() };
    let moved = || fixture.database().number("SELECT moved AS n FROM resource_count");
    truth.create(&fixture, 130);
    truth.create_ahead(&fixture);
    // Remembers every place.
    truth.check(&fixture, From::Index(129), 2, 129..131);
    assert_eq!(moved(), 0);
    for made in [1, 3, 1] {
        let before = moved();
        truth.create(&fixture, made);
        assert_eq!(moved(), before + 1, "one commit");
        for start in [0, 63, 64, 65, 128, 129, 130] {
            truth.check(&fixture, From::Index(start), 2, start as usize..start as usize + 2);
        }
    }
    // Of another kind and another tenant, these move nobody.
    let before = moved();
    let other = fixture.tenant("other");
    fixture.write(move |tx| tx.tenant(other).insert(Kind::User, &user("x"))).unwrap();
    fixture.add_group("g");
    assert_eq!(moved(), before);
}

#[test]
fn a_small_page_is_quick_where_its_place_is_known() {
    let fixture = Fixture::new();
    let mut truth = Truth { tenant: fixture.acme, kind: Kind::User, ids: Vec::new() };
    truth.create(&fixture, 300);
    let store = fixture.store.tenant(fixture.acme);
    let parts = part(Kind::User, None);
    let listing = |from, limit| Listing {
        from,
        limit,
        relations: Relations { members: false, groups: true },
        ..listing(&parts, "all", (0, 0))
    };
    let quick = |from, limit| store.is_quick(listing(from, limit));
    let hit = Hit { kind: Kind::User, id: truth.ids[150] };
    for limit in [0, 1, 100] {
        assert!(
            quick(From::Index(0), limit) && quick(From::After(hit), limit) && quick(From::Before(hit), limit)
        );
        assert!(!quick(From::Index(250), limit), "nobody was there yet");
    }
    assert!(!quick(From::Index(0), 101));
    assert!(!store.is_quick(Listing {
        relations: Relations { members: true, groups: false },
        ..listing(From::Index(0), 1)
    }));
    truth.check(&fixture, From::Index(250), 50, 250..300);
    assert!(quick(From::Index(250), 50) && !quick(From::Index(1000), 50));
    // What was known and is no more is found again.
    truth.take(&fixture, &Step::Delete(0.2));
    truth.check(&fixture, From::Index(250), 50, 250..300);
    // Another tenant's places are its own.
    let other = fixture.tenant("other");
    assert!(!fixture.store.tenant(other).is_quick(listing(From::Index(250), 50)));
}
