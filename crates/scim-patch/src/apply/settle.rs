//! The end state of a plan: what is left over goes, and what must hold is checked.

use super::write::{check_immutable, refuse};
use crate::error::{Kind, PatchError};
use crate::plan::{Action, Content, Plan, Slot, Target};
use scim_core::fault::{Faults, Findings};
use scim_core::schema::{AttributeType, Mutability, ResourceType};
use scim_core::value::{changed_part_of_list, same_values};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::Arc;

impl Plan {
    /// Tidies up and checks what the steps have made of `before`.
    pub(super) fn settle(
        &self,
        resource_type: &ResourceType,
        before: &Map<String, Value>,
        after: &mut Map<String, Value>,
    ) -> Result<(), PatchError> {
        let mut seen = HashSet::new();
        for step in &self.steps {
            if seen.insert(Arc::as_ptr(&step.slot)) {
                self.tidy(&step.slot, before, after);
                check_fixed(&step.slot, before, after).map_err(|kind| kind.at(self.last_step(&step.slot)))?;
            }
        }
        self.check_required(resource_type, before, after)
    }

    fn tidy(&self, slot: &Arc<Slot>, before: &Map<String, Value>, after: &mut Map<String, Value>) {
        let (old, Some(new)) = (slot.get(before), slot.get_mut(after)) else { return };
        match new {
            Value::Array(list) => {
                if self.removes_parts(slot) {
                    let was_there = |element: &Value| {
                        old.and_then(Value::as_array).is_some_and(|old| old.contains(element))
                    };
                    list.retain(|element| !is_bare_label(slot, element) || was_there(element));
                }
                keep_order(old, list);
            }
            Value::Object(parts) => {
                // A reference to where the value no longer points.
                let is_stale = |name: &str| {
                    old.is_some_and(|old| old.get("value") != parts.get("value"))
                        && parts.contains_key(name)
                        && old.and_then(|old| old.get(name)) == parts.get(name)
                };
                if slot.attribute.sub_attribute("value").is_some()
                    && is_stale("$ref")
                    && !self.sets_part(slot, "$ref")
                {
                    parts.shift_remove("$ref");
                }
                for (name, part) in parts.iter_mut() {
                    if let Value::Array(list) = part {
                        keep_order(old.and_then(|old| old.get(name)), list);
                    }
                }
            }
            _ => {}
        }
        let is_empty = match new {
            Value::Array(list) => list.is_empty(),
            Value::Object(parts) => parts.is_empty(),
            _ => false,
        };
        if is_empty {
            slot.remove(after);
        }
    }

    /// Whether some step takes parts away from the elements of a list.
    fn removes_parts(&self, slot: &Arc<Slot>) -> bool {
        self.steps.iter().filter(|step| Arc::ptr_eq(&step.slot, slot)).any(|step| {
            let takes = match &step.action {
                Action::Remove | Action::RemoveListed(_) => true,
                Action::Add(content) | Action::Replace(content) => match content {
                    Content::Unassigned => true,
                    Content::Parts { unset, .. } => !unset.is_empty(),
                    Content::Value(_) => false,
                },
            };
            takes && matches!(step.target, Target::Elements(_))
        })
    }

    /// Whether some step writes a part of the one value of an attribute.
    fn sets_part(&self, slot: &Arc<Slot>, name: &str) -> bool {
        self.steps.iter().filter(|step| Arc::ptr_eq(&step.slot, slot)).any(|step| match &step.target {
            Target::Sub(sub) => sub.name == name,
            Target::Whole => match &step.action {
                Action::Add(Content::Parts { set, .. }) | Action::Replace(Content::Parts { set, .. }) => {
                    set.contains_key(name)
                }
                _ => false,
            },
            Target::Elements(_) => false,
        })
    }

    /// The number of the last operation on an attribute.
    fn last_step(&self, slot: &Arc<Slot>) -> usize {
        self.steps.iter().rev().find(|s| Arc::ptr_eq(&s.slot, slot)).map_or(0, |s| s.operation)
    }

    /// Refuses to leave a required attribute without a value, if it is these steps that do.
    fn check_required(
        &self,
        resource_type: &ResourceType,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Result<(), PatchError> {
        let missing = |resource: &Map<String, Value>| {
            let mut findings = Findings::default();
            resource_type.check_required(resource, &mut findings);
            findings.into_result().err()
        };
        let Some(now) = missing(after) else { return Ok(()) };
        let known: Vec<_> = missing(before).map(|faults| faults.faults).unwrap_or_default();
        let Some(fault) = now.faults.into_iter().find(|fault| !known.contains(fault)) else { return Ok(()) };
        let at = |is_near: &dyn Fn(&Slot) -> bool| self.steps.iter().rev().find(|step| is_near(&step.slot));
        match at(&|slot| slot.path() == fault.path) {
            Some(step) => Err(Kind::Required(fault.path).at(step.operation)),
            None => {
                // An extension or a complex value is left without all that it requires.
                let near = |slot: &Slot| {
                    let is_in = |whole: &str, ends: &[char]| {
                        let rest = fault.path.strip_prefix(whole);
                        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(ends))
                    };
                    slot.extension.as_ref().is_some_and(|urn| is_in(urn, &[':']))
                        || is_in(&slot.path(), &['.', '['])
                };
                let operation = at(&near).map_or(0, |step| step.operation);
                Err(Kind::Value(Faults { faults: vec![fault], more: 0 }).at(operation))
            }
        }
    }
}

/// Refuses another value where one may be set only once.
fn check_fixed(slot: &Slot, before: &Map<String, Value>, after: &Map<String, Value>) -> Result<(), Kind> {
    let (Some(old), new) = (slot.get(before), slot.get(after)) else { return Ok(()) };
    if slot.attribute.mutability == Mutability::Immutable && new != Some(old) {
        return Err(Kind::Immutable(slot.path()));
    }
    match (old, new) {
        (Value::Object(old), Some(Value::Object(new))) => check_immutable(&slot.attribute, old, new),
        (Value::Object(old), None) => check_immutable(&slot.attribute, old, &Map::new()),
        (Value::Array(old), Some(Value::Array(new))) => {
            refuse(&slot.attribute, changed_part_of_list(&slot.attribute, old, new))
        }
        _ => Ok(()),
    }
}

/// Leaves a list as it was if it holds the same values. Their order means nothing (RFC 7643 section 2.4).
fn keep_order(old: Option<&Value>, list: &mut Vec<Value>) {
    if let Some(Value::Array(old)) = old
        && old != list
        && same_values(old, list)
    {
        list.clone_from(old);
    }
}

/// Whether nothing is left of an element but what it was used for: `{"type": "work"}`.
fn is_bare_label(slot: &Slot, element: &Value) -> bool {
    slot.attribute.kind == AttributeType::Complex
        && element
            .as_object()
            .is_some_and(|parts| parts.keys().all(|name| name == "type" || name == "primary"))
}
