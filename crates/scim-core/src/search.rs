//! The message of a search: a query in the body of a POST (RFC 7644 section 3.4.3).

use crate::error::ScimType;
use crate::message::{Twice, take};
use crate::projection::split;
use crate::value::kind_of;
use serde_json::{Map, Number, Value};
use std::fmt;

#[cfg(test)]
mod tests;

/// The URN of the search message.
pub const SEARCH_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// A search. Its texts are as the client wrote them; what they mean is for the readers of filters,
/// sorting and projection.
///
/// A key whose value is null is absent. A list may come as one text with commas, a number as a text
/// of digits, as in the query of a GET; a number too large for its type is the greatest of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// `attributes`: what the answer shows; see [`Projection`](crate::Projection).
    pub attributes: Vec<String>,
    /// `excludedAttributes`: what the answer does not show.
    pub excluded_attributes: Vec<String>,
    /// `filter`: see [`Filter`](crate::Filter).
    pub filter: Option<String>,
    /// `sortBy`: see [`SortBy`](crate::SortBy).
    pub sort_by: Option<String>,
    /// `sortOrder`: see [`SortOrder`](crate::SortOrder).
    pub sort_order: Option<String>,
    /// `startIndex`: the number of the first result to show, from 1.
    pub start_index: Option<i64>,
    /// `count`: the most results to show.
    pub count: Option<i64>,
    /// `cursor`: where to go on (RFC 9865 section 2); the empty text asks for the first page.
    pub cursor: Option<String>,
}

/// Says why a search message was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchError {
    /// `schemas` does not name the search message.
    NotASearch,
    /// A key with a value of another type.
    WrongType {
        /// The key.
        key: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What was sent.
        found: &'static str,
    },
    /// A key in two spellings.
    Twice(&'static str),
}

impl SearchError {
    /// The keyword for the error message (RFC 7644 table 9, RFC 9865 section 2.1). The status is always
    /// 400.
    pub fn scim_type(&self) -> ScimType {
        match self {
            Self::NotASearch | Self::Twice(_) => ScimType::InvalidSyntax,
            Self::WrongType { key: "count", .. } => ScimType::InvalidCount,
            Self::WrongType { key: "cursor", .. } => ScimType::InvalidCursor,
            Self::WrongType { .. } => ScimType::InvalidValue,
        }
    }
}

impl fmt::Display for SearchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASearch => write!(f, "`schemas` must list `{SEARCH_REQUEST_URN}`"),
            Self::WrongType { key, expected, found } => write!(f, "`{key}` takes {expected}, not {found}"),
            Self::Twice(key) => write!(f, "`{key}` is given twice, in different spellings"),
        }
    }
}

impl std::error::Error for SearchError {}

impl From<Twice> for SearchError {
    fn from(Twice(key): Twice) -> Self {
        Self::Twice(key)
    }
}

impl SearchRequest {
    /// Reads the message. Its keys are read in any case; others are ignored.
    ///
    /// # Errors
    /// When `schemas` does not list [`SEARCH_REQUEST_URN`], or a key holds what it does not take.
    pub fn parse(mut body: Map<String, Value>) -> Result<Self, SearchError> {
        let schemas = take(&mut body, "schemas")?.map_or_else(|| Ok(Vec::new()), |v| list("schemas", v))?;
        if !schemas.iter().any(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST_URN)) {
            return Err(SearchError::NotASearch);
        }
        let mut lists = |key| take(&mut body, key)?.map_or_else(|| Ok(Vec::new()), |value| list(key, value));
        let (attributes, excluded_attributes) = (lists("attributes")?, lists("excludedAttributes")?);
        let mut texts = |key| take(&mut body, key)?.map(|value| text(key, value)).transpose();
        let (filter, cursor) = (texts("filter")?, texts("cursor")?);
        let (sort_by, sort_order) = (texts("sortBy")?, texts("sortOrder")?);
        let mut numbers = |key| take(&mut body, key)?.map(|value| number(key, value)).transpose();
        let (start_index, count) = (numbers("startIndex")?, numbers("count")?);
        Ok(Self { attributes, excluded_attributes, filter, sort_by, sort_order, start_index, count, cursor })
    }
}

fn list(key: &'static str, value: Value) -> Result<Vec<String>, SearchError> {
    const EXPECTED: &str = "a list of strings";
    match value {
        Value::String(text) => Ok(split(&text).map(|item| item.trim().to_owned()).collect()),
        Value::Array(items) => (items.into_iter().filter(|item| !item.is_null()))
            .map(|item| match item {
                Value::String(text) => Ok(text),
                _ => {
                    Err(SearchError::WrongType { key, expected: EXPECTED, found: "a list of something else" })
                }
            })
            .collect(),
        other => Err(SearchError::WrongType { key, expected: EXPECTED, found: kind_of(&other) }),
    }
}

fn text(key: &'static str, value: Value) -> Result<String, SearchError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(SearchError::WrongType { key, expected: "a string", found: kind_of(&other) }),
    }
}

fn number(key: &'static str, value: Value) -> Result<i64, SearchError> {
    let found = match &value {
        Value::Number(number) => match whole(number) {
            Some(whole) => return Ok(whole),
            None => "a number that is not one",
        },
        Value::String(text) => match digits(text) {
            Some(whole) => return Ok(whole),
            None => "another string",
        },
        other => kind_of(other),
    };
    Err(SearchError::WrongType { key, expected: "a whole number", found })
}

/// The whole number that a number is: `5`, `5.0`.
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        // The conversion saturates, as is wanted here.
        number.as_f64().filter(|decimal| decimal.fract() == 0.0).map(|decimal| decimal as i64)
    })
}

/// The whole number that a text of digits is.
fn digits(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let greatest = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(greatest))
}
