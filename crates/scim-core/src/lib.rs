//! The language of SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865), without I/O.
//!
//! Schemas are data. A body is read against them, and what comes out is spelled as the schema spells
//! it, whatever the client's habits:
//!
//! ```
//! use scim_core::schema::{Attribute, Schema, user_type};
//! use scim_core::{json, value::Rules};
//!
//! // The users of RFC 7643, with an extension of our own.
//! let user = user_type().extended_by(
//!     Schema {
//!         id: "urn:example:params:scim:schemas:extension:badge:2.0:User".to_owned(),
//!         name: "Badge".to_owned(),
//!         description: "What opens the doors.".to_owned(),
//!         attributes: vec![Attribute::string("badge", "The number on the badge.").case_exact()],
//!     },
//!     false,
//! );
//!
//! let body = json::from_slice(br#"{
//!     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
//!     "USERNAME": "ann@contoso.test", "active": "True", "title": null,
//!     "urn:example:params:scim:schemas:extension:badge:2.0:User": {"badge": "A-17"}
//! }"#)?;
//! let reading = user.read(body.as_object().ok_or("not an object")?.clone(), Rules::default())?;
//! assert_eq!(reading.resource.text("userName"), Some("ann@contoso.test"));
//! assert_eq!(reading.resource.get("active"), Some(&true.into()));
//! assert!(reading.resource.get("title").is_none());
//! assert!(reading.findings.dialects.contains("string-boolean"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A list is filtered, sorted and trimmed to what the client wants to see. All three resolve their names
//! once, and from then on ask resource by resource:
//!
//! ```
//! use scim_core::{Filter, Projection, SortBy, SortOrder, schema::user_type};
//! use serde_json::{Map, Value, json};
//!
//! let user = user_type();
//! let wanted = r#"active eq true and emails[type eq "work"]"#.parse::<Filter>()?.resolve(&user)?;
//! let (by, order) = (SortBy::parse("name.familyName", &user)?, "descending".parse::<SortOrder>()?);
//! let shown = Projection::parse(Some("userName"), None, &user)?;
//!
//! let person = |id: &str, family_name: &str, active: bool| -> Map<String, Value> {
//!     Map::from_iter([
//!         ("id".to_owned(), json!(id)),
//!         ("userName".to_owned(), json!(format!("{family_name}@contoso.test"))),
//!         ("name".to_owned(), json!({"familyName": family_name})),
//!         ("active".to_owned(), json!(active)),
//!         ("emails".to_owned(), json!([{"value": "x@contoso.test", "type": "Work"}])),
//!     ])
//! };
//! let mut list = vec![person("1", "Adams", true), person("2", "baker", true), person("3", "Clark", false)];
//!
//! list.retain(|user| wanted.matches(user));
//! list.sort_by(|a, b| order.directed(by.key(a).cmp(&by.key(b))));
//! list.iter_mut().for_each(|found| shown.apply(&user, found));
//! assert_eq!(
//!     json!(list),
//!     json!([{"id": "2", "userName": "baker@contoso.test"}, {"id": "1", "userName": "Adams@contoso.test"}])
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Names and URNs compare without ASCII case everywhere; texts compare by the `caseExact` of their
//! attribute, through [`fold::fold`]. Whatever a client sends, nothing here recurses without a limit or
//! panics, and no message of an error quotes a value.

#![warn(missing_docs)]

pub mod bulk;
pub mod cursor;
pub mod datetime;
pub mod error;
pub mod fault;
pub mod filter;
pub mod fold;
pub mod json;
mod message;
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
