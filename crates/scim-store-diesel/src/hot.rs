//! The columns beside the document: what is compared, sorted and kept unique.

use crate::ids::Kind;
use crate::schema::resource;
use diesel::prelude::*;
use scim_core::Resource;
use scim_core::fold::fold;
use scim_core::value::MAX_UNIQUE;
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
    pub(crate) active_given: Option<bool>,
}

impl HotColumns {
    pub(crate) fn of(kind: Kind, resource: &Resource) -> Self {
        let external_id = resource.text("externalId").map(str::to_owned);
        let display = resource.text("displayName");
        let Some(unique) = unique_attribute(kind) else {
            // A definition file may give any name another meaning.
            return Self {
                name: display.unwrap_or_default().to_owned(),
                uniq_key: None,
                external_id,
                display: None,
                display_key: None,
                family_key: None,
                given_key: None,
                active: true,
                active_given: None,
            };
        };
        let name = resource.text(unique).unwrap_or_default();
        let part = |part| resource.get("name").and_then(|n| n.get(part)).and_then(Value::as_str);
        let key = |text: &str| fold(text).into_owned();
        let active_given = resource.get("active").and_then(Value::as_bool);
        Self {
            name: name.to_owned(),
            uniq_key: Some(key(name)),
            external_id,
            display: display.map(shown),
            display_key: display.map(key),
            family_key: part("familyName").map(key),
            given_key: part("givenName").map(key),
            // A user without `active` is active (the identity provider need not map it).
            active: active_given != Some(false),
            active_given,
        }
    }
}

/// A displayName as members and groups show it: cut where the name of a group must end anyway, for a
/// group may show very many of them.
fn shown(display: &str) -> String {
    match display.char_indices().nth(MAX_UNIQUE) {
        Some((end, _)) => display[..end].to_owned(),
        None => display.to_owned(),
    }
}

/// The attribute that is unique in a tenant and has a column.
pub(crate) fn unique_attribute(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::User => Some("userName"),
        Kind::Group => Some("displayName"),
        Kind::Other(_) => None,
    }
}
