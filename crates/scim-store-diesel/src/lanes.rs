//! Lists of one tenant wait for each other before they keep those of others waiting.

use crate::error::StoreError;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lets so many lists of a tenant be under way at once.
pub(crate) struct Lanes {
    most: u32,
    wait: Duration,
    /// The tenants that have lists under way or waiting.
    gates: Mutex<HashMap<i64, Arc<Gate>>>,
}

/// The way in for the lists of one tenant. Each has its own, so that one place that is free wakes one
/// list that waits for it.
#[derive(Default)]
struct Gate {
    inside: Mutex<u32>,
    freed: Condvar,
}

/// A place among the lists of a tenant, given back when it is dropped.
pub(crate) struct Lane<'l> {
    lanes: &'l Lanes,
    tenant: i64,
    gate: Arc<Gate>,
}

impl Lanes {
    /// Half of the connections for a tenant, and a wait as long as for a connection.
    pub(crate) fn new(connections: u32, wait: Duration) -> Self {
        Self { most: (connections / 2).max(1), wait, gates: Mutex::default() }
    }

    /// A place, as soon as one is free.
    pub(crate) fn enter(&self, tenant: i64) -> Result<Lane<'_>, StoreError> {
        let gate = Arc::clone(lock(&self.gates).entry(tenant).or_default());
        let full = |inside: &mut u32| *inside >= self.most;
        let waited = gate.freed.wait_timeout_while(lock(&gate.inside), self.wait, full);
        let (mut inside, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(StoreError::Pool("too many lists of this tenant are under way".to_owned()));
        }
        *inside += 1;
        drop(inside);
        Ok(Lane { lanes: self, tenant, gate })
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        let mut inside = lock(&self.gate.inside);
        *inside -= 1;
        let last = *inside == 0;
        drop(inside);
        self.gate.freed.notify_one();
        if last {
            let mut gates = lock(&self.lanes.gates);
            // Nobody else has it but the map: those who wait have a share of their own.
            if gates.get(&self.tenant).is_some_and(|gate| Arc::strong_count(gate) == 2) {
                gates.remove(&self.tenant);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while a lock was held cannot have left a count half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_fills_its_own_lanes_only() {
        let lanes = Lanes::new(4, Duration::ZERO);
        let (first, second) = (lanes.enter(1).unwrap(), lanes.enter(1).unwrap());
        assert!(lanes.enter(1).is_err());
        let _other = lanes.enter(2).unwrap();
        drop(first);
        let third = lanes.enter(1).unwrap();
        drop((second, third));
        assert_eq!(lanes.gates.lock().unwrap().keys().collect::<Vec<_>>(), [&2]);
    }

    #[test]
    fn who_waits_is_let_in_when_a_place_is_free() {
        let lanes = Lanes::new(2, Duration::from_secs(60));
        let held = lanes.enter(1).unwrap();
        std::thread::scope(|scope| {
            let waiting = [(); 8].map(|()| scope.spawn(|| lanes.enter(1).map(drop).is_ok()));
            drop(held);
            assert!(waiting.into_iter().all(|list| list.join().unwrap()));
        });
    }
}
