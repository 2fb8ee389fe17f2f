//! What of a complex value may be set only once: its immutable parts (RFC 7643 section 7).

use super::identity::{canonical, identity, part_key, parts_key, same_value};
use crate::schema::{Attribute, Mutability};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// The immutable part of a complex value that had a value and now has another one, or none.
pub fn changed_part<'s>(
    attribute: &'s Attribute,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Option<&'s Attribute> {
    fixed_parts(attribute).find(|part| {
        let (old, new) = (before.get(&part.name), after.get(&part.name));
        old.is_some_and(|old| new.is_none_or(|new| !same_value(old, new)))
    })
}

/// The same for a list: looks at the values that were there before and are there still.
pub fn changed_part_of_list<'s>(
    attribute: &'s Attribute,
    before: &[Value],
    after: &[Value],
) -> Option<&'s Attribute> {
    pairs(attribute, before, after).into_iter().find_map(|(old, new)| {
        let (old, new) = (before.get(old)?.as_object()?, after.get(new)?.as_object()?);
        changed_part(attribute, old, new)
    })
}

/// The places, before and after, of the values of a list that are there still; none if they have no
/// immutable parts. What is in no pair went or is new.
///
/// A value is known by its `value` and `type`, or by all parts that may change if it has no `value`.
/// Where several are the same value, those go together that have the same immutable parts, then the
/// others in order.
pub(crate) fn pairs(attribute: &Attribute, before: &[Value], after: &[Value]) -> Vec<(usize, usize)> {
    if fixed_parts(attribute).next().is_none() {
        return Vec::new();
    }
    let known = |list: &[Value]| list.iter().map(|value| known_by(attribute, value)).collect::<Vec<_>>();
    let (old, new) = (known(before), known(after));
    let mut partners = vec![None; after.len()];
    pair(&exactly(attribute, before, &old), &exactly(attribute, after, &new), &mut partners);
    pair(&old, &new, &mut partners);
    partners.into_iter().enumerate().filter_map(|(new, old)| Some((old?, new))).collect()
}

/// The keys of values together with their immutable parts.
fn exactly<'k>(
    attribute: &Attribute,
    list: &[Value],
    known: &'k [String],
) -> Vec<(&'k String, Vec<Option<String>>)> {
    let fixed =
        |value: &Value| fixed_parts(attribute).map(|part| value.get(&part.name).map(canonical)).collect();
    known.iter().zip(list).map(|(known, value)| (known, fixed(value))).collect()
}

/// Gives each new value without a partner the first old one of the same key that is nobody's partner.
fn pair<K: Eq + Hash>(old: &[K], new: &[K], partners: &mut [Option<usize>]) {
    let taken: HashSet<usize> = partners.iter().flatten().copied().collect();
    let mut free: HashMap<&K, Vec<usize>> = HashMap::with_capacity(old.len());
    for (i, key) in old.iter().enumerate().rev().filter(|(i, _)| !taken.contains(i)) {
        free.entry(key).or_default().push(i);
    }
    for (key, partner) in new.iter().zip(partners).filter(|(_, partner)| partner.is_none()) {
        *partner = free.get_mut(key).and_then(Vec::pop);
    }
}

/// What makes a value of a list the same value, whatever its immutable parts say.
fn known_by(attribute: &Attribute, value: &Value) -> String {
    let may_change = |name: &str| name != "primary" && fixed_parts(attribute).all(|part| part.name != name);
    match value.as_object() {
        Some(parts)
            if part_key(attribute, parts, "value").is_none() && parts.keys().any(|name| may_change(name)) =>
        {
            parts_key(attribute, parts, may_change)
        }
        _ => identity(attribute, value),
    }
}

fn fixed_parts(attribute: &Attribute) -> impl Iterator<Item = &Attribute> {
    attribute.sub_attributes.iter().filter(|part| part.mutability == Mutability::Immutable)
}
