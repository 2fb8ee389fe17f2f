//! Why a choice of attributes is refused.

use crate::filter::{FilterError, MAX_LENGTH, MAX_TERMS};
use crate::patch_path::PathError;
use std::fmt;

/// Says why a choice of attributes was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProjectionError {
    /// `attributes` and `excludedAttributes` exclude each other.
    Both,
    /// The choice is longer than a filter may be.
    TooLong,
    /// More paths than a filter may have conditions.
    TooMany,
    /// A path with brackets is malformed.
    Path(PathError),
    /// A path with brackets compares an attribute as its type does not allow.
    Filter(FilterError),
}

impl ProjectionError {
    /// The attribute that cannot be chosen so, where the choice names one.
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Self::Path(error) => error.fault().attribute(),
            Self::Filter(error) => error.attribute(),
            Self::Both | Self::TooLong | Self::TooMany => None,
        }
    }
}

impl fmt::Display for ProjectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both => f.write_str("use either `attributes` or `excludedAttributes`, not both"),
            Self::TooLong => write!(f, "the list of attributes is longer than {MAX_LENGTH} bytes"),
            Self::TooMany => write!(f, "more than {MAX_TERMS} attributes are chosen"),
            Self::Path(error) => write!(f, "{error}"),
            Self::Filter(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ProjectionError {}
