//! The bulk message: many requests in the body of one (RFC 7644 section 3.7).
//!
//! A message is [parsed](BulkRequest::parse), its `bulkId` references are
//! [resolved](BulkRequest::resolve), and [`BulkRequest::units`] says in which order the operations can
//! be done:
//!
//! ```
//! use scim_core::bulk::BulkRequest;
//! use scim_core::json;
//!
//! let body = json::from_slice(br#"{
//!     "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
//!     "Operations": [
//!         {"method": "POST", "path": "/Groups", "bulkId": "staff",
//!          "data": {"displayName": "staff", "members": [{"value": "bulkId:ann"}]}},
//!         {"method": "POST", "path": "/Users", "bulkId": "ann", "data": {"userName": "ann"}}
//!     ]
//! }"#)?;
//! let mut bulk = BulkRequest::parse(body.as_object().cloned().unwrap_or_default(), 1000)?;
//! bulk.resolve(|operation| format!("id-{operation}"));
//! assert_eq!(bulk.operations[0].data["members"][0]["value"], "id-1");
//! assert_eq!(bulk.units(), [[1], [0]]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod order;
mod references;
#[cfg(test)]
mod tests;

use crate::message::{Twice, take};
use crate::value::kind_of;
pub use error::{BulkError, OperationFault};
pub use references::{first_reference, is_reference};
use serde_json::{Map, Value};

/// The URN of the bulk message.
pub const BULK_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// The URN of the answer to a bulk message.
pub const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// A bulk message.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// `failOnErrors`: the number of errors at which to stop, from 1.
    pub fail_on_errors: Option<usize>,
    /// The operations in the order of the message; at least one.
    pub operations: Vec<BulkOperation>,
}

/// One operation of a bulk message: what would be a request of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BulkOperation {
    /// What it does; `None` when it does not say so, or says something else.
    pub method: Option<Method>,
    /// The same as the client wrote it.
    pub method_text: Option<String>,
    /// Where, such as `/Users` or `/Users/2819c223-7f76-453a-919d-413861904646`.
    pub path: String,
    /// Whether the path named a resource by its `bulkId` before [`BulkRequest::resolve`].
    pub path_is_reference: bool,
    /// The name by which other operations refer to what a POST creates.
    pub bulk_id: Option<String>,
    /// The version that the client expects, as in an `If-Match` header.
    pub version: Option<String>,
    /// The body of the request; null when there is none.
    pub data: Value,
    /// What is wrong with the operation as such.
    pub fault: Option<OperationFault>,
    /// The operations whose resources it refers to, by their places from 0; filled by
    /// [`BulkRequest::resolve`].
    pub refers_to: Vec<usize>,
}

/// The methods of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Delete.
    Delete,
}

impl Method {
    const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The name, as HTTP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl BulkRequest {
    /// Reads the message. Its keys, and those of its operations, are read in any case; others are
    /// ignored. What is wrong with one operation is its own [`fault`](BulkOperation::fault).
    ///
    /// # Errors
    /// When `schemas` does not list [`BULK_REQUEST_URN`], when `Operations` is no list of objects or
    /// has more than `most` of them, and when `failOnErrors` is no number from 1.
    pub fn parse(mut body: Map<String, Value>, most: usize) -> Result<Self, BulkError> {
        let named = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST_URN));
        match take(&mut body, "schemas")? {
            Some(Value::Array(urns)) if urns.iter().any(named) => {}
            _ => return Err(BulkError::NotABulk),
        }
        let fail_on_errors = match take(&mut body, "failOnErrors")? {
            None => None,
            Some(value) => {
                let number = value.as_u64().filter(|number| *number > 0).ok_or(BulkError::FailOnErrors)?;
                Some(usize::try_from(number).unwrap_or(usize::MAX))
            }
        };
        let list = match take(&mut body, "Operations")? {
            Some(Value::Array(list)) if !list.is_empty() => list,
            _ => return Err(BulkError::NoOperations),
        };
        if list.len() > most {
            return Err(BulkError::TooMany { found: list.len(), most });
        }
        let operations = list.into_iter().enumerate().map(|(i, item)| match item {
            Value::Object(object) => operation(object),
            other => Err(BulkError::NotAnObject { number: i + 1, found: kind_of(&other) }),
        });
        let mut operations = operations.collect::<Result<Vec<_>, _>>()?;
        references::refuse_twins(&mut operations);
        Ok(Self { fail_on_errors, operations })
    }

    /// Puts ids in the place of `bulkId:` references: in paths, and in the data in whole texts, at the end
    /// of a `$ref` and in the filter of a PATCH path.
    /// `id_of` says which id the resource of the POST at a place will have. A reference to no
    /// operation, or to several, becomes the fault of the operation that makes it.
    pub fn resolve(&mut self, mut id_of: impl FnMut(usize) -> String) {
        references::resolve(&mut self.operations, &mut id_of);
    }

    /// The operations by their places, in the order of the message, but that one that refers to others
    /// waits for the last of them. Operations that refer to each other in a circle make one unit.
    pub fn units(&self) -> Vec<Vec<usize>> {
        order::units(&self.operations)
    }
}

/// Reads one operation.
fn operation(mut object: Map<String, Value>) -> Result<BulkOperation, BulkError> {
    let mut read = BulkOperation::default();
    let mut fault = None;
    let mut text = |key: &'static str| -> Result<Option<String>, Twice> {
        Ok(match take(&mut object, key)? {
            None => None,
            Some(Value::String(text)) => Some(text),
            Some(other) => {
                fault.get_or_insert(OperationFault::NotText { key, found: kind_of(&other) });
                None
            }
        })
    };
    let method = text("method")?;
    let path = text("path")?;
    read.bulk_id = text("bulkId")?;
    read.version = text("version")?;
    read.data = take(&mut object, "data")?.unwrap_or_default();
    if let Some(name) = &method {
        read.method = Method::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name));
    }
    read.method_text = method;
    let has_data = read.data.is_object();
    read.fault = fault.or_else(|| match (read.method, &path) {
        _ if read.method_text.is_none() => Some(OperationFault::NoMethod),
        (None, _) => Some(OperationFault::UnknownMethod),
        (_, None) => Some(OperationFault::NoPath),
        (Some(Method::Post), _) if read.bulk_id.as_ref().is_none_or(String::is_empty) => {
            Some(OperationFault::NoBulkId)
        }
        (Some(Method::Post | Method::Put | Method::Patch), _) if !has_data => Some(OperationFault::NoData),
        _ => None,
    });
    read.path = path.unwrap_or_default();
    Ok(read)
}
