//! Values as the schema wants them: type checks, spelling, and the habits of real clients.
//!
//! [`normalise`] is the one door through which a client's value becomes part of a resource, for
//! POST, PUT and PATCH alike. Besides checking, it rewrites what well-known clients send in their
//! own way; each rewrite has a name in [`dialect`], which [`Findings::dialects`] collects.

mod fixed;
mod identity;
mod reference;
mod scalar;
#[cfg(test)]
mod tests;

pub use fixed::{changed_part, changed_part_of_list};
pub use identity::{identity, part_key, same_values};
pub use scalar::MAX_UNIQUE;

pub(crate) use fixed::pairs;
pub(crate) use identity::same_value;

use crate::dialect;
use crate::fault::{FaultKind, Findings};
use crate::json;
use crate::name::did_you_mean;
use crate::schema::{Attribute, AttributeType, Mutability, Returned};
use serde_json::{Map, Value};

/// How strictly bodies are read. The defaults are those of the `entra` profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Refuse attributes that no schema defines; otherwise they are ignored.
    pub reject_unknown: bool,
    /// Refuse URNs in `schemas` that the resource type does not know; otherwise they are ignored.
    pub reject_foreign_schemas: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { reject_unknown: true, reject_foreign_schemas: false }
    }
}

/// Whether a value means "unassigned" (RFC 7643 section 2.5).
pub fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The kind of a JSON value, for error messages.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Brings a client's value of an attribute into the form in which it is kept.
///
/// Answers `None` when the value means "unassigned": `null`, `[]`, an empty text, or an object or
/// list in which nothing is left. Faults, ignored parts and values without content go to `findings`;
/// a value with a fault is worth nothing. `path` is the place of the value in the body.
///
/// Which parts are missing is not asked: in a PATCH they may be there already. See
/// [`ResourceType::check_required`](crate::schema::ResourceType::check_required).
pub fn normalise(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    Reader { rules, findings, wants_whole_elements: false }.value(attribute, value, path)
}

/// Brings one value of a multi-valued attribute into its form; see [`normalise`].
pub fn element(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    Reader { rules, findings, wants_whole_elements: false }.element(attribute, value, path)
}

/// Brings the value of an attribute of a complete resource into its form; see [`normalise`].
///
/// An element of a list that lacks a required part is at fault. A singular value is not: its parts may
/// come one by one.
pub(crate) fn complete(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    Reader { rules, findings, wants_whole_elements: true }.value(attribute, value, path)
}

/// Notes the required parts that a value of a complex attribute lacks, unless they were refused.
pub(crate) fn check_parts(
    attribute: &Attribute,
    parts: &Map<String, Value>,
    path: &str,
    findings: &mut Findings,
) {
    for part in attribute.sub_attributes.iter().filter(|part| part.is_expected()) {
        let place = || format!("{path}.{}", part.name);
        if !parts.contains_key(&part.name) && !findings.concerns(&place()) {
            findings.fault(place(), FaultKind::Missing);
        }
    }
}

struct Reader<'r> {
    rules: Rules,
    findings: &'r mut Findings,
    /// Whether elements of lists must have all their required parts.
    wants_whole_elements: bool,
}

