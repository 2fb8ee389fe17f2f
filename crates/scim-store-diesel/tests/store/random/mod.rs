//! Lists of random data under random schemas: what SQL decides, what scim-core decides and what a filter
//! means are the same.
//!
//! `SCIM_PROPERTY_CASES` is the number of pairs of a filter and data that are compared at least; 100,000
//! take some minutes in release mode.

mod check;
mod documents;
mod filters;
mod schemas;
mod tape;
mod values;
mod world;

use check::{Check, Query};
use filters::{About, filter, sort_path};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use scim_core::sort::SortOrder;
use scim_store_diesel::Kind;
use std::cell::Cell;
use tape::{Tape, tape, tapes};
use world::World;

/// The number of pairs that are compared when nobody asks for more.
const PAIRS: usize = 500;

/// Everything that decides a case.
#[derive(Debug)]
struct Case {
    schemas: Tape,
    /// What is indexed, at first and when the store is opened again.
    layouts: [Tape; 2],
    documents: Vec<Tape>,
    /// Changes in three rounds; between two of them, the store is opened again.
    rounds: [Vec<Tape>; 3],
    filters: Vec<Tape>,
}

fn case() -> impl Strategy<Value = Case> {
    let changes = || tapes(16, 120);
    let filters = proptest::collection::vec(tape(60), 40);
    (tape(240), [tape(120), tape(120)], tapes(48, 120), [changes(), changes(), changes()], filters).prop_map(
        |(schemas, layouts, documents, rounds, filters)| Case {
            schemas,
            layouts,
            documents,
            rounds,
            filters,
        },
    )
}

/// What one tape asks: one kind mostly, or several.
fn kinds(tape: &Tape, world: &World) -> Vec<Kind> {
    let mut kinds = world.kinds();
    if !tape.once_in(4) {
        return vec![tape.pick(&kinds)];
    }
    // In any order, for a listing says in which order types come.
    let first = tape.below(kinds.len());
    kinds.rotate_left(first);
    kinds.truncate(2 + tape.below(3));
    kinds
}

/// Compares what a store lists for a filter with what the filter means; false if no schema accepts it.
fn compare(world: &World, tape: &Tape) -> bool {
    let tape = &tape.rewound();
    let kinds = kinds(tape, world);
    let tenant = &world.tenants[usize::from(tape.once_in(4))];
    let (direction, step) = (tape.pick(&[SortOrder::Ascending, SortOrder::Descending]), 1 + tape.below(7));
    let resource_type = world.resource_type(tape.pick(&kinds));
    let path = sort_path(tape, resource_type);
    let text = filter(tape, About { resource_type, palette: &world.palette, ids: &world.ids });
    let Some(query) = Query::filtered(world, &kinds, &text) else { return false };
    let check = Check::new(world, tenant, &query);
    check.at_once();
    check.by_index(step, tape);
    check.walked(step);
    let sorted = query.sorted(world, &path, direction);
    let check = Check::new(world, tenant, &sorted);
    check.at_once();
    check.by_index(step, tape);
    check.walked(step);
    true
}

/// Lists everything, in the order of ids and sorted.
fn compare_all(world: &World, tape: &Tape) {
    for tenant in &world.tenants {
        for kinds in world.kinds().iter().map(|kind| vec![*kind]).chain([world.kinds()]) {
            let path = sort_path(tape, world.resource_type(kinds[0]));
            let query = Query::all(&kinds);
            let check = Check::new(world, tenant, &query);
            check.at_once();
            check.by_index(3, tape);
            check.walked(2);
            let query = query.sorted(world, &path, SortOrder::Descending);
            Check::new(world, tenant, &query).at_once();
        }
    }
}

/// Runs a case and answers how many pairs were compared.
fn run(case: &Case) -> usize {
    let mut world = World::new(&case.schemas, &case.layouts[0], &case.documents);
    let compare_each = |world: &World| {
        compare_all(world, &case.layouts[0].rewound());
        case.filters.iter().filter(|tape| compare(world, tape)).count()
    };
    let mut pairs = compare_each(&world);
    for (number, changes) in case.rounds.iter().enumerate() {
        if number == 1 {
            world = world.reopened(&case.schemas, &case.layouts[1]);
        } else {
            pairs += compare_each(&world);
        }
        world.change(changes);
    }
    pairs + compare_each(&world)
}

#[test]
fn lists_of_any_schema_agree_with_the_meaning_of_filters() {
    let wanted = std::env::var("SCIM_PROPERTY_CASES").map_or(PAIRS, |cases| cases.parse().unwrap());
    let compared = Cell::new(0);
    for _ in 0..wanted {
        let config = ProptestConfig {
            cases: 1,
            failure_persistence: None,
            max_shrink_iters: 400,
            ..ProptestConfig::default()
        };
        let outcome = TestRunner::new(config).run(&case(), |case| {
            compared.set(compared.get() + run(&case));
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
        if compared.get() >= wanted {
            break;
        }
    }
    assert!(compared.get() >= wanted, "only {} pairs were compared", compared.get());
}
