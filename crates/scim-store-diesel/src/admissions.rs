//! Tokens that were looked up, remembered until a commit touches any token or tenant.

use crate::rows::{TenantRow, TokenRow};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The most tokens that are remembered.
const MAX_KNOWN: usize = 4096;

/// A token and the tenant that it opens, whatever state both are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The token.
    pub token: TokenRow,
    /// The tenant.
    pub tenant: TenantRow,
}

/// Remembers admissions. Shared by the readers and the writer.
///
/// Invariant: the writer moves on to the next generation after a commit that changed a token or a
/// tenant, and before anybody is told of it. What was read before that is not found afterwards.
#[derive(Debug, Default)]
pub(crate) struct Admissions {
    generation: AtomicU64,
    known: RwLock<HashMap<String, (u64, Arc<Admission>)>>,
}

impl Admissions {
    /// The generation at hand; to be asked for before the database is.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Forgets everything.
    pub(crate) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// What is known of an accessor.
    pub(crate) fn find(&self, accessor: &str) -> Option<Arc<Admission>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (generation, admission) = known.get(accessor)?;
        (*generation == self.generation()).then(|| Arc::clone(admission))
    }

    /// Remembers what was read after `generation` was asked for.
    pub(crate) fn remember(&self, generation: u64, admission: &Arc<Admission>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(admission.token.accessor.clone(), (generation, Arc::clone(admission)));
    }
}
