//! Values to draw from: few, so that they meet, and such as comparisons stumble over.

use crate::random::tape::Tape;
use scim_core::schema::AttributeType;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// When the clock of these stores begins: a second before a leap second.
pub(crate) const EPOCH_MS: i64 = 1_483_228_799_000;

/// How far the clock goes with each step.
pub(crate) const STEP_MS: i64 = 250;

/// Texts that a document may hold.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let short = [
        "ann",
        "ANN",
        "a",
        "an",
        "straße",
        "STRASSE",
        "Cafe\u{301}",
        "caf\u{e9}",
        "CAF\u{c9}",
        "%",
        "_",
        "a_n",
        "a%n",
        "σίσυφος",
        "ΣΊΣΥΦΟΣ",
        "work",
        "Work",
        "home",
        "quo\"te",
        "it's",
        "back\\slash",
        "\u{fb01}n",
        "fin",
        "\u{149}",
        "\u{212a}elvin",
        "kelvin",
        "\u{1f600}",
        "a\u{d7ff}",
        "a\u{e000}",
        "a\u{10fffd}",
        "tab\tand\nline",
        " ann ",
        "true",
        "42",
        "null",
    ];
    let mut texts: Vec<String> = short.map(str::to_owned).to_vec();
    texts.extend([254, 255, 256, 257].map(|n| "L".repeat(n)));
    texts.extend(["x", "y", "X", "É"].map(|end| format!("{}{end}", "l".repeat(255))));
    texts.extend(["x", "y", "Xy"].map(|end| format!("{}{end}", "l".repeat(256))));
    // Folded, these have 255 characters and one, 256, and 257.
    texts.extend([format!("{}ß", "l".repeat(255)), "ß".repeat(128), format!("{}l", "ß".repeat(128))]);
    texts.push("ß".repeat(200));
    texts.push(format!("{}é", "e\u{301}".repeat(255)));
    texts
});

/// Texts that only filters hold.
static ASKED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let short =
        ["", "nn", "N", "ss", "ß", "\u{e9}", "e\u{301}", "\"", "'", "\\", "\u{0}", "\u{ffff}", "\u{10ffff}"];
    let mut texts: Vec<String> = short.map(str::to_owned).to_vec();
    texts.extend(["n\u{ffff}", "l", "x", "y", "lx", "Lxy", "ü"].map(str::to_owned));
    texts.push(format!("{}xZ", "l".repeat(256)));
    texts.push("s".repeat(256));
    texts.push("s".repeat(300));
    texts
});

static REFERENCES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let short = [
        "https://x.test/ann",
        "HTTPS://x.test/ann",
        "../Users/1",
        "Users/1",
        "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
        "https://x.test/müller",
        "https://x.test/a%20b",
        "x_y",
        "#",
    ];
    let mut references: Vec<String> = short.map(str::to_owned).to_vec();
    references.extend([255, 256, 257].map(|n| format!("{}x", "L".repeat(n - 1))));
    references.extend(["x", "y"].map(|end| format!("{}{end}", "L".repeat(256))));
    references
});

const INTEGERS: [i64; 12] = [
    0,
    1,
    -1,
    5,
    9_007_199_254_740_991,
    9_007_199_254_740_992,
    9_007_199_254_740_993,
    -9_007_199_254_740_993,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
    i64::MIN + 1,
];

/// Numbers as they are written, in documents of decimals and in filters.
const DECIMALS: [&str; 13] = [
    "0",
    "0.5",
    "-0.0",
    "5",
    "5.0",
    "-2.5",
    "9007199254740992.0",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "-9223372036854775808",
    "1e300",
];

/// Numbers that only filters hold.
const ASKED_NUMBERS: [&str; 9] =
    ["4.5", "5e0", "0.5e1", "-0", "1e999", "-1e999", "9007199254740993.0", "9223372036854775807.5", "1e-999"];

const INSTANTS: [&str; 14] = [
    "2026-01-31T12:00:00Z",
    "2026-01-31T13:00:00+01:00",
    "2026-01-31T12:00:00",
    "2026-01-31T12:00:00.000000001Z",
    "2026-01-31T12:00:00.001Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00Z",
    "1970-01-01T05:30:00+05:30",
    "2016-12-31T23:59:60Z",
    "2016-12-31T23:59:60.5Z",
    "2017-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z",
    "2026-01-31T12:00:00-00:01",
];

const BINARIES: [&str; 6] = ["AAEC", "aaec", "AAECAw==", "ab_-", "A\r\nB", "AAECAAECAAEC"];

