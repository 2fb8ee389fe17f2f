//! The one table from a refusal to the status of its answer.
//!
//! The status is part of the SCIM error message (RFC 7644 section 3.12) and of every line of the
//! provisioning log, so it is decided here and not by whoever speaks HTTP.

use crate::caller::Refusal;
use crate::error::ServiceError;
use scim_core::bulk::BulkError;
use scim_core::{ErrorMessage, ScimType};

/// The status of an answer and, of a refusal, its scimType.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The HTTP status.
    pub status: u16,
    /// The keyword of RFC 7644 table 9.
    pub scim_type: Option<ScimType>,
}

impl Verdict {
    const fn new(status: u16) -> Self {
        Self { status, scim_type: None }
    }

    const fn bad(scim_type: ScimType) -> Self {
        Self { status: 400, scim_type: Some(scim_type) }
    }

    /// The error message of this verdict.
    pub fn message(self, detail: impl Into<String>) -> ErrorMessage {
        ErrorMessage::new(self.status, self.scim_type, detail)
    }
}

impl ServiceError {
    /// The status of the answer. There is no `_` arm: a new error does not compile without one.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Json(_) | Self::NotAnObject(_) => Verdict::bad(ScimType::InvalidSyntax),
            Self::Body(_) | Self::UnknownMembers(_) | Self::RequiredByTenant(_) => {
                Verdict::bad(ScimType::InvalidValue)
            }
            Self::Bulk(BulkError::TooMany { .. }) => Verdict::new(413),
            Self::Bulk(_) => Verdict::bad(ScimType::InvalidSyntax),
            Self::Operation(fault) => match fault.scim_type() {
                Some(scim_type) => Verdict::bad(scim_type),
                None => Verdict::new(405),
            },
            Self::NotInBulk(_) => Verdict::bad(ScimType::InvalidValue),
            Self::ReferenceFailed(_) | Self::ReferenceGone(_) => Verdict::new(409),
            Self::OutOfTime => Verdict::new(503),
            Self::TooLarge(_) => Verdict::new(413),
            Self::NoEndpoint(_) => Verdict::new(404),
            Self::WrongPath { .. } => Verdict::new(405),
            Self::Immutable(_) => Verdict::bad(ScimType::Mutability),
            Self::MemberWithoutId | Self::NobodyKnown => Verdict::bad(ScimType::InvalidValue),
            Self::TooMuch(_) => Verdict::bad(ScimType::TooMany),
            Self::Refused(refusal) => refusal.verdict(),
            Self::Parameter { name: "count", .. } | Self::CountChanged(_) => {
                Verdict::bad(ScimType::InvalidCount)
            }
            Self::Sort(error) => Verdict::bad(error.scim_type()),
            Self::Search(error) => Verdict::bad(error.scim_type()),
            Self::Cursor(error) => Verdict::bad(error.scim_type()),
            Self::Parameter { .. } | Self::Projection(_) => Verdict::bad(ScimType::InvalidValue),
            Self::Patch(error) => Verdict::bad(error.scim_type()),
            Self::Filter(_) => Verdict::bad(ScimType::InvalidFilter),
            Self::NotFound { .. } => Verdict::new(404),
            Self::Taken { .. } => Verdict { status: 409, scim_type: Some(ScimType::Uniqueness) },
            Self::Stale { .. } => Verdict::new(412),
            Self::NotSupported(_) => Verdict::new(501),
            Self::Overloaded | Self::Unavailable(_) => Verdict::new(503),
            Self::Internal(_) => Verdict::new(500),
        }
    }
}

impl Refusal {
    /// The status of the answer.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NoCredentials
            | Self::NotBearer
            | Self::Malformed { .. }
            | Self::Unknown { .. }
            | Self::Revoked { .. }
            | Self::Expired { .. } => Verdict::new(401),
            Self::WrongScope { .. } | Self::TenantDisabled { .. } | Self::ProvisioningOff { .. } => {
                Verdict::new(403)
            }
            Self::Unavailable(_) => Verdict::new(503),
        }
    }
}
