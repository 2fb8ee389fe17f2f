//! Why a list cannot be sorted so.

use crate::error::ScimType;
use crate::schema::{Attribute, AttributeType, Returned};
use std::fmt;

/// Says why `sortBy` or `sortOrder` was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortError {
    /// A text that is no attribute path.
    NoPath(String),
    /// Brackets, which belong to filters.
    Brackets,
    /// No schema of the resource type defines the attribute, or no answer carries it.
    Unknown {
        /// The path, as it was written.
        path: String,
        /// The name of the resource type.
        resource_type: String,
        /// A name that is near.
        suggestion: Option<String>,
    },
    /// The attribute is an object that has no `value`.
    NoSingleValue {
        /// The attribute.
        attribute: String,
        /// The path of one of its parts.
        part: Option<String>,
    },
    /// The attribute takes values that have no order.
    NoOrder(String),
    /// `sortOrder` is neither `ascending` nor `descending`.
    UnknownOrder,
}

impl SortError {
    /// The keyword for the error message (RFC 7644 table 9). The status is always 400.
    pub fn scim_type(&self) -> ScimType {
        ScimType::InvalidValue
    }

    /// The attribute that cannot be sorted by, where `sortBy` names one.
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Self::Unknown { path: attribute, .. }
            | Self::NoSingleValue { attribute, .. }
            | Self::NoOrder(attribute) => Some(attribute),
            Self::NoPath(_) | Self::Brackets | Self::UnknownOrder => None,
        }
    }

    /// That an object has no single value, with a part of it that can be sorted by.
    pub(super) fn no_single_value(attribute: &str, separator: char, parts: &[Attribute]) -> Self {
        let sortable = |part: &&Attribute| {
            part.returned != Returned::Never
                && !matches!(part.kind, AttributeType::Complex | AttributeType::Binary)
        };
        let part = parts.iter().find(sortable).map(|part| format!("{attribute}{separator}{}", part.name));
        Self::NoSingleValue { attribute: attribute.to_owned(), part }
    }

    /// How little it says to somebody who asked several resource types; see the faults of filters.
    pub(super) fn vagueness(&self) -> u8 {
        match self {
            Self::Unknown { suggestion: None, .. } => 2,
            Self::Unknown { .. } => 1,
            _ => 0,
        }
    }
}

impl fmt::Display for SortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPath(path) => write!(f, "`sortBy` takes the name of an attribute, and `{path}` is none"),
            Self::Brackets => f.write_str("`sortBy` takes the name of an attribute, without brackets"),
            Self::Unknown { path, resource_type, suggestion } => {
                write!(f, "unknown attribute `{path}` on {resource_type}")?;
                match suggestion {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
            Self::NoSingleValue { attribute, part } => {
                write!(f, "attribute `{attribute}` has no single value to sort by")?;
                match part {
                    Some(part) => write!(f, "; name one of its parts, such as `{part}`"),
                    None => Ok(()),
                }
            }
            Self::NoOrder(attribute) => {
                write!(f, "attribute `{attribute}` takes base64 text, which has no order")
            }
            Self::UnknownOrder => f.write_str("`sortOrder` is `ascending` or `descending`"),
        }
    }
}

impl std::error::Error for SortError {}
