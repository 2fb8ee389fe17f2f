//! A hash map that can be copied for the price of a few hundred pointers.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, sync::Arc};

use uuid::Uuid;

use crate::{GroupId, KeyId, TenantId, UserId};

/// Entries per shard before the map doubles its shards.
const LOAD: usize = 128;
/// Beyond this, shards grow instead: copying the list of shards is the fixed price of a change.
const MAX_SHARDS: usize = 1024;

/// A key that can choose its shard.
pub(crate) trait ShardKey: Eq + Hash {
    /// Well-mixed low bits; a bad mix costs copying time, never correctness.
    fn mix(&self) -> u64;
}

/// A map of shared shards, copied on write: cloning it copies a list of pointers, and the first change to a
/// shard copies that shard alone.
#[derive(Debug)]
pub(crate) struct Shards<K, V> {
    // Invariant: the length is a power of two, at least 1.
    shards: Arc<[Arc<HashMap<K, V>>]>,
    len: usize,
}

impl<K, V> Clone for Shards<K, V> {
    fn clone(&self) -> Self {
        Self { shards: Arc::clone(&self.shards), len: self.len }
    }
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        Self { shards: Arc::from([Arc::new(HashMap::new())]), len: 0 }
    }
}

impl<K: ShardKey + Clone, V: Clone> Shards<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get<Q: ShardKey + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shards.get(self.place(key))?.get(key)
    }

    pub(crate) fn contains<Q: ShardKey + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    pub(crate) fn get_mut<Q: ShardKey + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        // A miss must not copy the shard.
        if !self.contains(key) {
            return None;
        }
        self.shard_mut(key)?.get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.len >= self.shards.len() * LOAD && self.shards.len() < MAX_SHARDS {
            self.double();
        }
        if let Some(shard) = self.shard_mut(&key)
            && shard.insert(key, value).is_none()
        {
            self.len += 1;
        }
    }

    pub(crate) fn remove<Q: ShardKey + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if !self.contains(key) {
            return None;
        }
        let removed = self.shard_mut(key)?.remove(key);
        self.len -= usize::from(removed.is_some());
        removed
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    fn place<Q: ShardKey + ?Sized>(&self, key: &Q) -> usize {
        place(key, self.shards.len())
    }

    fn shard_mut<Q: ShardKey + ?Sized>(&mut self, key: &Q) -> Option<&mut HashMap<K, V>> {
        let place = self.place(key);
        Arc::make_mut(&mut self.shards).get_mut(place).map(Arc::make_mut)
    }

    fn double(&mut self) {
        let count = self.shards.len() * 2;
        let mut wider: Vec<HashMap<K, V>> = (0..count).map(|_| HashMap::new()).collect();
        for (key, value) in self.iter() {
            if let Some(shard) = wider.get_mut(place(key, count)) {
                shard.insert(key.clone(), value.clone());
            }
        }
        self.shards = wider.into_iter().map(Arc::new).collect();
    }
}

fn place<Q: ShardKey + ?Sized>(key: &Q, count: usize) -> usize {
    // Truncation keeps the low bits, the only ones the mask looks at.
    (key.mix() as usize) & (count - 1)
}

fn scramble(bits: u64) -> u64 {
    bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

fn mix_uuid(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    scramble(high.rotate_left(17) ^ low)
}

impl ShardKey for UserId {
    fn mix(&self) -> u64 {
        mix_uuid(self.0)
    }
}

impl ShardKey for GroupId {
    fn mix(&self) -> u64 {
        mix_uuid(self.0)
    }
}

impl ShardKey for KeyId {
    fn mix(&self) -> u64 {
        mix_uuid(self.0)
    }
}

impl ShardKey for TenantId {
    fn mix(&self) -> u64 {
        scramble(self.0.cast_unsigned())
    }
}

impl ShardKey for u32 {
    fn mix(&self) -> u64 {
        scramble(u64::from(*self))
    }
}

impl ShardKey for [u8; 32] {
    fn mix(&self) -> u64 {
        scramble(self.iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte)))
    }
}

impl ShardKey for str {
    fn mix(&self) -> u64 {
        scramble(
            self.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
            }),
        )
    }
}

impl ShardKey for Arc<str> {
    fn mix(&self) -> u64 {
        str::mix(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut map = Shards::default();
        for n in 0..10_000_u32 {
            map.insert(n, n);
        }
        let before = map.clone();
        for n in 0..10_000_u32 {
            if n % 2 == 0 {
                assert_eq!(map.remove(&n), Some(n));
            } else {
                *map.get_mut(&n).unwrap() += 1;
            }
        }
        assert_eq!((before.len(), map.len()), (10_000, 5_000));
        assert!((0..10_000).all(|n| before.get(&n) == Some(&n)));
        assert!((0..10_000).all(|n| map.get(&n).copied() == (n % 2 == 1).then_some(n + 1)));
        assert_eq!(map.iter().count(), 5_000);
    }

    #[test]
    fn inserting_twice_counts_once() {
        let mut map: Shards<Arc<str>, u8> = Shards::default();
        map.insert(Arc::from("a"), 1);
        map.insert(Arc::from("a"), 2);
        assert_eq!((map.len(), map.get("a")), (1, Some(&2)));
        assert_eq!(map.remove("b"), None);
    }
}
