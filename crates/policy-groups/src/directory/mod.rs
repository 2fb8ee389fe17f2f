//! All tenants of a process.

pub(crate) mod key_index;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::{Tenant, TenantId, TenantOptions, state::shards::Shards};

use key_index::KeyIndex;

/// All tenants of a process. A clone is another handle to the same tenants.
///
/// Tenants share nothing but this list and the list of key digests, which says whose key a digest is.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    tenants: ArcSwap<Shards<TenantId, Arc<Tenant>>>,
    writer: Mutex<()>,
    keys: Arc<KeyIndex>,
}

impl Directory {
    /// A directory without tenants.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tenant, if it is open. Never waits.
    #[must_use]
    pub fn tenant(&self, id: TenantId) -> Option<Arc<Tenant>> {
        self.inner.tenants.load().get(&id).cloned()
    }

    /// The tenant, opened if need be. A new tenant is [`State::Loading`](crate::State::Loading) until its first
    /// [`reset`](Tenant::reset); one that was open already keeps its options.
    #[must_use]
    pub fn open(&self, id: TenantId, options: TenantOptions) -> Arc<Tenant> {
        let _writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tenant) = self.tenant(id) {
            return tenant;
        }
        let tenant = Arc::new(Tenant::new(id, options, Arc::clone(&self.inner.keys)));
        let mut tenants = Shards::clone(&self.inner.tenants.load());
        tenants.insert(id, Arc::clone(&tenant));
        self.inner.tenants.store(Arc::new(tenants));
        tenant
    }

    /// Forgets the tenant. Handles that somebody still has refuse everything from now on; snapshots taken before are
    /// not touched. Closing an unknown tenant does nothing.
    pub fn close(&self, id: TenantId) {
        // Invariant: the digests are free before the tenant can be opened again, hence under the same lock.
        let _writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut tenants = Shards::clone(&self.inner.tenants.load());
        if let Some(tenant) = tenants.remove(&id) {
            self.inner.tenants.store(Arc::new(tenants));
            tenant.close();
        }
    }

    /// The ids of all open tenants, ascending.
    #[must_use]
    pub fn tenants(&self) -> Vec<TenantId> {
        let mut ids: Vec<TenantId> = self.inner.tenants.load().iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// The tenant that has a key with this digest (see [`keys::digest`](crate::keys::digest)), whether or not the
    /// key opens: [`Snapshot::authenticate`](crate::Snapshot::authenticate) decides that.
    #[must_use]
    pub fn tenant_of_key(&self, digest: &[u8; 32]) -> Option<Arc<Tenant>> {
        self.tenant(self.inner.keys.tenant(digest)?)
    }
}
