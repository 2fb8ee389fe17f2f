//! Lines of the provisioning log: what was done, in an administrator's words.

use super::named::{joined, name, without_values};
use crate::caller::Caller;
use crate::error::ServiceError;
use crate::verdict::Verdict;
use scim_core::fault::Findings;
use scim_store_diesel::{Kind, LogLine, MemberDelta, ResourceId, StoredResource};
use std::time::Instant;

/// A line in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    action: String,
    res: Option<ResourceId>,
    target: Option<String>,
    status: u16,
    scim_type: Option<&'static str>,
    reason: Option<String>,
    dialects: String,
    ignored: String,
    refused: String,
}

impl Entry {
    /// A success.
    pub(super) fn done(action: String, row: &StoredResource, status: u16, findings: &Findings) -> Self {
        Self {
            action,
            res: Some(row.id),
            target: Some(row.name.clone()),
            status,
            reason: suggested(findings),
            dialects: joined(findings.dialects.iter().copied()),
            ignored: joined(findings.ignored.iter().map(String::as_str)),
            ..Self::default()
        }
    }

    /// A refusal.
    pub(crate) fn refused(
        action: String,
        id: Option<&str>,
        target: Option<String>,
        error: &ServiceError,
    ) -> Self {
        let id = id.and_then(|id| id.parse().ok());
        let entry = Self::turned_down(action, id, target, error.verdict(), error.to_string());
        Self { refused: joined(error.attributes()), ..entry }
    }

    /// A refusal with its reason in words.
    pub(crate) fn turned_down(
        action: String,
        res: Option<ResourceId>,
        target: Option<String>,
        verdict: Verdict,
        reason: String,
    ) -> Self {
        Self {
            action,
            res,
            target,
            status: verdict.status,
            scim_type: verdict.scim_type.map(scim_core::ScimType::as_str),
            reason: Some(reason),
            ..Self::default()
        }
    }

    /// The same line with a warning about members that were passed over.
    pub(super) fn about(mut self, delta: &MemberDelta) -> Self {
        if !delta.unknown.is_empty() {
            let shown: Vec<_> =
                delta.unknown.iter().take(20).map(|id| scim_core::json::shortened(id)).collect();
            let skipped =
                format!("{} unknown members were skipped: {}", delta.unknown.len(), shown.join(", "));
            self.reason = Some(match self.reason.take() {
                Some(more) => format!("{skipped}; {more}"),
                None => skipped,
            });
        }
        self
    }

    /// A lookup or a read that found nothing.
    pub(crate) fn not_found(
        action: String,
        res: Option<ResourceId>,
        target: Option<String>,
        status: u16,
    ) -> Self {
        Self { action, res, target, status, reason: Some("not found".to_owned()), ..Self::default() }
    }

    /// The habits of the client that were rewritten.
    pub(crate) fn dialects(&self) -> impl Iterator<Item = &str> {
        self.dialects.split_whitespace()
    }

    /// The line of a caller's request.
    pub(crate) fn line(&self, caller: &Caller, started: Instant, now_ms: i64) -> LogLine {
        self.line_of(Some(&caller.accessor), &caller.request_id, started, now_ms)
    }

    /// The line of the request of a token. The reason names attributes and ids; of the values that a
    /// client sent it holds none but the target's name.
    pub(crate) fn line_of(
        &self,
        accessor: Option<&str>,
        request_id: &str,
        started: Instant,
        now_ms: i64,
    ) -> LogLine {
        LogLine {
            at_ms: now_ms,
            request_id: request_id.to_owned(),
            accessor: accessor.map(str::to_owned),
            action: self.action.clone(),
            res: self.res,
            target: self.target.clone(),
            status: i16::try_from(self.status).unwrap_or(i16::MAX),
            scim_type: self.scim_type.map(str::to_owned),
            reason: self.reason.as_deref().map(without_values),
            dialects: self.dialects.clone(),
            ignored: self.ignored.clone(),
            refused: self.refused.clone(),
            duration_us: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
        }
    }
}

/// What to know of values that no schema suggests: they are kept, but may be slips of a mapping.
fn suggested(findings: &Findings) -> Option<String> {
    if findings.uncanonical.is_empty() {
        return None;
    }
    let paths: Vec<String> = findings.uncanonical.iter().map(|path| name(path)).take(20).collect();
    Some(format!("values that the schema does not suggest: {}", paths.join(", ")))
}

/// What a change of a resource was, in words.
pub(super) fn change_in_words(
    kind: Kind,
    noun: &str,
    old: &StoredResource,
    new: &StoredResource,
    delta: &MemberDelta,
) -> String {
    match kind {
        Kind::User if old.active && !new.active => "Deactivate user".to_owned(),
        Kind::User if !old.active && new.active => "Activate user".to_owned(),
        Kind::User if old.version == new.version => "Update user (no change)".to_owned(),
        Kind::User => "Update user".to_owned(),
        Kind::Other(_) if old.version == new.version => {
            format!("Update {} (no change)", noun.to_ascii_lowercase())
        }
        Kind::Other(_) => format!("Update {}", noun.to_ascii_lowercase()),
        Kind::Group if old.name != new.name => "Rename group".to_owned(),
        Kind::Group => match (delta.added.len(), delta.removed.len()) {
            (0, 0) if old.version == new.version => "Update group (no change)".to_owned(),
            (0, 0) => "Update group".to_owned(),
            (added, 0) => format!("Add {} to group", members(added)),
            (0, removed) => format!("Remove {} from group", members(removed)),
            (added, removed) => {
                format!("Add {} to and remove {} from group", members(added), members(removed))
            }
        },
    }
}

fn members(count: usize) -> String {
    if count == 1 { "1 member".to_owned() } else { format!("{count} members") }
}
