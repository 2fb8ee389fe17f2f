//! How many bulk requests are under way: each holds much memory and keeps the writer busy.

use crate::error::ServiceError;
use scim_store_diesel::TenantId;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most at a time; of one tenant, one. A second one of the same tenant would gain nothing, for
/// there is one writer.
const MOST: usize = 4;

/// The most requests of one tenant that wait.
const MOST_WAITING: usize = 8;

/// How long one waits.
const WAIT: Duration = Duration::from_secs(30);

/// Lets bulk requests in.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    inside: Vec<i64>,
    waiting: Vec<i64>,
}

/// A place inside, given back when it is dropped.
pub(crate) struct Place<'g> {
    gate: &'g Gate,
    tenant: i64,
}

impl Gate {
    /// A place, as soon as one is free. Blocks.
    pub(crate) fn enter(&self, tenant: TenantId) -> Result<Place<'_>, ServiceError> {
        self.enter_within(tenant.number(), WAIT)
    }

    fn enter_within(&self, tenant: i64, wait: Duration) -> Result<Place<'_>, ServiceError> {
        let mut state = self.lock();
        if state.waiting.iter().filter(|other| **other == tenant).count() >= MOST_WAITING {
            return Err(ServiceError::Overloaded);
        }
        state.waiting.push(tenant);
        let full = |state: &mut State| state.inside.len() >= MOST || state.inside.contains(&tenant);
        let waited = self.left.wait_timeout_while(state, wait, full);
        let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        take_out(&mut state.waiting, tenant);
        if timeout.timed_out() {
            return Err(ServiceError::Overloaded);
        }
        state.inside.push(tenant);
        Ok(Place { gate: self, tenant })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held cannot have left a list half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        take_out(&mut self.gate.lock().inside, self.tenant);
        self.gate.left.notify_all();
    }
}

fn take_out(list: &mut Vec<i64>, tenant: i64) {
    if let Some(at) = list.iter().position(|other| *other == tenant) {
        list.swap_remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_one_place_and_all_have_a_few() {
        let gate = Gate::default();
        let enter = |tenant: i64| gate.enter_within(tenant, Duration::ZERO);
        let first = enter(0).unwrap();
        assert!(matches!(enter(0), Err(ServiceError::Overloaded)));
        let others: Vec<_> = (1..4).map(|tenant| enter(tenant).unwrap()).collect();
        assert!(enter(4).is_err());
        drop(first);
        let last = enter(4).unwrap();
        drop((others, last));
        let state = gate.lock();
        assert!(state.inside.is_empty() && state.waiting.is_empty());
    }

    #[test]
    fn who_waits_is_let_in_and_too_many_are_turned_away() {
        let gate = Gate::default();
        let held = gate.enter_within(0, WAIT).unwrap();
        let enter = || gate.enter_within(0, WAIT).map(drop).is_ok();
        let waiting = || gate.lock().waiting.len();
        std::thread::scope(|scope| {
            let entering: Vec<_> = (0..MOST_WAITING).map(|_| scope.spawn(enter)).collect();
            while waiting() < MOST_WAITING {
                std::thread::yield_now();
            }
            assert!(!enter());
            drop(held);
            assert!(entering.into_iter().all(|one| one.join().unwrap()));
        });
        assert_eq!(waiting(), 0);
    }
}
