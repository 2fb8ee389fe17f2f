//! Why a tenant refuses a change or a wait.

use std::fmt;

use uuid::Uuid;

use crate::{KeyId, Revision, State};

/// A batch or a reset was not applied, and nothing of it is visible.
///
/// Where the documentation says that the tenant diverges, it refuses every request until the next successful
/// [`Tenant::reset`](crate::Tenant::reset).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyError {
    /// The batch does not follow what was applied: fetch the changes after `have` and apply those first.
    Gap {
        /// What was applied last.
        have: Revision,
        /// Where the batch starts.
        got: Revision,
    },
    /// The batch belongs to another change log; the tenant has to be reset.
    EpochChanged {
        /// What was applied last.
        have: Revision,
        /// Where the batch starts.
        got: Revision,
    },
    /// A change refers to a user or group that does not exist. The tenant diverges.
    UnknownId {
        /// The id.
        id: Uuid,
    },
    /// The digest belongs to another key, of this tenant or of another one. The tenant diverges.
    DigestTaken {
        /// The key that was to be registered second.
        key: KeyId,
    },
    /// The tenant contradicts its change log and waits for a reset; or this batch does, then it diverges now.
    Diverged,
    /// The tenant was never loaded: reset it first.
    NotLoaded,
    /// The tenant was closed; open it again.
    Closed,
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gap { have, got } => {
                write!(f, "changes are missing: have `{have}`, got a batch after `{got}`")
            }
            Self::EpochChanged { have, got } => {
                write!(f, "another change log: have `{have}`, got a batch after `{got}`")
            }
            Self::UnknownId { id } => write!(f, "unknown user or group `{id}`"),
            Self::DigestTaken { key } => write!(f, "the secret of key `{key}` belongs to another key"),
            Self::Diverged => {
                f.write_str("the directory contradicts its change log and must be loaded again")
            }
            Self::NotLoaded => f.write_str("the directory was not loaded yet"),
            Self::Closed => f.write_str("the tenant was closed"),
        }
    }
}

impl std::error::Error for ApplyError {}

/// A revision was not reached in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    /// The revision that was asked for.
    pub wanted: Revision,
    /// The revision the tenant is at.
    pub have: Revision,
    /// The state the tenant is in.
    pub state: State,
}

impl Stale {
    /// Whether the revision belongs to another change log, so that waiting longer is of no use.
    #[must_use]
    pub const fn epoch_changed(&self) -> bool {
        self.wanted.epoch != self.have.epoch
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wanted, have, state } = self;
        write!(f, "revision `{wanted}` was not reached: the directory is {state} at `{have}`")
    }
}

impl std::error::Error for Stale {}
