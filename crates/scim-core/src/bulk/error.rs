//! Why a bulk message, or one of its operations, is refused.

use super::BULK_REQUEST_URN;
use crate::error::ScimType;
use crate::json::shortened;
use crate::message::Twice;
use std::fmt;

/// A bulk message that cannot be read. Nothing of it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BulkError {
    /// `schemas` does not name the bulk message.
    NotABulk,
    /// `Operations` is missing, empty or no list.
    NoOperations,
    /// More operations than the server takes at a time.
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// An operation that is no object.
    NotAnObject {
        /// Its number, from 1.
        number: usize,
        /// What it is.
        found: &'static str,
    },
    /// `failOnErrors` is no whole number from 1.
    FailOnErrors,
    /// A key in two spellings.
    Twice(&'static str),
}

impl From<Twice> for BulkError {
    fn from(Twice(key): Twice) -> Self {
        Self::Twice(key)
    }
}

impl fmt::Display for BulkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotABulk => write!(f, "`schemas` must list `{BULK_REQUEST_URN}`"),
            Self::NoOperations => f.write_str("`Operations` must be a list of at least one operation"),
            Self::TooMany { found, most } => write!(
                f,
                "{found} operations are more than maxOperations ({most}); send them in several requests"
            ),
            Self::NotAnObject { number, found } => {
                write!(f, "operation {number} must be an object, not {found}")
            }
            Self::FailOnErrors => f.write_str("`failOnErrors` takes a whole number from 1"),
            Self::Twice(key) => write!(f, "`{key}` is given twice, in different spellings"),
        }
    }
}

impl std::error::Error for BulkError {}

/// What is wrong with an operation of a bulk message as such. The others are done all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperationFault {
    /// A key that takes a text.
    NotText {
        /// The key.
        key: &'static str,
        /// What was sent.
        found: &'static str,
    },
    /// `method` is missing.
    NoMethod,
    /// `method` is none that a bulk message can have.
    UnknownMethod,
    /// `path` is missing.
    NoPath,
    /// A POST without `bulkId`.
    NoBulkId,
    /// `data` is missing, or no object.
    NoData,
    /// Several operations have the same `bulkId`.
    SharedBulkId(String),
    /// A reference to a `bulkId` that no POST of the message has.
    Undefined(String),
}

impl OperationFault {
    /// The keyword for the error message (RFC 7644 table 9); a method that cannot be has none.
    pub fn scim_type(&self) -> Option<ScimType> {
        match self {
            Self::UnknownMethod => None,
            Self::NotText { .. }
            | Self::NoMethod
            | Self::NoPath
            | Self::NoBulkId
            | Self::NoData
            | Self::SharedBulkId(_)
            | Self::Undefined(_) => Some(ScimType::InvalidValue),
        }
    }
}

impl fmt::Display for OperationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText { key, found } => write!(f, "`{key}` takes a string, not {found}"),
            Self::NoMethod => f.write_str("`method` is missing; it is POST, PUT, PATCH or DELETE"),
            Self::UnknownMethod => f.write_str("`method` is POST, PUT, PATCH or DELETE in a bulk request"),
            Self::NoPath => f.write_str("`path` is missing; it is `/Users` or `/Users/{id}`, for example"),
            Self::NoBulkId => f.write_str("a POST needs a `bulkId`, by which its answer is found"),
            Self::NoData => f.write_str("`data` must be an object: the body of the request"),
            Self::SharedBulkId(id) => {
                write!(f, "`bulkId` `{}` is that of several operations; each needs its own", shortened(id))
            }
            Self::Undefined(id) => {
                write!(f, "no POST of this request has the `bulkId` `{}` that is referred to", shortened(id))
            }
        }
    }
}
