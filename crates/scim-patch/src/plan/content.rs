//! From a client's value to checked content.

use super::step::Content;
use crate::dialect;
use scim_core::fault::Findings;
use scim_core::json;
use scim_core::schema::{Attribute, AttributeType, Mutability};
use scim_core::value::{Rules, element, normalise};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How a value is to be read.
pub(super) struct Reader<'r> {
    pub(super) rules: Rules,
    pub(super) findings: &'r mut Findings,
}

impl Reader<'_> {
    /// The content of an attribute, or of a part.
    pub(super) fn content(&mut self, attribute: &Attribute, value: &Value, path: &str) -> Content {
        if attribute.multi_valued {
            return match self.list(attribute, value, path) {
                Some(list) => Content::Value(list),
                None => Content::Unassigned,
            };
        }
        let read = normalise(attribute, value.clone(), path, self.rules, self.findings);
        self.one(attribute, value, read)
    }

    /// The content of one value of a list.
    pub(super) fn element(&mut self, attribute: &Attribute, value: &Value, path: &str) -> Content {
        let value = self.unwrap_roles(attribute, value);
        let read = element(attribute, value.clone().into_owned(), path, self.rules, self.findings);
        self.one(attribute, &value, read)
    }

    /// The values of a list.
    pub(super) fn list(&mut self, attribute: &Attribute, value: &Value, path: &str) -> Option<Value> {
        let value = self.unwrap_roles(attribute, value).into_owned();
        normalise(attribute, value, path, self.rules, self.findings)
    }

    fn one(&self, attribute: &Attribute, given: &Value, read: Option<Value>) -> Content {
        if attribute.kind != AttributeType::Complex {
            return read.map_or(Content::Unassigned, Content::Value);
        }
        let set = match read {
            Some(Value::Object(set)) => set,
            Some(other) => return Content::Value(other),
            None => Map::new(),
        };
        match object_in(given) {
            Some(object) => Content::Parts { unset: unset(attribute, &object, &set), set },
            None if set.is_empty() => Content::Unassigned,
            None => Content::Parts { set, unset: Vec::new() },
        }
    }

    /// Entra writes an app role as a JSON text where the value belongs.
    fn unwrap_roles<'v>(&mut self, attribute: &Attribute, value: &'v Value) -> Cow<'v, Value> {
        let unwrapped = match value {
            Value::Array(list) if list.iter().any(|item| role(attribute, item).is_some()) => Value::Array(
                list.iter().map(|item| role(attribute, item).unwrap_or_else(|| item.clone())).collect(),
            ),
            one => match role(attribute, one) {
                Some(role) => role,
                None => return Cow::Borrowed(value),
            },
        };
        self.findings.dialect(dialect::APP_ROLE_JSON);
        Cow::Owned(unwrapped)
    }
}

/// The parts that a client names without giving them a value.
fn unset(attribute: &Attribute, given: &Map<String, Value>, set: &Map<String, Value>) -> Vec<String> {
    given
        .keys()
        .filter_map(|name| attribute.sub_attribute(name))
        .filter(|sub| sub.mutability != Mutability::ReadOnly && !set.contains_key(&sub.name))
        .map(|sub| sub.name.clone())
        .collect()
}

/// The object that [`normalise`] sees in a value of a complex attribute.
fn object_in(value: &Value) -> Option<Cow<'_, Map<String, Value>>> {
    match value {
        Value::Object(object) => Some(Cow::Borrowed(object)),
        Value::Array(list) => match list.as_slice() {
            [one @ (Value::Object(_) | Value::String(_))] => object_in(one),
            _ => None,
        },
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            match json::from_slice(text.as_bytes()) {
                Ok(Value::Object(object)) => Some(Cow::Owned(object)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `{"value": "{\"id\": …, \"value\": \"Admin\", \"displayName\": …}"}` → `{"value": "Admin", "display": …}`.
fn role(attribute: &Attribute, item: &Value) -> Option<Value> {
    if !attribute.multi_valued || attribute.sub_attribute("value").is_none() {
        return None;
    }
    let (mut parts, text) = match item {
        Value::String(text) => (Map::new(), text.as_str()),
        Value::Object(object) => {
            let (name, value) = object.iter().find(|(name, _)| name.eq_ignore_ascii_case("value"))?;
            let text = value.as_str().filter(|text| text.trim_start().starts_with('{'))?;
            let others = object.iter().filter(|(other, _)| *other != name);
            (others.map(|(n, v)| (n.clone(), v.clone())).collect(), text)
        }
        _ => return None,
    };
    let Ok(Value::Object(mut role)) = json::from_slice(text.as_bytes()) else { return None };
    // The id of the role in the directory sets such a text apart from other objects.
    role.shift_remove("id")?;
    let value = role.shift_remove("value").filter(Value::is_string)?;
    parts.insert("value".to_owned(), value);
    if let Some(display) = role.shift_remove("displayName") {
        parts.entry("display").or_insert(display);
    }
    Some(Value::Object(parts))
}
