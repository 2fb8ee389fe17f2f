//! Resource types as a store keeps them: their numbers, and the attributes that have rows of their own.

use crate::ids::Kind;
use scim_core::datetime::parse_date_time;
use scim_core::filter::{Operand, Place};
use scim_core::fold::fold;
use scim_core::path::AttributePath;
use scim_core::schema::{Attribute, AttributeType, ResourceType, Uniqueness};
use scim_core::sort::SortBy;
use scim_core::{Resource, fold::FOLD_VERSION};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A resource type and what a store keeps beside its documents.
#[derive(Debug, Clone)]
pub struct StoredType {
    /// The resource type, by the store's number.
    pub kind: Kind,
    /// The resource type.
    pub resource_type: Arc<ResourceType>,
    /// The attributes in `attr_ix`.
    pub(crate) indexed: Vec<KeptPath>,
    /// The attributes in `unique_value`.
    pub(crate) unique: Vec<KeptPath>,
}

/// An attribute whose values have rows of their own.
#[derive(Debug, Clone)]
pub(crate) struct KeptPath {
    /// Its number in the database.
    pub(crate) number: i16,
    /// Its name there.
    pub(crate) path: String,
    pub(crate) extension: Option<String>,
    pub(crate) attribute: String,
    /// The sub-attribute that is kept; `None` where values are simple.
    pub(crate) value: Option<String>,
    pub(crate) kind: AttributeType,
    pub(crate) case_exact: bool,
    /// Whether elements have a `type`, which is kept as well.
    pub(crate) labelled: bool,
}

impl KeptPath {
    fn new(place: &Place, resource_type: &ResourceType) -> Self {
        let attribute = match &place.extension {
            Some(urn) => resource_type.extension(urn).and_then(|schema| schema.attribute(&place.attribute)),
            None => resource_type.attribute(&place.attribute),
        };
        let labelled = attribute.is_some_and(|a| {
            // Labels are kept folded, one for each element.
            let fits = |t: &Attribute| t.kind == AttributeType::String && !t.case_exact && !t.multi_valued;
            a.multi_valued && a.sub_attribute("type").is_some_and(fits)
        });
        let mut path = match &place.extension {
            Some(urn) => format!("{urn}:{}", place.attribute),
            None => place.attribute.clone(),
        };
        if let Some(sub) = &place.sub {
            path = format!("{path}.{sub}");
        }
        Self {
            number: 0,
            path,
            extension: place.extension.clone(),
            attribute: place.attribute.clone(),
            value: place.sub.clone(),
            kind: place.kind,
            case_exact: place.case_exact,
            labelled,
        }
    }

    /// How values are written; rows of another form are of no use.
    pub(crate) fn form(&self) -> String {
        format!("{:?} exact={} labelled={} fold={FOLD_VERSION}", self.kind, self.case_exact, self.labelled)
    }

    /// Whether a place is in the attribute that is kept.
    pub(crate) fn is_of(&self, extension: Option<&str>, attribute: &str) -> bool {
        self.extension.as_deref() == extension && self.attribute == attribute
    }

    /// The elements of the attribute in a document; a value that is no list is its own element.
    pub(crate) fn elements<'d>(&self, document: &'d Map<String, Value>) -> &'d [Value] {
        let attribute = match &self.extension {
            Some(urn) => document.get(urn).and_then(|parts| parts.get(&self.attribute)),
            None => document.get(&self.attribute),
        };
        match attribute {
            Some(Value::Array(list)) => list,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        }
    }

    /// The key of an element's value, empty if it has none.
    pub(crate) fn key_of(&self, element: &Value) -> String {
        let value = match &self.value {
            Some(part) => element.get(part),
            None => Some(element),
        };
        value.and_then(|value| self.key(value)).unwrap_or_default()
    }

    /// The text under which a value is kept. Texts compare as the values do.
    fn key(&self, value: &Value) -> Option<String> {
        match (self.kind, value) {
            (AttributeType::Integer, Value::Number(number)) => number.as_i64().map(integer_key),
            (AttributeType::Boolean, Value::Bool(truth)) => Some(truth.to_string()),
            (AttributeType::DateTime, Value::String(text)) => parse_date_time(text).map(instant_key),
            (_, Value::String(text)) if self.case_exact => Some(text.clone()),
            (_, Value::String(text)) => Some(fold(text).into_owned()),
            _ => None,
        }
    }

    /// The key of what a filter compares with; `None` where keys do not compare as the values do.
    pub(crate) fn key_of_operand(operand: &Operand) -> Option<String> {
        match operand {
            Operand::Text { key, .. } => Some(key.clone()),
            Operand::Boolean(truth) => Some(truth.to_string()),
            Operand::Integer(number) => Some(integer_key(*number)),
            Operand::Instant(instant) => Some(instant_key(*instant)),
            Operand::Decimal(_) | Operand::Null => None,
        }
    }

    /// Whether texts of the attribute are kept, and not numbers or instants in the form of one.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.kind, AttributeType::String | AttributeType::Reference)
    }
}

