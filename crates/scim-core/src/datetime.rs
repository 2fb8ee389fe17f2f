//! Instants as SCIM writes them (RFC 7643 section 2.3.5).

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

/// Reads an `xsd:dateTime`. A text without an offset is taken as UTC; a date alone is none.
pub fn parse_date_time(text: &str) -> Option<DateTime<Utc>> {
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .or_else(|_| text.parse::<NaiveDateTime>().map(|naive| naive.and_utc()))
        .ok()
}

/// Writes an instant in UTC with milliseconds: `2026-01-31T09:30:00.000Z`.
pub fn format_date_time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_fractions_are_understood() {
        let noon = parse_date_time("2026-01-31T12:00:00Z").unwrap();
        for same in ["2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00"] {
            assert_eq!(parse_date_time(same), Some(noon), "{same}");
        }
        for bad in ["", "2026-01-31", "2026-01-31 12:00:00Z", "2026-13-01T00:00:00Z", "noon"] {
            assert_eq!(parse_date_time(bad), None, "{bad}");
        }
        assert_eq!(format_date_time(noon), "2026-01-31T12:00:00.000Z");
    }
}
