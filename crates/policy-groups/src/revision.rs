//! Where in the change log a state stands.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// A point in one tenant's change log, written `epoch.seq`.
///
/// The epoch is a random number stored with the tenant; it changes when the log no longer continues
/// (restore from a backup, re-creation). Two revisions of different epochs have no order, so
/// `partial_cmp` answers `None` and both `<` and `>=` are false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Revision {
    /// Which log.
    pub epoch: u64,
    /// How many committed changes of that log, starting at 0.
    pub seq: u64,
}

impl Revision {
    /// The revision `seq` of log `epoch`.
    #[must_use]
    pub const fn new(epoch: u64, seq: u64) -> Self {
        Self { epoch, seq }
    }
}

impl PartialOrd for Revision {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.epoch == other.epoch).then(|| self.seq.cmp(&other.seq))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Revision {
    type Err = RevisionError;

    /// Reads `epoch.seq`: two decimal numbers without sign, space or leading zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || RevisionError { text: text.chars().take(64).collect() };
        let (epoch, seq) = text.split_once('.').ok_or_else(refused)?;
        let revision =
            Self { epoch: number(epoch).ok_or_else(refused)?, seq: number(seq).ok_or_else(refused)? };
        Ok(revision)
    }
}

fn number(digits: &str) -> Option<u64> {
    let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if canonical { digits.parse().ok() } else { None }
}

/// A text that is not a [`Revision`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionError {
    text: String,
}

impl fmt::Display for RevisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a revision: expected `epoch.seq`, two decimal numbers",
            self.text.escape_debug()
        )
    }
}

impl std::error::Error for RevisionError {}
