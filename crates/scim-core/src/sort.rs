//! In which order a list comes: `sortBy` and `sortOrder` (RFC 7644 section 3.4.2.3).
//!
//! ```
//! use scim_core::schema::user_type;
//! use scim_core::sort::{SortBy, SortKey, SortOrder};
//! use serde_json::json;
//!
//! let by = SortBy::parse("name.familyName", &user_type())?;
//! let key = |user: serde_json::Value| user.as_object().map_or(SortKey::Missing, |user| by.key(user));
//! let (lee, nobody) = (key(json!({"name": {"familyName": "LEE"}})), key(json!({"userName": "x"})));
//! assert_eq!(lee, SortKey::Text("lee".to_owned()));
//! assert!(lee < nobody, "resources without a value come last");
//!
//! let order: SortOrder = "descending".parse()?;
//! assert!(order.directed(lee.cmp(&nobody)).is_gt());
//! # Ok::<(), scim_core::sort::SortError>(())
//! ```

mod error;
#[cfg(test)]
mod tests;

pub use crate::number::ExactNumber;
pub use error::SortError;

use crate::datetime::parse_date_time;
use crate::filter::{Place, find, value_part};
use crate::fold::fold;
use crate::json::shortened;
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, ResourceType, Returned, Target};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// By what a list is sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortBy {
    // Invariant: neither complex nor binary, and never one that no answer carries.
    place: Place,
}

impl SortBy {
    /// Reads the parameter `sortBy`: the path of an attribute or sub-attribute, as filters have it.
    ///
    /// A complex attribute that has a `value` is sorted by it.
    ///
    /// # Errors
    /// When the path names nothing that can be sorted by. What no answer carries counts as unknown, so
    /// that no order of a list can give its value away.
    pub fn parse(path: &str, resource_type: &ResourceType) -> Result<Self, SortError> {
        if path.contains('[') {
            return Err(SortError::Brackets);
        }
        let read: AttributePath = path.parse().map_err(|_| SortError::NoPath(shortened(path)))?;
        let unknown = |suggestion| SortError::Unknown {
            path: shortened(path),
            resource_type: resource_type.name.clone(),
            suggestion,
        };
        let target = find(resource_type, &read).ok_or_else(|| unknown(resource_type.suggestion(&read)))?;
        let (extension, attribute, sub) = match target {
            Target::Attribute { extension, attribute, sub } => (extension, attribute, sub),
            Target::Extension(schema) => {
                return Err(SortError::no_single_value(&schema.id, ':', &schema.attributes));
            }
        };
        let sub = match sub {
            None if attribute.kind == AttributeType::Complex => value_part(attribute),
            named => named,
        };
        let leaf = sub.unwrap_or(attribute);
        if [attribute, leaf].iter().any(|a| a.returned == Returned::Never) {
            return Err(unknown(None));
        }
        match leaf.kind {
            AttributeType::Complex => {
                Err(SortError::no_single_value(&attribute.name, '.', &leaf.sub_attributes))
            }
            AttributeType::Binary => Err(SortError::NoOrder(shown(attribute, sub))),
            _ => Ok(Self { place: Place::of(extension, attribute, sub) }),
        }
    }

    /// Reads the parameter `sortBy` where resources of several types are listed at once, type by type;
    /// `None` for a type whose resources have no value there.
    ///
    /// # Errors
    /// When the path names nothing that can be sorted by in any of the types.
    pub fn parse_each(path: &str, types: &[&ResourceType]) -> Result<Vec<Option<Self>>, SortError> {
        let (mut found, mut faults) = (Vec::with_capacity(types.len()), Vec::new());
        for resource_type in types {
            match Self::parse(path, resource_type) {
                Ok(by) => found.push(Some(by)),
                Err(fault) => {
                    found.push(None);
                    faults.push(fault);
                }
            }
        }
        match faults.into_iter().min_by_key(SortError::vagueness) {
            Some(fault) if found.iter().all(Option::is_none) => Err(fault),
            _ => Ok(found),
        }
    }

