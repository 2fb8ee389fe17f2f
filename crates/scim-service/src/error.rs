//! What a use case can answer instead of success.

use crate::caller::Refusal;
use scim_core::bulk::{BulkError, OperationFault};
use scim_core::cursor::CursorError;
use scim_core::fault::Faults;
use scim_core::filter::FilterError;
use scim_core::json::{JsonError, shortened};
use scim_core::projection::ProjectionError;
use scim_core::search::SearchError;
use scim_core::sort::SortError;
use scim_patch::PatchError;
use scim_store_diesel::{ResourceId, StoreError};

/// A refused or failed request. `Display` is the text for the identity provider's administrator.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The body is not the JSON that it should be.
    #[error("{0}")]
    Json(JsonError),
    /// The body is JSON but no object.
    #[error("the body must be a JSON object, not {0}")]
    NotAnObject(&'static str),
    /// The body does not fit the schema.
    #[error("{0}")]
    Body(#[from] Faults),
    /// A PATCH cannot be applied.
    #[error("{0}")]
    Patch(#[from] PatchError),
    /// The body of a bulk request is none.
    #[error("{0}")]
    Bulk(#[from] BulkError),
    /// An operation of a bulk request is none.
    #[error("{0}")]
    Operation(OperationFault),
    /// An operation of a bulk request refers to one that failed.
    #[error("the operation with the `bulkId` `{}`, which this one refers to, failed", shortened(.0))]
    ReferenceFailed(String),
    /// An operation of a bulk request refers to what an operation before it deleted.
    #[error("what the operation with the `bulkId` `{}` created is there no longer", shortened(.0))]
    ReferenceGone(String),
    /// A bulk request has taken too long; this operation of it was not done.
    #[error("the bulk request took too long; send this operation and those after it again")]
    OutOfTime,
    /// A resource would be larger than resources may be.
    #[error("the resource would be larger than {0} bytes; send fewer values, or remove some")]
    TooLarge(usize),
    /// A request of its own refers to an operation of a bulk request.
    #[error("`{}` refers to an operation by `bulkId:`; that has a meaning in bulk requests alone, and not inside a JSON text", shortened(.0))]
    NotInBulk(String),
    /// The path of an operation of a bulk request leads nowhere.
    #[error("there is no endpoint `{}`", shortened(.0))]
    NoEndpoint(String),
    /// A method that the path of an operation of a bulk request does not have.
    #[error("{method} takes the path of {takes}")]
    WrongPath {
        /// The method.
        method: &'static str,
        /// What its path must be.
        takes: &'static str,
    },
    /// A filter cannot be understood.
    #[error("{0}")]
    Filter(#[from] FilterError),
    /// `attributes` and `excludedAttributes` cannot be understood.
    #[error("{0}")]
    Projection(#[from] ProjectionError),
    /// `sortBy` or `sortOrder` cannot be understood.
    #[error("{0}")]
    Sort(#[from] SortError),
    /// The body of a search is no search.
    #[error("{0}")]
    Search(#[from] SearchError),
    /// A cursor is not of this query, or has ended.
    #[error("{0}")]
    Cursor(#[from] CursorError),
    /// A walk by cursors goes on with another number of resources on a page.
    #[error("`count` must stay {0}, as at the first page")]
    CountChanged(u32),
    /// A query parameter has a value that it cannot have.
    #[error("query parameter `{name}` {why}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// There is no such resource in the tenant.
    #[error("{kind} `{}` not found", shortened(id))]
    NotFound {
        /// The resource type.
        kind: String,
        /// The id as it was asked for.
        id: String,
    },
    /// A unique value is taken.
    #[error(
        "{attribute} is already taken by the resource with id {id}; match that one instead of creating another"
    )]
    Taken {
        /// The attribute.
        attribute: String,
        /// Who holds it.
        id: ResourceId,
    },
    /// The resource is not in the version that the client expects.
    #[error("the resource has changed: its version is W/\"{current}\"; read it again")]
    Stale {
        /// The version that it has.
        current: i64,
    },
    /// Member ids that the tenant does not have, where it wants to be told.
    #[error("unknown members: {}; provision them first, or set unknown_members=skip", .0.join(", "))]
    UnknownMembers(Vec<String>),
    /// Attributes that the tenant requires are missing.
    #[error("required by this organisation and missing: {}; map them in the identity provider", .0.join(", "))]
    RequiredByTenant(Vec<String>),
    /// An attribute that has a value and cannot get another (RFC 7644 section 3.5.1).
    #[error("attribute `{0}` is immutable: it has a value, which stays; send that one or none")]
    Immutable(String),
    /// A member without an id, which would be an empty place in a group.
    #[error("a member needs a `value`: the id of a user or group that was provisioned")]
    MemberWithoutId,
    /// A replacement of all members that names nobody who is known.
    #[error("none of the members that would replace the others is known; provision them first")]
    NobodyKnown,
    /// More work than one request may ask for.
    #[error("{0}")]
    TooMuch(&'static str),
    /// The caller may no longer do it: the token or the tenant has changed since the request began.
    #[error("{}", .0.detail())]
    Refused(Refusal),
    /// The feature is not there, and says so.
    #[error("{0} is not supported")]
    NotSupported(&'static str),
    /// Too much waits to be written.
    #[error("the server has more to write than it can take; try again")]
    Overloaded,
    /// The store cannot do its work now.
    #[error("the store is not available; try again")]
    Unavailable(String),
    /// Something is wrong inside. The text for the log is in it, the answer says nothing.
    #[error("internal error")]
    Internal(String),
}

impl ServiceError {
    /// What the log says beyond the answer.
    pub fn inner_reason(&self) -> Option<&str> {
        match self {
            Self::Unavailable(why) | Self::Internal(why) => Some(why),
            _ => None,
        }
    }

    /// The attributes for which a request was refused, by path, as the client or the schema spells them.
    pub(crate) fn attributes(&self) -> Vec<&str> {
        match self {
            Self::Body(faults) => faults.faults.iter().map(|fault| fault.path.as_str()).collect(),
            Self::Patch(error) => error.attributes(),
            Self::Filter(error) => error.attribute().into_iter().collect(),
            Self::Projection(error) => error.attribute().into_iter().collect(),
            Self::Sort(error) => error.attribute().into_iter().collect(),
            Self::Taken { attribute, .. } | Self::Immutable(attribute) => vec![attribute],
            Self::RequiredByTenant(paths) => paths.iter().map(String::as_str).collect(),
            Self::NotInBulk(path) => vec![path],
            Self::Bulk(_)
            | Self::Operation(_)
            | Self::ReferenceFailed(_)
            | Self::ReferenceGone(_)
            | Self::OutOfTime
            | Self::TooLarge(_)
            | Self::NoEndpoint(_)
            | Self::WrongPath { .. } => Vec::new(),
            Self::UnknownMembers(_) | Self::MemberWithoutId | Self::NobodyKnown => vec!["members"],
            Self::Json(_)
            | Self::NotAnObject(_)
            | Self::Search(_)
            | Self::Cursor(_)
            | Self::CountChanged(_)
            | Self::Parameter { .. }
            | Self::NotFound { .. }
            | Self::Stale { .. }
            | Self::TooMuch(_)
            | Self::Refused(_)
            | Self::NotSupported(_)
            | Self::Overloaded
            | Self::Unavailable(_)
            | Self::Internal(_) => Vec::new(),
        }
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Overloaded => Self::Overloaded,
            StoreError::NotDurable(_) | StoreError::Pool(_) => Self::Unavailable(error.to_string()),
            StoreError::TooMuchWork => Self::TooMuch(
                "the filter takes too long to decide; narrow it, as by `userName eq` or `externalId eq`",
            ),
            StoreError::Taken { attribute, id, .. } => Self::Taken { attribute, id },
            StoreError::TooLarge { most } => Self::TooLarge(most),
            StoreError::PlaceGone => Self::Cursor(CursorError::Expired),
            StoreError::NotFound
            | StoreError::TenantExists(_)
            | StoreError::Database(_)
            | StoreError::Damaged(_)
            | StoreError::Panicked => Self::Internal(error.to_string()),
        }
    }
}
