//! The habits of clients: every rewrite between what they send and what RFC 7644 says, by name.
//!
//! All are on for everybody, but for two where RFC 7644 says otherwise: the profile `rfc7644` turns off
//! [`missing-element`](crate::Options::create_missing_elements) and
//! [`foreign-schema`](scim_core::value::Rules::reject_foreign_schemas). A rewrite that took place is found by its name in
//! [`Findings::dialects`](scim_core::fault::Findings::dialects).

#[cfg(test)]
mod tests;

/// One habit of clients that is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The name, as findings and logs show it.
    pub name: &'static str,
    /// What is sent, and what is made of it.
    pub summary: &'static str,
    /// Who sends it.
    pub sent_by: &'static str,
}

pub(crate) use scim_core::dialect::{
    BARE_VALUE, DOTTED_KEY, EMPTY_STRING, FOREIGN_SCHEMA, LIST_OF_ONE, NAME_CASE, SINGLE_AS_LIST,
    STRING_BOOLEAN, STRINGIFIED_JSON, URN_KEY,
};

pub(crate) const OP_CASE: &str = "op-case";
pub(crate) const FILTER_KEY: &str = "filter-key";
pub(crate) const CORE_URN: &str = "core-urn";
pub(crate) const EXTENSION_NAME: &str = "extension-name";
pub(crate) const REMOVE_LISTED: &str = "remove-listed";
pub(crate) const REMOVE_OLD_VALUE: &str = "remove-old-value";
pub(crate) const REMOVE_KEYS: &str = "remove-keys";
pub(crate) const MISSING_ELEMENT: &str = "missing-element";
pub(crate) const APP_ROLE_JSON: &str = "app-role-json";
pub(crate) const MEMBER_REF: &str = "member-ref";

const fn dialect(name: &'static str, summary: &'static str, sent_by: &'static str) -> Dialect {
    Dialect { name, summary, sent_by }
}

/// The habits that are understood, those of [`scim_core::dialect`] among them.
///
/// Names in any case are SCIM's own (RFC 7643 section 2.1) and are listed all the same: who looks for a
/// slip in a mapping wants to see them. Not listed, because SCIM itself says so: URNs in any case, names in
/// filters, `add` to an attribute with one value replaces it, `null` and `[]` mean unassigned.
pub const DIALECTS: &[Dialect] = &[
    dialect(OP_CASE, "`Add`, `Replace`, `Remove` → `add`, `replace`, `remove`", "Entra ID"),
    dialect(
        NAME_CASE,
        "a name in another case, such as `DisplayName` or `operations` → as it is defined",
        "Entra ID, several",
    ),
    dialect(DOTTED_KEY, "a key `name.givenName` in a value without path → that path", "Entra ID"),
    dialect(URN_KEY, "a key `urn:…:User:department` in a value without path → that path", "Entra ID"),
    dialect(
        FILTER_KEY,
        "a key `emails[type eq \"work\"].value` in a value without path → that path",
        "several",
    ),
    dialect(CORE_URN, "the URN of the core schema as a path or key → the resource itself", "several"),
    dialect(
        EXTENSION_NAME,
        "`manager` → `urn:…:enterprise:2.0:User:manager`, if nothing else has the name",
        "Entra ID",
    ),
    dialect(
        REMOVE_LISTED,
        "`remove` of a list with a value → only the listed values go",
        "Entra ID, AWS, authentik",
    ),
    dialect(
        REMOVE_OLD_VALUE,
        "`remove` with the former value beside the path → the value is ignored",
        "Entra ID",
    ),
    dialect(REMOVE_KEYS, "`remove` of an object without path → its keys are the paths", "several"),
    dialect(
        MISSING_ELEMENT,
        "`replace` of `emails[type eq \"work\"].value` without such an element → creates it",
        "Entra ID",
    ),
    dialect(
        APP_ROLE_JSON,
        "a role in the form of a JSON text in a PATCH → its `value` and `display`",
        "Entra ID",
    ),
    dialect(MEMBER_REF, "a member with `$ref` alone → the id at the end of it", "several"),
    dialect(STRING_BOOLEAN, "`\"True\"` → `true`, in values and in filters", "Entra ID"),
    dialect(EMPTY_STRING, "`\"\"` → unassigned", "Entra ID, Okta"),
    dialect(
        FOREIGN_SCHEMA,
        "a URN in `schemas` that the resource type does not define → ignored",
        "Entra ID",
    ),
    dialect(BARE_VALUE, "`\"id\"` → `{\"value\": \"id\"}` for a manager or a member", "Entra ID"),
    dialect(STRINGIFIED_JSON, "an object or a list in the form of a JSON text → itself", "Entra ID"),
    dialect(LIST_OF_ONE, "`[x]` → `x` for an attribute with one value", "Entra ID"),
    dialect(SINGLE_AS_LIST, "`x` → `[x]` for an attribute with several values", "several"),
];
