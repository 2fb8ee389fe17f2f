//! SCIM 2.0 PATCH (RFC 7644 section 3.5.2), in the words of the clients that send it.
//!
//! A message is [parsed](PatchRequest::parse), [planned](PatchRequest::plan) against a resource type
//! and [applied](Plan::apply), all of it or nothing:
//!
//! ```
//! use scim_core::{Resource, json, schema::user_type};
//! use scim_patch::{Options, PatchRequest};
//!
//! let object = |text: &str| json::from_slice(text.as_bytes()).map(|v| v.as_object().cloned().unwrap_or_default());
//! let body = object(r#"{
//!     "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
//!     "Operations": [
//!         {"op": "Replace", "path": "active", "value": "False"},
//!         {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "ann@contoso.test"}
//!     ]
//! }"#)?;
//! let mut ann = Resource::from_stored(object(r#"{"userName": "ann", "active": true}"#)?);
//!
//! let user = user_type();
//! let plan = PatchRequest::parse(body)?.plan(&user, Options::default())?;
//! assert!(plan.apply(&user, &mut ann)?.changed);
//! assert_eq!(ann.get("active"), Some(&false.into()));
//! assert_eq!(ann.get("emails"), Some(&json::from_slice(br#"[{"type": "work", "value": "ann@contoso.test"}]"#)?));
//! assert!(plan.findings().dialects.contains("string-boolean"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Planning needs no resource, so a server plans before its transaction. The members of a group are
//! never part of the resource: the plan lists [what to do with them](Plan::member_changes), so that a
//! server adds and deletes rows without loading the others. What clients write in their own way is
//! rewritten by name; [`dialect::DIALECTS`] lists the names.

mod apply;
pub mod dialect;
mod error;
pub mod members;
mod plan;
mod request;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use apply::Outcome;
pub use error::PatchError;
pub use members::MemberChange;
pub use plan::{Options, Plan};
pub use request::{MAX_OPERATIONS, PATCH_OP_URN, PatchRequest};