    /// What is compared.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The key of a resource that is spelled as its schema spells it. Of several values the primary one
    /// counts, or else the first one that has what is asked for.
    ///
    /// What the caller has not put in (`id`, `meta`, …) counts as absent.
    pub fn key(&self, attributes: &Map<String, Value>) -> SortKey {
        let place = &self.place;
        let value = match &place.extension {
            None => attributes.get(&place.attribute),
            Some(urn) => attributes.get(urn).and_then(|extension| extension.get(&place.attribute)),
        };
        let key = match value {
            Some(Value::Array(list)) => {
                let primary = list.iter().find(|e| e.get("primary") == Some(&Value::Bool(true)));
                primary.into_iter().chain(list).find_map(|element| self.key_of_element(element))
            }
            Some(single) => self.key_of_element(single),
            None => None,
        };
        key.unwrap_or(SortKey::Missing)
    }

    fn key_of_element(&self, element: &Value) -> Option<SortKey> {
        let value = match &self.place.sub {
            None => element,
            Some(sub) => element.get(sub)?,
        };
        match value {
            Value::Array(list) => list.iter().find_map(|item| self.key_of_value(item)),
            one => self.key_of_value(one),
        }
    }

    fn key_of_value(&self, value: &Value) -> Option<SortKey> {
        match (self.place.kind, value) {
            (AttributeType::Boolean, Value::Bool(truth)) => Some(SortKey::Boolean(*truth)),
            (AttributeType::Integer | AttributeType::Decimal, Value::Number(number)) => {
                ExactNumber::of_json(number).map(SortKey::Number)
            }
            (AttributeType::DateTime, Value::String(text)) => parse_date_time(text).map(SortKey::Instant),
            (AttributeType::String | AttributeType::Reference, Value::String(text)) if !text.is_empty() => {
                let key = if self.place.case_exact { text.clone() } else { fold(text).into_owned() };
                Some(SortKey::Text(key))
            }
            _ => None,
        }
    }
}

/// The name of an attribute or sub-attribute for messages.
fn shown(attribute: &Attribute, sub: Option<&Attribute>) -> String {
    match sub {
        Some(sub) => format!("{}.{}", attribute.name, sub.name),
        None => attribute.name.clone(),
    }
}

/// What a resource is sorted by.
///
/// Keys compare as filters compare values: texts by code points, folded unless their attribute is
/// `caseExact`; instants wherever they were written; numbers exactly; `false` before `true`.
/// [`SortKey::Missing`] is the greatest, so that resources without a value come last in ascending
/// and first in descending order. Keys of different types, as several resource types may give them,
/// stand in the order below.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(ExactNumber),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A text as it compares.
    Text(String),
    /// No value.
    Missing,
}

impl SortKey {
    /// How many bytes it holds besides itself.
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.capacity(),
            Self::Boolean(_) | Self::Number(_) | Self::Instant(_) | Self::Missing => 0,
        }
    }
}

/// The direction of a sorted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SortOrder {
    /// The least first.
    #[default]
    Ascending,
    /// The greatest first.
    Descending,
}

impl SortOrder {
    /// The order in which two resources come whose keys compare so.
    pub fn directed(self, keys: Ordering) -> Ordering {
        match self {
            Self::Ascending => keys,
            Self::Descending => keys.reverse(),
        }
    }

    /// The value of the parameter `sortOrder`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

impl FromStr for SortOrder {
    type Err = SortError;

    /// Reads the parameter `sortOrder`, in any case.
    fn from_str(text: &str) -> Result<Self, SortError> {
        let all = [Self::Ascending, Self::Descending];
        all.into_iter().find(|order| order.as_str().eq_ignore_ascii_case(text)).ok_or(SortError::UnknownOrder)
    }
}

impl fmt::Display for SortOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
