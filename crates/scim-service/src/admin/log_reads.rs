//! How often tokens read: what of reads is written down, for they leave no lines.

use super::log_query::since;
use super::{CommandError, instant};
use crate::service::Service;
use serde::{Deserialize, Serialize};

/// The most minutes of tokens in one answer.
const MAX_MINUTES: u32 = 1000;

/// The reads of one token in one minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadsView {
    /// When the minute began.
    pub minute: String,
    /// The accessor of the token.
    pub accessor: String,
    /// Reads, lists and searches that found something.
    pub reads: i64,
    /// Those that found nothing.
    pub not_found: i64,
}

/// Some minutes of tokens, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadsPage {
    /// The minutes.
    pub minutes: Vec<ReadsView>,
    /// What to go on from; `None` at the end.
    pub next: Option<(i64, String)>,
}

impl Service {
    pub(super) fn log_reads(
        &self,
        tenant: &str,
        from: Option<&str>,
        after: Option<(i64, String)>,
    ) -> Result<ReadsPage, CommandError> {
        let since_ms = since(from, self.now_ms())?.unwrap_or_default();
        let (minute, accessor) = after.unwrap_or_else(|| (since_ms.div_euclid(60_000), String::new()));
        let id = self.tenant_named(tenant)?.id;
        let counts = self.store().tenant(id).read_counts((minute, &accessor), MAX_MINUTES)?;
        let full = counts.len() >= MAX_MINUTES as usize;
        let last = counts.last().map(|count| (count.minute, count.accessor.clone()));
        let minutes = counts.into_iter().map(|count| ReadsView {
            minute: instant(count.minute.saturating_mul(60_000)),
            accessor: count.accessor,
            reads: count.reads,
            not_found: count.not_found,
        });
        Ok(ReadsPage { minutes: minutes.collect(), next: last.filter(|_| full) })
    }
}
