//! The provisioning log, for the administrator who asks what became of a request.

use super::{CommandError, instant};
use crate::service::Service;
use scim_store_diesel::LogLine;
use serde::{Deserialize, Serialize};

/// The most lines that one command shows.
const MAX_LINES: u32 = 10_000;

/// A line of the provisioning log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// When the request was decided.
    pub time: String,
    /// The request, as its answer's `X-Request-Id` and the server's log name it.
    pub request_id: String,
    /// The accessor of the token.
    pub accessor: Option<String>,
    /// What was asked for, in words.
    pub action: String,
    /// The id of the resource.
    pub id: Option<String>,
    /// Its userName or displayName.
    pub target: Option<String>,
    /// The status of the answer.
    pub status: i16,
    /// The scimType of a refusal.
    pub scim_type: Option<String>,
    /// Why it was refused, or what to know about a success.
    pub reason: Option<String>,
    /// The client habits that were rewritten.
    pub dialects: Vec<String>,
    /// The attributes that were ignored.
    pub ignored: Vec<String>,
    /// How long it took, in microseconds.
    pub duration_us: i64,
}

impl From<LogLine> for LogView {
    fn from(line: LogLine) -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Self {
            time: instant(line.at_ms),
            request_id: line.request_id,
            accessor: line.accessor,
            action: line.action,
            id: line.res.map(|id| id.to_string()),
            target: line.target,
            status: line.status,
            scim_type: line.scim_type,
            reason: line.reason,
            dialects: words(&line.dialects),
            ignored: words(&line.ignored),
            duration_us: line.duration_us,
        }
    }
}

impl Service {
    /// The newest lines, newest first.
    pub(super) fn list_log(&self, tenant: &str, limit: u32) -> Result<Vec<LogView>, CommandError> {
        let id = self.tenant_named(tenant)?.id;
        let lines = self.store().tenant(id).log(i64::from(limit.min(MAX_LINES)))?;
        Ok(lines.into_iter().map(LogView::from).collect())
    }
}