impl Reader<'_> {
    fn value(&mut self, attribute: &Attribute, value: Value, path: &str) -> Option<Value> {
        if is_unassigned(&value) {
            return None;
        }
        if !attribute.multi_valued {
            return self.single(attribute, value, path);
        }
        let (value, is_text) = match value {
            Value::String(text) => (self.unwrap_json(attribute, text), true),
            other => (other, false),
        };
        let list = match value {
            Value::Array(list) => list,
            Value::String(text) if text.is_empty() => {
                self.findings.dialect(dialect::EMPTY_STRING);
                self.findings.hollow.insert(without_indices(path));
                return None;
            }
            one => {
                self.findings.dialect(dialect::SINGLE_AS_LIST);
                vec![one]
            }
        };
        let sent = list.len();
        let mut kept = Vec::with_capacity(sent);
        for (i, item) in list.into_iter().enumerate() {
            let place = format!("{path}[{i}]");
            let Some(item) = self.element(attribute, item, &place) else { continue };
            if self.wants_whole_elements
                && let Value::Object(parts) = &item
            {
                check_parts(attribute, parts, &place, self.findings);
            }
            kept.push(item);
        }
        // A list with nothing in it is plain only as itself: in a text it is a slip.
        if kept.len() < sent || (is_text && sent == 0) {
            self.findings.hollow.insert(without_indices(path));
        }
        if kept.iter().filter(|v| v.get("primary") == Some(&Value::Bool(true))).count() > 1 {
            self.findings.fault(path, FaultKind::SeveralPrimary);
        }
        if kept.is_empty() { None } else { Some(Value::Array(kept)) }
    }

    fn element(&mut self, attribute: &Attribute, value: Value, path: &str) -> Option<Value> {
        if is_unassigned(&value) { None } else { self.single(attribute, value, path) }
    }

    fn single(&mut self, attribute: &Attribute, value: Value, path: &str) -> Option<Value> {
        if attribute.kind == AttributeType::Complex {
            return self.complex(attribute, value, path);
        }
        let value = match value {
            Value::Array(mut list) if list.len() == 1 => {
                self.findings.dialect(dialect::LIST_OF_ONE);
                list.pop()?
            }
            other => other,
        };
        if matches!(&value, Value::String(text) if text.is_empty()) {
            self.findings.dialect(dialect::EMPTY_STRING);
            return None;
        }
        match scalar::check(attribute, value, self.findings) {
            Ok(value) => {
                if !scalar::is_suggested(attribute, &value) {
                    self.findings.uncanonical(without_indices(path));
                }
                Some(value)
            }
            Err(kind) => {
                self.findings.fault(path, kind);
                None
            }
        }
    }

    fn complex(&mut self, attribute: &Attribute, value: Value, path: &str) -> Option<Value> {
        let value = match value {
            Value::String(text) => self.unwrap_json(attribute, text),
            other => other,
        };
        let object = match value {
            Value::Object(object) => object,
            Value::Array(mut list) if list.len() == 1 => {
                self.findings.dialect(dialect::LIST_OF_ONE);
                let item = list.pop()?;
                return if item.is_array() {
                    self.wrong_type(attribute, &item, path)
                } else {
                    self.complex(attribute, item, path)
                };
            }
            Value::String(text) if text.is_empty() => {
                self.findings.dialect(dialect::EMPTY_STRING);
                return None;
            }
            bare if !bare.is_array() && !bare.is_null() && attribute.sub_attribute("value").is_some() => {
                self.findings.dialect(dialect::BARE_VALUE);
                Map::from_iter([("value".to_owned(), bare)])
            }
            other => return self.wrong_type(attribute, &other, path),
        };
        let mut kept = Map::with_capacity(object.len());
        for (name, part) in object {
            let Some(sub) = attribute.sub_attribute(&name) else {
                self.unknown_part(attribute, &name, &part, path);
                continue;
            };
            self.findings.spelling(&name, &sub.name);
            let place = format!("{path}.{}", sub.name);
            if sub.mutability == Mutability::ReadOnly {
                self.findings.ignore(without_indices(&place));
                continue;
            }
            // What is never returned is checked and thrown away, as it is for whole attributes.
            if let Some(part) = self.value(sub, part, &place)
                && sub.returned != Returned::Never
            {
                kept.insert(sub.name.clone(), part);
            }
        }
        if kept.is_empty() { None } else { Some(Value::Object(kept)) }
    }

    fn wrong_type(&mut self, attribute: &Attribute, value: &Value, path: &str) -> Option<Value> {
        let kind = FaultKind::WrongType { expected: attribute.kind.expected(), found: kind_of(value) };
        self.findings.fault(path, kind);
        None
    }

    fn unknown_part(&mut self, attribute: &Attribute, name: &str, part: &Value, path: &str) {
        let place = format!("{path}.{name}");
        if is_unassigned(part) || !self.rules.reject_unknown {
            return self.findings.ignore(without_indices(&place));
        }
        let names = || attribute.sub_attributes.iter().map(|a| a.name.as_str());
        let near = if self.findings.is_full() { None } else { did_you_mean(name, names()) };
        let kind = FaultKind::UnknownAttribute {
            resource_type: format!("`{}`", attribute.name),
            suggestion: near.map(|near| format!("{}.{near}", without_indices(path))),
        };
        self.findings.fault(place, kind);
    }

    /// Entra sends app roles as a JSON document inside a string.
    fn unwrap_json(&mut self, attribute: &Attribute, text: String) -> Value {
        if attribute.kind == AttributeType::Complex
            && text.trim_start().starts_with(['{', '['])
            && let Ok(value) = json::from_slice(text.as_bytes())
        {
            self.findings.dialect(dialect::STRINGIFIED_JSON);
            return value;
        }
        Value::String(text)
    }
}

/// `emails[3].value` → `emails.value`: for lists of names, which must stay short.
fn without_indices(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}
