//! Instants as SCIM writes them (RFC 7643 section 2.3.5).

use chrono::{DateTime, Datelike, NaiveDateTime, SecondsFormat, Timelike, Utc};

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
    let Ok(year @ 0..=9999) = u32::try_from(instant.year()) else {
        return instant.to_rfc3339_opts(SecondsFormat::Millis, true);
    };
    // Every resource of every page has two of these: digit by digit is several times faster.
    let mut text = String::with_capacity(24);
    let mut digits = |number: u32, width: u32, end: char| {
        for place in (0..width).rev() {
            text.push(char::from(b'0' + (number / 10_u32.pow(place) % 10) as u8));
        }
        text.push(end);
    };
    digits(year, 4, '-');
    digits(instant.month(), 2, '-');
    digits(instant.day(), 2, 'T');
    digits(instant.hour(), 2, ':');
    digits(instant.minute(), 2, ':');
    digits(instant.second(), 2, '.');
    // A leap second has more than 999 of them.
    digits((instant.timestamp_subsec_millis()).min(999), 3, 'Z');
    text
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
        for ms in
            [0, 1, 999, -1, 951_782_399_999, 4_102_444_800_123, -62_135_596_800_000, 253_402_300_799_999]
        {
            let instant = DateTime::from_timestamp_millis(ms).unwrap();
            let same = instant.to_rfc3339_opts(SecondsFormat::Millis, true);
            assert_eq!(format_date_time(instant), same);
        }
    }
}
