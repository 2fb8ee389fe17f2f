//! Which lines of the provisioning log an administrator wants, in the words of the command line.

use super::{CommandError, Failure};
use scim_core::datetime::parse_date_time;
use scim_store_diesel::LogFilter;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Which lines are wanted; what is absent does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogQuery {
    /// From when on: an RFC 3339 time, or how long ago, such as `30m`.
    pub since: Option<String>,
    /// Until when, in the same words; the time itself is no part of it.
    pub until: Option<String>,
    /// The request, as `X-Request-Id` named it.
    pub request_id: Option<String>,
    /// The id of a resource.
    pub id: Option<String>,
    /// A part of a userName or displayName, whatever the case of its ASCII letters.
    pub target: Option<String>,
    /// A part of the action, in the same way.
    pub action: Option<String>,
    /// A status such as `409`, a class such as `4xx`, or `refused` or `done`.
    pub status: Option<String>,
}

impl LogQuery {
    /// Whether it can be meant, with the reason in words if not.
    ///
    /// # Errors
    /// When a part cannot be read, or the time until which lines are wanted is before that since which.
    pub fn check(&self, now_ms: i64) -> Result<(), CommandError> {
        self.filter(now_ms).map(drop)
    }

    /// What the store is asked for.
    pub(super) fn filter(&self, now_ms: i64) -> Result<LogFilter, CommandError> {
        let (since_ms, until_ms) =
            (since(self.since.as_deref(), now_ms)?, since(self.until.as_deref(), now_ms)?);
        if since_ms.zip(until_ms).is_some_and(|(since, until)| since > until) {
            return Err(invalid("`since` is later than `until`: no line is between them".to_owned()));
        }
        let res = self
            .id
            .as_deref()
            .map(|id| id.parse().map_err(|_| invalid(format!("`{id}` is not the id of a resource, a UUID"))));
        Ok(LogFilter {
            since_ms,
            until_ms,
            request_id: self.request_id.as_deref().map(stored_request_id),
            res: res.transpose()?,
            target: self.target.clone(),
            action: self.action.clone(),
            status: self.status.as_deref().map(read::<Statuses>).transpose()?.map(|statuses| statuses.0),
        })
    }
}

/// A time, if there is one, in milliseconds since 1970.
pub(super) fn since(text: Option<&str>, now_ms: i64) -> Result<Option<i64>, CommandError> {
    Ok(text.map(read::<LogTime>).transpose()?.map(|time| time.at(now_ms)))
}

fn read<T: FromStr<Err = String>>(text: &str) -> Result<T, CommandError> {
    text.parse().map_err(invalid)
}

fn invalid(message: String) -> CommandError {
    CommandError::new(Failure::Invalid, message)
}

/// The id of a request as it is stored, if it is one of this server: people and tools may write hyphens.
fn stored_request_id(text: &str) -> String {
    let plain: String = text.chars().filter(|c| *c != '-').collect();
    let is_uuid = plain.len() == 32 && plain.bytes().all(|b| b.is_ascii_hexdigit());
    if is_uuid { plain.to_ascii_lowercase() } else { text.to_owned() }
}

/// A point in time, or how long ago it is, both in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogTime {
    /// Since 1970.
    At(i64),
    /// Before now.
    Ago(i64),
}

impl LogTime {
    /// The time since 1970.
    pub fn at(self, now_ms: i64) -> i64 {
        match self {
            Self::At(ms) => ms,
            Self::Ago(ms) => now_ms.saturating_sub(ms),
        }
    }
}

impl FromStr for LogTime {
    type Err = String;

