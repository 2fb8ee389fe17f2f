//! Lists of one tenant wait for each other before they keep those of others waiting.

use crate::error::StoreError;
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Lets so many lists of a tenant be under way at once.
pub(crate) struct Lanes {
    most: u32,
    wait: Duration,
    busy: Mutex<HashMap<i64, u32>>,
    freed: Condvar,
}

/// A place among the lists of a tenant, given back when it is dropped.
pub(crate) struct Lane<'l> {
    lanes: &'l Lanes,
    tenant: i64,
}

impl Lanes {
    /// Half of the connections for a tenant, and a wait as long as for a connection.
    pub(crate) fn new(connections: u32, wait: Duration) -> Self {
        let most = (connections / 2).max(1);
        Self { most, wait, busy: Mutex::default(), freed: Condvar::new() }
    }

    /// A place, as soon as one is free.
    pub(crate) fn enter(&self, tenant: i64) -> Result<Lane<'_>, StoreError> {
        // A panic while the lock was held cannot have left a count half changed.
        let busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |busy: &mut HashMap<i64, u32>| busy.get(&tenant).is_some_and(|count| *count >= self.most);
        let waited = self.freed.wait_timeout_while(busy, self.wait, full);
        let (mut busy, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(StoreError::Pool("too many lists of this tenant are under way".to_owned()));
        }
        *busy.entry(tenant).or_default() += 1;
        Ok(Lane { lanes: self, tenant })
    }
}

impl Drop for Lane<'_> {
    fn drop(&mut self) {
        let mut busy = self.lanes.busy.lock().unwrap_or_else(PoisonError::into_inner);
        match busy.get_mut(&self.tenant) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(busy.remove(&self.tenant)),
        }
        self.lanes.freed.notify_all();
    }
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
        assert_eq!(lanes.busy.lock().unwrap().len(), 1);
    }

    #[test]
    fn who_waits_is_let_in_when_a_place_is_free() {
        let lanes = Lanes::new(2, Duration::from_secs(60));
        let held = lanes.enter(1).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| lanes.enter(1).map(drop).is_ok());
            drop(held);
            assert!(waiting.join().unwrap());
        });
    }
}
