//! The columns beside the document: what is compared, sorted and kept unique.

use crate::ids::Kind;
use crate::schema::resource;
use diesel::prelude::*;
use scim_core::Resource;
use scim_core::fold::fold;
use serde_json::Value;

/// The typed and folded copies of a resource's attributes.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = resource, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct HotColumns {
    pub(crate) name: String,
    pub(crate) uniq_key: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) display: Option<String>,
    pub(crate) display_key: Option<String>,
    pub(crate) family_key: Option<String>,
    pub(crate) given_key: Option<String>,
    pub(crate) active: bool,
}

impl HotColumns {
    pub(crate) fn of(kind: Kind, resource: &Resource) -> Self {
        let name = resource.text(unique_attribute(kind)).unwrap_or_default();
        let display = resource.text("displayName");
        let part = |part| resource.get("name").and_then(|n| n.get(part)).and_then(Value::as_str);
        let key = |text: &str| fold(text).into_owned();
        Self {
            name: name.to_owned(),
            uniq_key: Some(key(name)),
            external_id: resource.text("externalId").map(str::to_owned),
            display: display.map(str::to_owned),
            display_key: display.map(key),
            family_key: part("familyName").map(key),
            given_key: part("givenName").map(key),
            // A user without `active` is active (the identity provider need not map it).
            active: resource.get("active") != Some(&Value::Bool(false)),
        }
    }
}

/// The attribute that is unique in a tenant.
pub(crate) fn unique_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

/// The longest indexed value, in characters. Longer ones are cut and decided by the document.
pub(crate) const INDEXED_CHARS: usize = 256;

/// A value of an indexed multi-valued attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexEntry {
    pub(crate) path: i16,
    pub(crate) val: String,
    pub(crate) sub: String,
    pub(crate) elem: i16,
}

/// The indexed multi-valued attributes of a kind, with their numbers in the database.
pub(crate) fn indexed_paths(kind: Kind) -> &'static [(i16, &'static str)] {
    match kind {
        Kind::User => &[(1, "emails")],
        Kind::Group => &[],
    }
}

/// The index entries of a resource, sorted.
pub(crate) fn index_entries(kind: Kind, resource: &Resource) -> Vec<IndexEntry> {
    let mut entries = Vec::new();
    for &(path, attribute) in indexed_paths(kind) {
        let list = resource.get(attribute).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (elem, item) in list.iter().enumerate() {
            if let Some(value) = item.get("value").and_then(Value::as_str) {
                let sub = item.get("type").and_then(Value::as_str).unwrap_or_default();
                let elem = i16::try_from(elem).unwrap_or(i16::MAX);
                entries.push(IndexEntry { path, val: cut(&fold(value)), sub: cut(&fold(sub)), elem });
            }
        }
    }
    entries.sort();
    entries.dedup();
    entries
}

/// The part of a folded text that is indexed.
pub(crate) fn cut(folded: &str) -> String {
    folded.chars().take(INDEXED_CHARS).collect()
}
