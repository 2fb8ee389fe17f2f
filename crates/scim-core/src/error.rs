//! The SCIM error message (RFC 7644 section 3.12).

use serde::Serialize;
use std::fmt;

/// The `scimType` keywords of RFC 7644 table 9 and of RFC 9865 section 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ScimType {
    /// The filter is malformed or cannot be applied to the attribute.
    InvalidFilter,
    /// The filter yields more results than the server is willing to answer.
    TooMany,
    /// A unique attribute has a value that another resource holds.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability.
    Mutability,
    /// The message is not well formed.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names no attribute.
    InvalidPath,
    /// The path of a PATCH operation yields nothing to operate on.
    NoTarget,
    /// A required value is missing, or a value does not fit the attribute.
    InvalidValue,
    /// The version of SCIM in the request is not supported.
    InvalidVers,
    /// The request must not be made this way because of sensitive data in it.
    Sensitive,
    /// The cursor is none that the server made, or belongs to another query.
    InvalidCursor,
    /// The cursor is older than the server keeps them.
    ExpiredCursor,
    /// The number of resources to a page cannot be understood.
    InvalidCount,
}

impl ScimType {
    /// The keyword as it stands in an error message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The URN of the error message.
pub const ERROR_URN: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The body of an unsuccessful answer. `status` is a string on the wire (RFC 7644 section 3.12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorMessage {
    schemas: [&'static str; 1],
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scim_type: Option<ScimType>,
    detail: String,
}

impl ErrorMessage {
    /// An error body for an HTTP status.
    pub fn new(status: u16, scim_type: Option<ScimType>, detail: impl Into<String>) -> Self {
        Self { schemas: [ERROR_URN], status: status.to_string(), scim_type, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ScimType as Type;

    #[test]
    fn keywords_are_the_same_in_a_message_and_in_a_log() {
        let all = [
            Type::InvalidFilter,
            Type::TooMany,
            Type::Uniqueness,
            Type::Mutability,
            Type::InvalidSyntax,
            Type::InvalidPath,
            Type::NoTarget,
            Type::InvalidValue,
            Type::InvalidVers,
            Type::Sensitive,
            Type::InvalidCursor,
            Type::ExpiredCursor,
            Type::InvalidCount,
        ];
        for scim_type in all {
            assert_eq!(serde_json::to_value(scim_type).unwrap(), scim_type.as_str());
        }
    }
}
