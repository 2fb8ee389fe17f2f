//! References by `bulkId` (RFC 7644 section 3.7.2).

use super::{BulkOperation, Method, OperationFault};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What references begin with.
const PREFIX: &str = "bulkId:";

/// The `bulkId` that a text refers to. Blanks around it and the case of the prefix make no difference: a
/// reference that is overlooked would be taken for the id of nobody.
fn referred(text: &str) -> Option<&str> {
    let (prefix, id) = text.trim().split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(id)
}

/// Whether a text is a `bulkId:` reference.
pub fn is_reference(text: &str) -> bool {
    referred(text).is_some()
}

/// Asks `id_of` for the id of each `bulkId` that a text refers to, and answers the text with those ids:
/// the whole text, the end of a `$ref`, or what stands in quotes in the path of a PATCH operation.
fn resolved(key: &str, text: &str, id_of: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    if let Some(name) = referred(text) {
        return id_of(name);
    }
    if key.eq_ignore_ascii_case("$ref") {
        let (before, last) = text.rsplit_once('/')?;
        return Some(format!("{before}/{}", id_of(referred(last)?)?));
    }
    if !key.eq_ignore_ascii_case("path") {
        return None;
    }
    let mut parts: Vec<String> = text.split('"').map(str::to_owned).collect();
    let mut found = false;
    for part in parts.iter_mut().skip(1).step_by(2) {
        if let Some(id) = referred(part).and_then(&mut *id_of) {
            (*part, found) = (id, true);
        }
    }
    found.then(|| parts.join("\""))
}

/// Where in a body the first `bulkId:` reference stands, such as `members[0].value`. Outside a bulk
/// message there is nothing that it could stand for.
pub fn first_reference(body: &Map<String, Value>) -> Option<String> {
    body.iter().find_map(|(name, value)| Some(format!("{name}{}", reference_in(name, value)?)))
}

/// The rest of the path to the first reference in the value of a key.
fn reference_in(key: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let mut refers = false;
            resolved(key, text, &mut |_| {
                refers = true;
                None
            });
            refers.then(String::new)
        }
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(i, item)| Some(format!("[{i}]{}", reference_in(key, item)?)))
        }
        Value::Object(parts) => {
            parts.iter().find_map(|(name, part)| Some(format!(".{name}{}", reference_in(name, part)?)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Refuses operations that share a `bulkId`: which of them is meant by a reference cannot be known.
pub(super) fn refuse_twins(operations: &mut [BulkOperation]) {
    let mut holders: HashMap<String, usize> = HashMap::new();
    for operation in operations.iter() {
        if let (Some(Method::Post), Some(id)) = (operation.method, &operation.bulk_id) {
            *holders.entry(id.clone()).or_default() += 1;
        }
    }
    for operation in operations {
        if let (Some(Method::Post), Some(id)) = (operation.method, &operation.bulk_id)
            && holders.get(id).is_some_and(|holders| *holders > 1)
        {
            operation.fault.get_or_insert(OperationFault::SharedBulkId(id.clone()));
        }
    }
}

/// Puts ids in the place of references and notes which operations they lead to.
pub(super) fn resolve(operations: &mut [BulkOperation], id_of: &mut dyn FnMut(usize) -> String) {
    let mut places: HashMap<String, Option<usize>> = HashMap::new();
    for (place, operation) in operations.iter().enumerate() {
        if let (Some(Method::Post), Some(id)) = (operation.method, &operation.bulk_id) {
            // Of twins, none is meant.
            places.entry(id.clone()).and_modify(|known| *known = None).or_insert(Some(place));
        }
    }
    for (own, operation) in operations.iter_mut().enumerate() {
        if operation.fault.is_some() {
            continue;
        }
        let mut resolver = Resolver { places: &places, id_of: &mut *id_of, found: Vec::new(), fault: None };
        resolver.value("", &mut operation.data);
        if let Some((before, last)) = operation.path.rsplit_once('/')
            && let Some(id) = referred(last).and_then(|name| resolver.id(name))
        {
            operation.path = format!("{before}/{id}");
            operation.path_is_reference = true;
        }
        let Resolver { mut found, fault, .. } = resolver;
        found.sort_unstable();
        found.dedup();
        // What refers to itself has to wait for nobody.
        found.retain(|place| *place != own);
        operation.refers_to = found;
        operation.fault = fault;
    }
}

struct Resolver<'a> {
    places: &'a HashMap<String, Option<usize>>,
    id_of: &'a mut dyn FnMut(usize) -> String,
    found: Vec<usize>,
    fault: Option<OperationFault>,
}

impl Resolver<'_> {
    fn value(&mut self, key: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(new) = resolved(key, text, &mut |name| self.id(name)) {
                    *text = new;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(key, item)),
            Value::Object(parts) => parts.iter_mut().for_each(|(name, part)| self.value(name, part)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The id of what a `bulkId` stands for.
    fn id(&mut self, name: &str) -> Option<String> {
        match self.places.get(name).copied().flatten() {
            Some(place) => {
                self.found.push(place);
                Some((self.id_of)(place))
            }
            None => {
                self.fault.get_or_insert_with(|| OperationFault::Undefined(name.to_owned()));
                None
            }
        }
    }
}
