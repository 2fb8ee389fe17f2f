//! Which lines of the provisioning log an administrator wants, in the words of the command line.

use super::{CommandError, Failure};
use scim_core::datetime::parse_date_time;
use scim_store_diesel::LogFilter;
use serde::{Deserialize, Serialize};

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
    /// What the store is asked for.
    pub(super) fn filter(&self, now_ms: i64) -> Result<LogFilter, CommandError> {
        let time = |text: &Option<String>| text.as_deref().map(|text| time(text, now_ms)).transpose();
        let res = self
            .id
            .as_deref()
            .map(|id| id.parse().map_err(|_| invalid(format!("`{id}` is not the id of a resource, a UUID"))));
        Ok(LogFilter {
            since_ms: time(&self.since)?,
            until_ms: time(&self.until)?,
            request_id: self.request_id.clone(),
            res: res.transpose()?,
            target: self.target.clone(),
            action: self.action.clone(),
            status: self.status.as_deref().map(statuses).transpose()?,
        })
    }
}

fn invalid(message: String) -> CommandError {
    CommandError::new(Failure::Invalid, message)
}

/// A point in time, or one so long ago.
fn time(text: &str, now_ms: i64) -> Result<i64, CommandError> {
    if let Some(instant) = parse_date_time(text) {
        return Ok(instant.timestamp_millis());
    }
    let units = [("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];
    let ago = units.iter().find_map(|(unit, ms)| {
        let number = text.strip_suffix(unit)?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| number.parse::<i64>().ok()?.checked_mul(*ms))?
    });
    let ago = ago.ok_or_else(|| {
        invalid(format!(
            "`{text}` is no time such as 2026-01-31T09:30:00Z, and not how long ago, such as 30m, 2h or 7d"
        ))
    })?;
    Ok(now_ms.saturating_sub(ago))
}

/// The least and the greatest status that are meant.
fn statuses(text: &str) -> Result<(i16, i16), CommandError> {
    let class = |digit: &str| digit.parse::<i16>().ok().filter(|class| (1..=5).contains(class));
    match text {
        "done" => Ok((100, 399)),
        "refused" => Ok((400, 599)),
        _ => {
            let class = text.strip_suffix("xx").and_then(class).map(|class| (class * 100, class * 100 + 99));
            let one = || text.parse().ok().filter(|status| (100..=599).contains(status)).map(|s| (s, s));
            class.or_else(one).ok_or_else(|| {
                invalid(format!("`{text}` is no status such as 409 or 4xx, and neither `refused` nor `done`"))
            })
        }
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
            assert_eq!(time(text, now).ok(), expected, "{text}");
        }
        for (text, expected) in [
            ("400", Some((400, 400))),
            ("4xx", Some((400, 499))),
            ("refused", Some((400, 599))),
            ("done", Some((100, 399))),
            ("6xx", None),
            ("xx", None),
            ("99", None),
            ("40x", None),
        ] {
            assert_eq!(statuses(text).ok(), expected, "{text}");
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
        assert!(said(LogQuery { status: text("bad"), ..LogQuery::default() }).contains("`refused`"));
    }
}
