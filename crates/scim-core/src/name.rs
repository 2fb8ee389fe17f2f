//! Names that cannot lie: attribute names and schema URIs.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The name of an attribute, such as `userName`.
///
/// Names compare without regard to ASCII case (RFC 7643 section 2.1) but keep the spelling they
/// arrived with, so that an error can quote what the client wrote.
#[derive(Debug, Clone)]
pub struct AttributeName(String); // Invariant: ALPHA *(ALPHA / DIGIT / "-" / "_"), or "$ref".

/// The longest attribute name that is accepted, in bytes.
pub const MAX_NAME: usize = 256;

impl AttributeName {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` names the same attribute.
    pub fn is(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

/// Says that a text is not an attribute name (RFC 7643 section 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName;

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute name starts with a letter and holds letters, digits, `-` and `_` only")
    }
}

impl std::error::Error for InvalidName {}

impl FromStr for AttributeName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let rest_is_sound = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let starts_with_letter = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        let is_ref = text.eq_ignore_ascii_case("$ref");
        if text.len() <= MAX_NAME && (is_ref || (starts_with_letter && rest_is_sound(text))) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }
}

impl PartialEq for AttributeName {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl Eq for AttributeName {}

impl Hash for AttributeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xff);
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Finds the candidate that was probably meant by `name`, if one is near enough.
///
/// Near means a different case, a small number of typing slips for the length, or an abbreviation
/// that keeps the order of letters. Used in errors only, never to accept anything.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.chars().take(64).flat_map(char::to_lowercase).collect();
    let limit = match wanted.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|candidate| {
            let lower: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
            (slips(&wanted, &lower), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two words.
fn slips(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case_and_keep_their_spelling() {
        let given: AttributeName = "UserName".parse().unwrap();
        assert_eq!(given, "username".parse().unwrap());
        assert_eq!(given.to_string(), "UserName");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in ["", "1st", "user name", "user.name", "_x", "$refs", "ü", &"a".repeat(MAX_NAME + 1)] {
            assert!(bad.parse::<AttributeName>().is_err(), "{bad:?} was accepted");
        }
        assert!("$ref".parse::<AttributeName>().is_ok());
    }

    #[test]
    fn near_misses_are_found_and_far_ones_are_not() {
        let names = ["department", "division", "displayName"];
        assert_eq!(did_you_mean("departmnt", names), Some("department"));
        assert_eq!(did_you_mean("displayNmae", names), Some("displayName"));
        assert_eq!(did_you_mean("DISPLAYNAME", names), Some("displayName"));
        assert_eq!(did_you_mean("favouriteColour", names), None);
    }
}
