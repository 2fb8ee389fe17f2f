//! Random sequences of requests against a store, and against plain maps that follow the rules of SCIM: after
//! each request both answer alike, and in the end everything that can be read is the same.
//!
//! `SCIM_PROPERTY_CASES` is the number of sequences; 10,000 take some minutes in release mode. Each sequence
//! has a tenant of its own and a seed of its own: `SCIM_PROPERTY_SEED` is that of the first, the others count
//! up from it. A failure prints the seed of its sequence and the fewest requests that still fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step must stop the test")]

mod compare;
mod draw;
mod groups;
mod model;
mod request;
mod sequence;
mod users;
mod world;

use draw::Random;
use request::Step;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use world::World;

/// The number of sequences when nobody asks for more.
const SEQUENCES: u64 = 200;
/// How many sequences run at once, each in its tenant: their writes meet in the commits of the store.
const AT_ONCE: usize = 8;
/// The most requests of a sequence.
const LONGEST: usize = 48;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// What a sequence consists of.
fn steps(seed: u64) -> (bool, Vec<Step>) {
    let mut random = Random::new(seed);
    let nested = random.once_in(2);
    let count = 8 + random.below(LONGEST - 8);
    let mut steps: Vec<Step> = (0..count).map(|_| Step::draw(&mut random)).collect();
    // Nothing can be done with nobody, so those who are created come earlier than others.
    steps[..count / 2].sort_by_key(|step| !step.creates());
    (nested, steps)
}

/// Leaves out what is not needed for a sequence to fail.
fn shrunk(world: &World, nested: bool, mut steps: Vec<Step>, mut why: String) -> (Vec<Step>, String) {
    let mut at = 0;
    while at < steps.len() {
        let mut fewer = steps.clone();
        fewer.remove(at);
        match sequence::run(world, nested, &fewer) {
            Err(still) => (steps, why) = (fewer, still),
            Ok(_) => at += 1,
        }
    }
    (steps, why)
}

#[test]
fn any_sequence_of_requests_does_what_plain_maps_do() {
    let wanted = number("SCIM_PROPERTY_CASES").unwrap_or(SEQUENCES);
    let first = number("SCIM_PROPERTY_SEED").unwrap_or_else(|| RandomState::new().hash_one(0) >> 16);
    println!("SCIM_PROPERTY_SEED={first}, {wanted} sequences");
    let world = World::new();
    let (next, requests) = (AtomicU64::new(0), AtomicUsize::new(0));
    let refused = AtomicUsize::new(0);
    let failed: Mutex<Option<u64>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while failed.lock().unwrap().is_none() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= wanted {
                        return;
                    }
                    let seed = first.wrapping_add(number);
                    let (nested, steps) = steps(seed);
                    match sequence::run(&world, nested, &steps) {
                        Ok(told) => {
                            requests.fetch_add(told.requests, Ordering::Relaxed);
                            refused.fetch_add(told.refused, Ordering::Relaxed);
                        }
                        Err(_) => _ = failed.lock().unwrap().get_or_insert(seed),
                    }
                }
            });
        }
    });
    if let Some(seed) = failed.into_inner().unwrap() {
        let (nested, steps) = steps(seed);
        let why = sequence::run(&world, nested, &steps).err();
        let why = why.unwrap_or_else(|| panic!("seed {seed} failed beside others, and not by itself"));
        let (steps, why) = shrunk(&world, nested, steps, why);
        panic!("SCIM_PROPERTY_SEED={seed} SCIM_PROPERTY_CASES=1: {why}\nnested groups: {nested}\n{steps:#?}");
    }
    let (requests, refused) = (requests.into_inner(), refused.into_inner());
    println!("{requests} requests, {refused} of them refused, as the model does");
    // Both are there: what changes something, and what must not.
    let each = usize::try_from(wanted).unwrap();
    assert!(requests >= each * 8 && refused >= each, "{requests} requests, {refused} refused");
}