/// The values of one world, a few of each type, so that they meet.
pub(crate) struct Palette {
    texts: Vec<String>,
    references: Vec<String>,
    integers: Vec<i64>,
    decimals: Vec<&'static str>,
    instants: Vec<&'static str>,
    binaries: Vec<&'static str>,
}

impl Palette {
    pub(crate) fn new(tape: &Tape) -> Self {
        Self {
            texts: [few(tape, &TEXTS), few(tape, &TEXTS)].concat(),
            references: few(tape, &REFERENCES),
            integers: few(tape, &INTEGERS),
            decimals: few(tape, &DECIMALS),
            instants: few(tape, &INSTANTS),
            binaries: few(tape, &BINARIES),
        }
    }

    /// A text that a document may hold.
    pub(crate) fn text(&self, tape: &Tape) -> &str {
        tape.text(&self.texts)
    }

    /// A value of a simple type, as documents hold it.
    pub(crate) fn stored(&self, tape: &Tape, kind: AttributeType) -> Value {
        match kind {
            AttributeType::String => json!(self.text(tape)),
            AttributeType::Boolean => json!(tape.below(2) == 0),
            AttributeType::Integer => json!(tape.pick(&self.integers)),
            AttributeType::Decimal => serde_json::from_str(tape.pick(&self.decimals)).unwrap(),
            AttributeType::DateTime => json!(tape.pick(&self.instants)),
            AttributeType::Binary => json!(tape.pick(&self.binaries)),
            AttributeType::Reference => json!(tape.text(&self.references)),
            AttributeType::Complex => Value::Null,
        }
    }

    /// A value to compare with, as filters write it.
    pub(crate) fn asked(&self, tape: &Tape, kind: AttributeType) -> String {
        // Values of documents, so that there are matches, and others.
        let known = tape.below(4) < 3;
        match kind {
            AttributeType::String | AttributeType::Complex => like(tape, self.text(tape)),
            AttributeType::Reference => like(tape, tape.text(&self.references)),
            AttributeType::Binary => like(tape, tape.pick(&self.binaries)),
            AttributeType::Boolean => {
                tape.pick(&["true", "false", "true", "false", "\"True\"", "\"FALSE\""]).to_owned()
            }
            AttributeType::Integer if known => tape.pick(&self.integers).to_string(),
            AttributeType::Decimal if known => tape.pick(&self.decimals).to_owned(),
            AttributeType::Integer | AttributeType::Decimal if tape.once_in(2) => {
                tape.pick(&ASKED_NUMBERS).to_owned()
            }
            AttributeType::Integer | AttributeType::Decimal => tape.pick(&DECIMALS).to_owned(),
            AttributeType::DateTime if known => json!(tape.pick(&self.instants)).to_string(),
            AttributeType::DateTime => json!(tape.pick(&INSTANTS)).to_string(),
        }
    }
}

/// Two neighbours of a list.
fn few<T: Clone>(tape: &Tape, list: &[T]) -> Vec<T> {
    let first = tape.below(list.len());
    list.iter().cycle().skip(first).take(2).cloned().collect()
}

/// A text, something like it, a part of it, or quite another, quoted.
fn like(tape: &Tape, text: &str) -> String {
    let length = text.chars().count();
    let text = match tape.below(16) {
        0..=7 => text.to_owned(),
        8 => text.to_uppercase(),
        9 => text.to_lowercase(),
        10 | 11 => text.chars().take(1 + tape.below(length)).collect(),
        12 | 13 => text.chars().skip(tape.below(length)).collect(),
        _ => tape.text(&ASKED).to_owned(),
    };
    json!(text).to_string()
}

/// An instant around those at which resources were created and changed.
pub(crate) fn moment(tape: &Tape) -> String {
    let steps = i64::try_from(tape.below(12)).unwrap();
    let instant = chrono::DateTime::from_timestamp_millis(EPOCH_MS + steps * STEP_MS).unwrap();
    let text = match tape.below(7) {
        0 => instant.format("%FT%T%.3fZ").to_string(),
        1 => (instant - chrono::TimeDelta::nanoseconds(1)).format("%FT%T%.9fZ").to_string(),
        2 => (instant + chrono::TimeDelta::nanoseconds(1)).format("%FT%T%.9fZ").to_string(),
        3 => (instant + chrono::TimeDelta::hours(2)).format("%FT%T%.3f+02:00").to_string(),
        4 => (instant + chrono::TimeDelta::milliseconds(1)).format("%FT%T%.3f").to_string(),
        5 => tape
            .pick(&["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.250Z", "2016-12-31T23:59:60.9999Z"])
            .to_owned(),
        _ => (instant - chrono::TimeDelta::milliseconds(1)).format("%FT%T%.3f-00:00").to_string(),
    };
    json!(text).to_string()
}
