//! Applying a plan: its steps on a copy, then the checks of the end state.

mod elements;
mod settle;
mod write;

use crate::dialect;
use crate::error::{Kind, PatchError};
use crate::plan::{Action, Plan, Step, Target};
use scim_core::Resource;
use scim_core::fault::Findings;
use scim_core::schema::ResourceType;
use serde_json::{Map, Value};

/// How many values of lists the steps of one plan may look at, each as often as its filter has terms.
/// Well-behaved clients stay far below; it keeps a message of many operations on a resource of many
/// values from holding up a writer.
const MAX_WORK: usize = 2_000_000;

/// What applying a plan did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the resource is another than before. If not, nothing of it was touched, and its
    /// version and modification time stay (RFC 7644 section 3.5.2.1).
    pub changed: bool,
    /// Client habits that only the resource brought to light, such as `missing-element`.
    pub findings: Findings,
}

impl Plan {
    /// Applies the operations to a resource: all of them or none. The resource type is the one that
    /// the plan was made for.
    ///
    /// The resource is one without members; those are for [`Plan::member_changes`].
    ///
    /// # Errors
    /// When a filter of `replace` matches nothing, when a change touches what may be set only once,
    /// and when a required attribute would be gone. The resource is then as it was.
    pub fn apply(
        &self,
        resource_type: &ResourceType,
        resource: &mut Resource,
    ) -> Result<Outcome, PatchError> {
        let mut outcome = Outcome::default();
        if self.steps.is_empty() {
            return Ok(outcome);
        }
        let before = resource.attributes();
        let mut after = before.clone();
        let mut work = Work { left: MAX_WORK };
        for step in &self.steps {
            let created = step.run(&mut after, &mut work).map_err(|kind| kind.at(step.operation))?;
            if created && matches!(step.action, Action::Replace(_)) {
                outcome.findings.dialect(dialect::MISSING_ELEMENT);
            }
        }
        self.settle(resource_type, before, &mut after)?;
        outcome.changed = *before != after;
        if outcome.changed {
            *resource.attributes_mut() = after;
            resource.seal(resource_type);
        }
        Ok(outcome)
    }
}

/// What may still be done.
pub(crate) struct Work {
    left: usize,
}

impl Work {
    fn spend(&mut self, values: usize) -> Result<(), Kind> {
        self.left = self.left.checked_sub(values).ok_or(Kind::TooMuchWork)?;
        Ok(())
    }
}

impl Step {
    /// Changes the resource; says whether an element was created for a filter that matched none.
    fn run(&self, resource: &mut Map<String, Value>, work: &mut Work) -> Result<bool, Kind> {
        let Some(urn) = &self.slot.extension else { return self.run_in(resource, work) };
        let mut attributes = match resource.get_mut(urn) {
            Some(Value::Object(attributes)) => std::mem::take(attributes),
            _ => Map::new(),
        };
        let created = self.run_in(&mut attributes, work)?;
        put(resource, urn, Value::Object(attributes));
        Ok(created)
    }

    /// The same in the object that holds the attribute.
    fn run_in(&self, attributes: &mut Map<String, Value>, work: &mut Work) -> Result<bool, Kind> {
        let attribute = &self.slot.attribute;
        match &self.target {
            Target::Whole => {
                write::attribute(attributes, attribute, &self.action, work)?;
                Ok(false)
            }
            Target::Sub(sub) => {
                let mut parts = match attributes.get_mut(&attribute.name) {
                    Some(Value::Object(parts)) => std::mem::take(parts),
                    _ => Map::new(),
                };
                write::attribute(&mut parts, sub, &self.action, work)?;
                put(attributes, &attribute.name, Value::Object(parts));
                Ok(false)
            }
            Target::Elements(elements) => {
                let mut list = match attributes.get_mut(&attribute.name) {
                    Some(Value::Array(list)) => std::mem::take(list),
                    _ => Vec::new(),
                };
                let created = elements.run(&mut list, &self.slot, &self.action, work)?;
                put(attributes, &attribute.name, Value::Array(list));
                Ok(created)
            }
        }
    }
}

/// Puts a value in its place, which keeps its position; nothing empty stays.
fn put(attributes: &mut Map<String, Value>, name: &str, value: Value) {
    let is_empty = match &value {
        Value::Array(list) => list.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        other => other.is_null(),
    };
    if is_empty {
        attributes.shift_remove(name);
    } else {
        attributes.insert(name.to_owned(), value);
    }
}
