//! The provisioning log, for the administrator who asks what became of a request.

use super::CommandError;
use super::log_query::LogQuery;
use crate::service::Service;
use chrono::DateTime;
use scim_core::datetime::format_date_time;
use scim_store_diesel::{LogFilter, LogLine, LogOrder, LogPlace, LogTail, NumberedLine};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The most lines of one answer.
const MAX_LINES: u32 = 1000;

/// How long an answer may grow, in bytes of texts; escaped, it still fits into a message.
const MAX_BYTES: usize = 1 << 20;

/// How long one command looks for lines before it says where to go on.
const PATIENCE: Duration = Duration::from_secs(2);

/// The place of a line, to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinePlace {
    at_ms: i64,
    number: i64,
}

impl From<LogPlace> for LinePlace {
    fn from(place: LogPlace) -> Self {
        Self { at_ms: place.at_ms, number: place.id }
    }
}

impl From<LinePlace> for LogPlace {
    fn from(place: LinePlace) -> Self {
        Self { at_ms: place.at_ms, id: place.number }
    }
}

/// Some lines of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLines {
    /// The lines, in the order that was asked for.
    pub lines: Vec<LogView>,
    /// Where to go on; `None` at the end.
    pub next: Option<LinePlace>,
}

/// The newest lines, or those that were written since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedLines {
    /// The lines, oldest first.
    pub lines: Vec<LogView>,
    /// What to ask for the lines that come after them with.
    pub after: i64,
    /// Where those end that were asked for and did not fit into the answer; they are older.
    pub earlier: Option<Earlier>,
}

/// Where a tail goes on to older lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    place: LinePlace,
    /// The number of the newest line when the tail began: what was written since is followed.
    newest: i64,
}

/// A line of the provisioning log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// When the request was decided.
    pub time: String,
    /// The tenant.
    pub tenant: String,
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
    /// The attributes for which it was refused.
    pub refused: Vec<String>,
    /// How long it took, in microseconds.
    pub duration_us: i64,
}

impl LogView {
    fn new(tenant: &str, line: LogLine) -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Self {
            time: format_date_time(DateTime::from_timestamp_millis(line.at_ms).unwrap_or_default()),
            tenant: tenant.to_owned(),
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
            refused: words(&line.refused),
            duration_us: line.duration_us,
        }
    }
}

impl Service {
    /// Some lines, and where to go on. A page ends early where it would grow too long for one message, or
    /// when it took long to find.
    pub(super) fn read_log(
        &self,
        tenant: &str,
        query: &LogQuery,
        oldest_first: bool,
        from: Option<LinePlace>,
        limit: u32,
    ) -> Result<LogLines, CommandError> {
        let filter = query.filter(self.now_ms())?;
        let id = self.tenant_named(tenant)?.id;
        let order = if oldest_first { LogOrder::OldestFirst } else { LogOrder::NewestFirst };
        let started = Instant::now();
        let limit = limit.clamp(1, MAX_LINES);
        let mut next = from.map(LogPlace::from);
        loop {
            let page = self.store().tenant(id).log(&filter, order, next, limit)?;
            let (lines, last) = fitting(tenant, page.lines);
            next = last.or(page.next);
            if !lines.is_empty() || next.is_none() || started.elapsed() > PATIENCE {
                return Ok(LogLines { lines, next: next.map(LinePlace::from) });
            }
        }
    }

    /// The newest lines, oldest first, or those before them. Where not all of them fit into one message,
    /// the newest do, and the answer says where the others end.
    pub(super) fn tail_log(
        &self,
        tenant: &str,
        lines: u32,
        earlier: Option<Earlier>,
    ) -> Result<FollowedLines, CommandError> {
        let id = self.tenant_named(tenant)?.id;
        let (store, lines) = (self.store().tenant(id), lines.min(MAX_LINES));
        let (newest_first, newest) = match earlier {
            None => {
                let LogTail { lines, after } = store.log_tail(lines)?;
                (lines.into_iter().rev().collect::<Vec<_>>(), after)
            }
            Some(Earlier { place, newest }) => {
                let (all, from) = (LogFilter::default(), Some(place.into()));
                (store.log(&all, LogOrder::NewestFirst, from, lines)?.lines, newest)
            }
        };
        let end = newest_first.last().map(NumberedLine::place);
        // Decided earlier and written later than the tail began: they are followed.
        let (later, wanted): (Vec<_>, Vec<_>) =
            newest_first.into_iter().partition(|numbered| numbered.id > newest);
        let (mut views, last) = fitting(tenant, wanted);
        views.reverse();
        let place = last.or(end.filter(|_| !later.is_empty()));
        let earlier = place.map(|place| Earlier { place: place.into(), newest });
        Ok(FollowedLines { lines: views, after: newest, earlier })
    }

    /// The lines that were written after those of an earlier tail.
    pub(super) fn follow_log(&self, tenant: &str, after: i64) -> Result<FollowedLines, CommandError> {
        let id = self.tenant_named(tenant)?.id;
        let LogTail { lines, after } = self.store().tenant(id).log_after(after)?;
        let (lines, last) = fitting(tenant, lines);
        Ok(FollowedLines { lines, after: last.map_or(after, |place| place.id), earlier: None })
    }
}

/// As many lines as fit into one message, and the place of the last of them if there are more.
fn fitting(tenant: &str, lines: impl IntoIterator<Item = NumberedLine>) -> (Vec<LogView>, Option<LogPlace>) {
    let (mut bytes, mut place, mut views) = (0, None, Vec::new());
    for numbered in lines {
        if bytes > MAX_BYTES {
            return (views, place);
        }
        let line = &numbered.line;
        let texts = [&line.action, &line.dialects, &line.ignored, &line.refused];
        let maybe = [&line.target, &line.reason];
        bytes += texts.iter().map(|text| text.len()).sum::<usize>() + 300;
        bytes += maybe.iter().filter_map(|text| text.as_ref()).map(String::len).sum::<usize>();
        place = Some(numbered.place());
        views.push(LogView::new(tenant, numbered.line));
    }
    (views, None)
}
