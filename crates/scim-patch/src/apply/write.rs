//! Writing a whole attribute, or a part of one value.

use super::{Work, put};
use crate::error::Kind;
use crate::plan::{Action, Content};
use scim_core::schema::Attribute;
use scim_core::value::{changed_part, identity, part_key};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// Does to an attribute what the action says. `attributes` is the object that holds it.
pub(super) fn attribute(
    attributes: &mut Map<String, Value>,
    attribute: &Attribute,
    action: &Action,
    work: &mut Work,
) -> Result<(), Kind> {
    let name = &attribute.name;
    match action {
        Action::Remove | Action::Add(Content::Unassigned) | Action::Replace(Content::Unassigned) => {
            attributes.shift_remove(name);
        }
        Action::Add(Content::Parts { set, unset }) | Action::Replace(Content::Parts { set, unset }) => {
            let mut parts = match attributes.get_mut(name) {
                Some(Value::Object(parts)) => std::mem::take(parts),
                _ => Map::new(),
            };
            merge(&mut parts, set, unset);
            put(attributes, name, Value::Object(parts));
        }
        Action::Add(Content::Value(Value::Array(given))) if attribute.multi_valued => {
            let mut list = match attributes.get_mut(name) {
                Some(Value::Array(list)) => std::mem::take(list),
                _ => Vec::new(),
            };
            append(&mut list, attribute, given, work)?;
            put(attributes, name, Value::Array(list));
        }
        Action::Add(Content::Value(value)) | Action::Replace(Content::Value(value)) => {
            put(attributes, name, value.clone());
        }
        Action::RemoveListed(listed) => {
            if let Some(Value::Array(list)) = attributes.get_mut(name) {
                let mut list = std::mem::take(list);
                remove_listed(&mut list, attribute, listed, work)?;
                put(attributes, name, Value::Array(list));
            }
        }
    }
    Ok(())
}

/// Writes parts into a complex value; the others stay.
pub(super) fn merge(parts: &mut Map<String, Value>, set: &Map<String, Value>, unset: &[String]) {
    for name in unset {
        parts.shift_remove(name);
    }
    for (name, value) in set {
        parts.insert(name.clone(), value.clone());
    }
}

/// Refuses to write another value into a part that may be set only once.
pub(super) fn check_immutable(
    attribute: &Attribute,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Result<(), Kind> {
    refuse(attribute, changed_part(attribute, before, after))
}

/// Refuses a change of this part.
pub(super) fn refuse(attribute: &Attribute, changed: Option<&Attribute>) -> Result<(), Kind> {
    match changed {
        Some(part) => Err(Kind::Immutable(format!("{}.{}", attribute.name, part.name))),
        None => Ok(()),
    }
}

/// Adds values to a list. One that is there already takes on the parts that are new to it.
pub(super) fn append(
    list: &mut Vec<Value>,
    attribute: &Attribute,
    given: &[Value],
    work: &mut Work,
) -> Result<(), Kind> {
    work.spend(list.len())?;
    let mut known: HashMap<String, usize> = HashMap::with_capacity(list.len());
    for (i, element) in list.iter().enumerate() {
        known.entry(identity(attribute, element)).or_insert(i);
    }
    let mut primary = None;
    for value in given {
        let next = list.len();
        let place = *known.entry(identity(attribute, value)).or_insert(next);
        match (list.get_mut(place), value) {
            (None, value) => list.push(value.clone()),
            (Some(Value::Object(parts)), Value::Object(given)) => {
                let mut merged = parts.clone();
                merge(&mut merged, given, &[]);
                check_immutable(attribute, parts, &merged)?;
                *parts = merged;
            }
            (Some(_), _) => {}
        }
        if is_primary(value) {
            primary = Some(place);
        }
    }
    if let Some(primary) = primary {
        hand_over(list, primary);
    }
    Ok(())
}

/// Whether a value is marked as primary.
fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

/// Makes every other value a secondary one (RFC 7644 section 3.5.2).
pub(super) fn hand_over(list: &mut [Value], primary: usize) {
    for (i, element) in list.iter_mut().enumerate() {
        if i != primary
            && is_primary(element)
            && let Value::Object(parts) = element
        {
            parts.insert("primary".to_owned(), Value::Bool(false));
        }
    }
}

/// Removes the values that are like one of those listed.
///
/// A complex value is like another with the same `value`, and the same `type` if the listed one has
/// any; one without `value` when all its parts are the same.
fn remove_listed(
    list: &mut Vec<Value>,
    attribute: &Attribute,
    listed: &[Value],
    work: &mut Work,
) -> Result<(), Kind> {
    work.spend(list.len())?;
    let mut whole: HashSet<String> = HashSet::new();
    let mut by_value: HashMap<String, HashSet<Option<String>>> = HashMap::new();
    for one in listed {
        let value = one.as_object().and_then(|parts| Some((part_key(attribute, parts, "value")?, parts)));
        match value {
            Some((value, parts)) => {
                by_value.entry(value).or_default().insert(part_key(attribute, parts, "type"));
            }
            None => {
                whole.insert(identity(attribute, one));
            }
        }
    }
    let is_listed = |element: &Value| {
        let parts = element.as_object();
        let value = parts.and_then(|parts| part_key(attribute, parts, "value"));
        let types = value.and_then(|value| by_value.get(&value));
        let has_type = |types: &HashSet<Option<String>>| {
            types.contains(&None)
                || types.contains(&parts.and_then(|parts| part_key(attribute, parts, "type")))
        };
        types.is_some_and(has_type) || whole.contains(&identity(attribute, element))
    };
    list.retain(|element| !is_listed(element));
    Ok(())
}
