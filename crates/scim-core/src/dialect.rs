//! The habits of clients that are rewritten while a body is read, by name.
//!
//! POST, PUT and PATCH rewrite alike. A rewrite that took place is found by its name in
//! [`Findings::dialects`](crate::fault::Findings::dialects); what is spelled as the schema spells it costs
//! nothing. The habits of PATCH alone are in the crate `scim-patch`, with who sends which.

/// A name in another case than the schema spells: `DisplayName` → `displayName`.
pub const NAME_CASE: &str = "name-case";
/// A key with a path in it: `name.givenName` → that part.
pub const DOTTED_KEY: &str = "dotted-key";
/// A key with a URN in it: `urn:…:User:department` → that attribute.
pub const URN_KEY: &str = "urn-key";
/// A URN in `schemas` that the resource type does not define → ignored.
pub const FOREIGN_SCHEMA: &str = "foreign-schema";
/// `"True"` → `true`.
pub const STRING_BOOLEAN: &str = "string-boolean";
/// `""` → unassigned.
pub const EMPTY_STRING: &str = "empty-string";
/// `"id"` → `{"value": "id"}` for a complex attribute.
pub const BARE_VALUE: &str = "bare-value";
/// `"{\"value\": …}"` → the object.
pub const STRINGIFIED_JSON: &str = "stringified-json";
/// `[x]` → `x` for an attribute with one value.
pub const LIST_OF_ONE: &str = "list-of-one";
/// `x` → `[x]` for an attribute with several values.
pub const SINGLE_AS_LIST: &str = "single-as-list";
