//! When two values of a list are the same value.

use crate::fold::fold;
use crate::schema::{Attribute, AttributeType};
use serde_json::{Map, Value};

/// The key under which the values of a list are the same for `add`.
///
/// A complex value is known by its `value` and `type` together (RFC 7643 section 2.4), or by all its
/// parts but `primary` if it has no `value`. Texts compare by the `caseExact` of their attribute.
pub fn identity(attribute: &Attribute, element: &Value) -> String {
    let Some(parts) = element.as_object().filter(|_| attribute.kind == AttributeType::Complex) else {
        return key(attribute, element);
    };
    if let Some(value) = part_key(attribute, parts, "value") {
        let kind = part_key(attribute, parts, "type").unwrap_or_default();
        return format!("value {} {value}{kind}", value.len());
    }
    parts_key(attribute, parts, |name| name != "primary")
}

/// The key of those parts of a complex value that count.
pub(super) fn parts_key(
    attribute: &Attribute,
    parts: &Map<String, Value>,
    counts: impl Fn(&str) -> bool,
) -> String {
    let mut keys: Vec<String> = parts
        .iter()
        .filter(|(name, _)| counts(name))
        .map(|(name, value)| match attribute.sub_attribute(name) {
            Some(sub) => format!("{name} {}", key(sub, value)),
            None => format!("{name} {value}"),
        })
        .collect();
    keys.sort_unstable();
    Value::from(keys).to_string()
}

/// The key of a part, if there is one.
pub fn part_key(attribute: &Attribute, parts: &Map<String, Value>, name: &str) -> Option<String> {
    Some(key(attribute.sub_attribute(name)?, parts.get(name)?))
}

/// The key under which values of an attribute are equal.
fn key(attribute: &Attribute, value: &Value) -> String {
    match value {
        Value::String(text) if attribute.compares_by_case() => text.clone(),
        Value::String(text) => fold(text).into_owned(),
        other => other.to_string(),
    }
}

/// Whether two lists hold the same values, in whatever order; what is not marked as primary is as if it
/// were marked as not primary (RFC 7643 section 2.4).
pub fn same_values(a: &[Value], b: &[Value]) -> bool {
    let sorted = |list: &[Value]| {
        let mut texts: Vec<String> = list.iter().map(canonical).collect();
        texts.sort_unstable();
        texts
    };
    a.len() == b.len() && sorted(a) == sorted(b)
}

/// Whether two values are the same; the order of a list means nothing (RFC 7643 section 2.4).
pub(crate) fn same_value(a: &Value, b: &Value) -> bool {
    a == b || canonical(a) == canonical(b)
}

/// A text that is the same for equal values.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(parts) => {
            let mut texts: Vec<String> = parts
                .iter()
                .filter(|(name, part)| !(*name == "primary" && **part == Value::Bool(false)))
                .map(|(name, part)| format!("{}:{}", Value::from(name.as_str()), canonical(part)))
                .collect();
            texts.sort_unstable();
            format!("{{{}}}", texts.join(","))
        }
        Value::Array(list) => {
            let mut texts: Vec<String> = list.iter().map(canonical).collect();
            texts.sort_unstable();
            format!("[{}]", texts.join(","))
        }
        other => other.to_string(),
    }
}
