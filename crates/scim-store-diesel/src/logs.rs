//! What is asked of the provisioning log.

use crate::ids::ResourceId;
use crate::rows::LogLine;

/// Which lines of the log are wanted. The default wants all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Lines from this time on.
    pub since_ms: Option<i64>,
    /// Lines before this time.
    pub until_ms: Option<i64>,
    /// Lines of this request.
    pub request_id: Option<String>,
    /// Lines about this resource.
    pub res: Option<ResourceId>,
    /// Lines whose target holds this text, whatever the case of its ASCII letters.
    pub target: Option<String>,
    /// Lines whose action holds this text, in the same way.
    pub action: Option<String>,
    /// Lines whose status is not less than the first number and not greater than the second.
    pub status: Option<(i16, i16)>,
}

impl LogFilter {
    /// Whether lines have to be looked at one by one, for no index leads to those that are wanted.
    pub(crate) fn looks_at_lines(&self) -> bool {
        let Self { since_ms: _, until_ms: _, request_id, res, target, action, status } = self;
        let by_line = res.is_some() || target.is_some() || action.is_some() || status.is_some();
        by_line && request_id.is_none()
    }
}

/// In which order lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogOrder {
    /// The newest first.
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// The place of a line in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPlace {
    /// When its request was decided.
    pub at_ms: i64,
    /// Its number. Numbers grow with each commit.
    pub id: i64,
}

/// A line with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedLine {
    /// The number.
    pub id: i64,
    /// The line.
    pub line: LogLine,
}

impl NumberedLine {
    /// Where the line is.
    pub fn place(&self) -> LogPlace {
        LogPlace { at_ms: self.line.at_ms, id: self.id }
    }
}

/// Some lines of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The lines, in the order that was asked for.
    pub lines: Vec<NumberedLine>,
    /// Where to go on; `None` at the end. A page can have no lines and yet not be the last.
    pub next: Option<LogPlace>,
}

/// Lines in the order in which they were written, for whoever follows the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTail {
    /// The lines, oldest first.
    pub lines: Vec<NumberedLine>,
    /// The number after which to go on.
    pub after: i64,
}