    /// Reads an RFC 3339 time, a date, which begins at midnight UTC, or how long ago, such as `30m`.
    fn from_str(text: &str) -> Result<Self, String> {
        let instant = parse_date_time(text).or_else(|| {
            let is_date = text.len() == 10;
            is_date.then(|| parse_date_time(&format!("{text}T00:00:00Z"))).flatten()
        });
        if let Some(instant) = instant {
            return Ok(Self::At(instant.timestamp_millis()));
        }
        let units = [("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
        let ago = units.iter().find_map(|(unit, ms)| {
            let number = text.strip_suffix(unit)?;
            let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| number.parse::<i64>().ok()?.checked_mul(*ms))?
        });
        ago.map(Self::Ago).ok_or_else(|| {
            format!(
                "`{text}` is no time such as 2026-01-31 or 2026-01-31T09:30:00Z, and not how long ago, such as \
                 30m, 2h or 7d"
            )
        })
    }
}

/// The least and the greatest status that are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statuses((i16, i16));

impl FromStr for Statuses {
    type Err = String;

    /// Reads a status, a class such as `4xx`, or `refused` or `done`, whatever the case.
    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_ascii_lowercase();
        let number = |digits: &str, length| {
            let plain = digits.len() == length && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse::<i16>().ok()).flatten()
        };
        let class = lower.strip_suffix("xx").and_then(|digit| number(digit, 1));
        let class =
            class.filter(|class| (1..=5).contains(class)).map(|class| (class * 100, class * 100 + 99));
        let one = number(&lower, 3).filter(|status| (100..=599).contains(status)).map(|one| (one, one));
        let range = match lower.as_str() {
            "done" => Some((100, 399)),
            "refused" => Some((400, 599)),
            _ => class.or(one),
        };
        range.map(Self).ok_or_else(|| {
            format!("`{text}` is no status such as 409 or 4xx, and neither `refused` nor `done`")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_statuses_are_read_as_people_write_them() {
        let now = 1_790_000_000_000;
        for (text, expected) in [
            ("2026-09-21T14:13:20Z", Some(now)),
            ("2026-09-21T16:13:20+02:00", Some(now)),
            ("2026-09-21", Some(now - 51_200_000)),
            ("2026-09-31", None),
            ("2026-9-21", None),
            ("90s", Some(now - 90_000)),
            ("30m", Some(now - 1_800_000)),
            ("2h", Some(now - 7_200_000)),
            ("7d", Some(now - 604_800_000)),
            ("0d", Some(now)),
            ("", None),
            ("m", None),
            ("-5m", None),
            ("5 m", None),
            ("yesterday", None),
            ("99999999999999999999d", None),
            ("9999999999999999d", None),
        ] {
            assert_eq!(text.parse::<LogTime>().ok().map(|time| time.at(now)), expected, "{text}");
        }
        for (text, expected) in [
            ("400", Some((400, 400))),
            ("4xx", Some((400, 499))),
            ("refused", Some((400, 599))),
            ("done", Some((100, 399))),
            ("4XX", Some((400, 499))),
            ("Refused", Some((400, 599))),
            ("+400", None),
            ("0400", None),
            ("+4xx", None),
            ("6xx", None),
            ("xx", None),
            ("99", None),
            ("40x", None),
        ] {
            assert_eq!(text.parse::<Statuses>().ok().map(|statuses| statuses.0), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        let said = |query: LogQuery| query.filter(0).unwrap_err().message;
        let text = |text: &str| Some(text.to_owned());
        assert!(said(LogQuery { since: text("soon"), ..LogQuery::default() }).contains("30m, 2h or 7d"));
        assert!(
            said(LogQuery { id: text("ann"), ..LogQuery::default() }).contains("not the id of a resource")
        );
        let wrong_way = LogQuery { since: text("1h"), until: text("2h"), ..LogQuery::default() };
        assert!(said(wrong_way).contains("later than"));
        assert!(said(LogQuery { status: text("bad"), ..LogQuery::default() }).contains("`refused`"));
    }

    #[test]
    fn a_request_id_may_be_written_with_hyphens() {
        let stored = "0199a5b26c1e7d3f8a4b5c6d7e8f9a0b";
        for (text, expected) in
            [(stored, stored), ("0199A5B2-6C1E-7D3F-8A4B-5C6D7E8F9A0B", stored), ("request-1", "request-1")]
        {
            assert_eq!(stored_request_id(text), expected);
        }
    }
}
