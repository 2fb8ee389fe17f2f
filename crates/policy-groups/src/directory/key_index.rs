//! Whose key is this?

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::{TenantId, state::shards::ShardKey};

const SHARDS: usize = 64;

type Shard = HashMap<[u8; 32], TenantId>;

/// The digests of all keys of all tenants. A digest belongs to one tenant at most.
///
/// Unlike the tenants' own state this is changed in place: it has no revision, and an entry too many is harmless
/// because the tenant itself has the last word.
#[derive(Debug)]
pub(crate) struct KeyIndex {
    // Invariant: exactly `SHARDS` shards.
    shards: Vec<RwLock<Shard>>,
}

impl Default for KeyIndex {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| RwLock::default()).collect() }
    }
}

impl KeyIndex {
    pub(crate) fn tenant(&self, digest: &[u8; 32]) -> Option<TenantId> {
        self.read(digest)?.get(digest).copied()
    }

    /// Registers all digests or none; the error is the digest that another tenant has.
    pub(crate) fn claim(&self, digests: &[[u8; 32]], tenant: TenantId) -> Result<(), [u8; 32]> {
        for (done, digest) in digests.iter().enumerate() {
            let Some(mut shard) = self.write(digest) else { continue };
            match shard.entry(*digest) {
                Entry::Vacant(entry) => {
                    entry.insert(tenant);
                }
                Entry::Occupied(entry) if *entry.get() == tenant => {}
                Entry::Occupied(_) => {
                    drop(shard);
                    self.release(digests.iter().take(done), tenant);
                    return Err(*digest);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn release<'a>(&self, digests: impl Iterator<Item = &'a [u8; 32]>, tenant: TenantId) {
        for digest in digests {
            if let Some(mut shard) = self.write(digest)
                && shard.get(digest) == Some(&tenant)
            {
                shard.remove(digest);
            }
        }
    }

    fn read(&self, digest: &[u8; 32]) -> Option<RwLockReadGuard<'_, Shard>> {
        self.shards.get(place(digest)).map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, digest: &[u8; 32]) -> Option<RwLockWriteGuard<'_, Shard>> {
        self.shards.get(place(digest)).map(|shard| shard.write().unwrap_or_else(PoisonError::into_inner))
    }
}

fn place(digest: &[u8; 32]) -> usize {
    // The remainder is below SHARDS, so the truncation loses nothing.
    (digest.mix() % SHARDS as u64) as usize
}
