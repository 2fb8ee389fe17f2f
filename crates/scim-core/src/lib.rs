//! The language of SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865), without I/O.
//!
//! Schemas are data, bodies are read against them, and what comes out is spelled as the schema
//! spells it:
//!
//! ```
//! use scim_core::{json, schema::user_type, value::Rules};
//!
//! let body = json::from_slice(br#"{
//!     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
//!     "USERNAME": "ann@contoso.test", "active": "True", "title": null
//! }"#)?;
//! let body = body.as_object().ok_or("not an object")?.clone();
//!
//! let reading = user_type().read(body, Rules::default())?;
//! assert_eq!(reading.resource.text("userName"), Some("ann@contoso.test"));
//! assert_eq!(reading.resource.get("active"), Some(&true.into()));
//! assert!(reading.resource.get("title").is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Names and URNs compare without ASCII case everywhere; texts compare by the `caseExact` of their
//! attribute, through [`fold::fold`].

pub mod cursor;
pub mod datetime;
pub mod error;
pub mod fault;
pub mod filter;
pub mod fold;
pub mod json;
pub mod name;
mod number;
pub mod patch_path;
pub mod path;
pub mod projection;
pub mod resource;
pub mod schema;
pub mod search;
pub mod sort;
pub mod value;

pub use cursor::{CursorError, CursorKey};
pub use error::{ErrorMessage, ScimType};
pub use filter::{Filter, FilterError, Predicate};
pub use patch_path::{PatchPath, PathError};
pub use projection::{Projection, ProjectionError};
pub use resource::{Reading, Resource};
pub use search::{SearchError, SearchRequest};
pub use sort::{SortBy, SortError, SortKey, SortOrder};