/// Hexadecimal, with the sign turned so that negative numbers come first.
fn integer_key(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

fn instant_key(instant: chrono::DateTime<chrono::Utc>) -> String {
    format!("{}{:08x}", integer_key(instant.timestamp()), instant.timestamp_subsec_nanos())
}

impl StoredType {
    /// A type with its attributes, whose numbers are not known yet.
    ///
    /// Paths that name nothing that can be kept are left out: those who read definition files have
    /// refused them.
    pub(crate) fn new(kind: Kind, resource_type: &ResourceType) -> Self {
        let place = |path: &AttributePath| {
            SortBy::parse(&path.to_string(), resource_type).ok().map(|by| by.place().clone())
        };
        let keepable = |place: &Place| {
            use AttributeType::{Boolean, DateTime, Integer, Reference, String};
            matches!(place.kind, String | Reference | Boolean | Integer | DateTime)
        };
        let kept = |place: Place| KeptPath::new(&place, resource_type);
        let mut indexed: Vec<KeptPath> = Vec::new();
        for path in resource_type.indexes.iter().filter_map(place).filter(keepable).map(kept) {
            if indexed.iter().all(|known| known.path != path.path) {
                indexed.push(path);
            }
        }
        let unique = unique_paths(kind, resource_type);
        let unique = unique.iter().filter_map(place).filter(keepable).map(kept).collect();
        Self { kind, resource_type: Arc::new(resource_type.clone()), indexed, unique }
    }

    /// The index entries of a document, sorted.
    pub(crate) fn index_entries(&self, document: &Resource) -> Vec<IndexEntry> {
        let mut entries = Vec::new();
        for path in &self.indexed {
            for (elem, element) in path.elements(document.attributes()).iter().enumerate() {
                let label = if path.labelled { element.get("type").and_then(Value::as_str) } else { None };
                entries.push(IndexEntry {
                    path: path.number,
                    val: cut(&path.key_of(element)),
                    sub: cut(&fold(label.unwrap_or_default())),
                    elem: i16::try_from(elem).unwrap_or(i16::MAX),
                });
            }
        }
        entries.sort();
        entries.dedup();
        entries
    }

    /// The values that no other resource of the tenant may have, by the number of their attribute.
    pub(crate) fn unique_keys(&self, document: &Resource) -> Vec<(i16, String)> {
        let key = |path: &KeptPath| {
            let key = path.key_of(path.elements(document.attributes()).first()?);
            (!key.is_empty()).then_some((path.number, key))
        };
        self.unique.iter().filter_map(key).collect()
    }
}

/// The attributes that are unique in a tenant, but those that have a column.
fn unique_paths(kind: Kind, resource_type: &ResourceType) -> Vec<AttributePath> {
    let core = resource_type.schema.attributes.iter().map(|attribute| (None, attribute));
    let extended = resource_type.extensions.iter().flat_map(|extension| {
        extension.schema.attributes.iter().map(|attribute| (Some(&extension.schema.id), attribute))
    });
    core.chain(extended)
        .filter(|(urn, a)| urn.is_some() || Some(a.name.as_str()) != crate::hot::unique_attribute(kind))
        .filter(|(_, attribute)| attribute.uniqueness != Uniqueness::None)
        .filter_map(|(urn, attribute)| match urn {
            Some(urn) => format!("{urn}:{}", attribute.name).parse().ok(),
            None => attribute.name.parse().ok(),
        })
        .collect()
}

/// The longest indexed value, in characters. Longer ones are cut and decided by the document.
pub(crate) const INDEXED_CHARS: usize = 256;

/// A value of an indexed attribute. An element without one has an empty text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexEntry {
    pub(crate) path: i16,
    pub(crate) val: String,
    pub(crate) sub: String,
    pub(crate) elem: i16,
}

/// The part of a key that is indexed.
pub(crate) fn cut(key: &str) -> String {
    match key.char_indices().nth(INDEXED_CHARS) {
        Some((end, _)) => key[..end].to_owned(),
        None => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_numbers_and_instants_sort_as_they_do() {
        let numbers = [i64::MIN, -2, -1, 0, 1, 9, 10, 9_007_199_254_740_993, i64::MAX].map(integer_key);
        assert!(numbers.is_sorted() && numbers.iter().all(|key| key.len() == 16), "{numbers:?}");
        let instants = ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "2026-01-31T12:00:00.000000001Z"]
            .map(|text| instant_key(parse_date_time(text).unwrap()));
        assert!(instants.is_sorted(), "{instants:?}");
    }
}
