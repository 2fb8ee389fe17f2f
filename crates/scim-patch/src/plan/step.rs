//! The steps of a plan: what to do where, without a schema.

use scim_core::Predicate;
use scim_core::schema::Attribute;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One change of a resource.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The number of the operation that it comes from, from 1.
    pub(crate) operation: usize,
    pub(crate) slot: Arc<Slot>,
    pub(crate) target: Target,
    pub(crate) action: Action,
}

/// The place of an attribute in a resource.
#[derive(Debug)]
pub(crate) struct Slot {
    /// The URN of the extension that the attribute is part of.
    pub(crate) extension: Option<String>,
    pub(crate) attribute: Attribute,
}

impl Slot {
    /// The place in words, spelled as in the faults of a body.
    pub(crate) fn path(&self) -> String {
        match &self.extension {
            Some(urn) => format!("{urn}:{}", self.attribute.name),
            None => self.attribute.name.clone(),
        }
    }

    /// The value in a resource.
    pub(crate) fn get<'r>(&self, resource: &'r Map<String, Value>) -> Option<&'r Value> {
        match &self.extension {
            Some(urn) => resource.get(urn)?.get(&self.attribute.name),
            None => resource.get(&self.attribute.name),
        }
    }

    /// The value in a resource, to be changed.
    pub(crate) fn get_mut<'r>(&self, resource: &'r mut Map<String, Value>) -> Option<&'r mut Value> {
        match &self.extension {
            Some(urn) => resource.get_mut(urn)?.get_mut(&self.attribute.name),
            None => resource.get_mut(&self.attribute.name),
        }
    }

    /// Takes the value out of a resource, and the extension if nothing is left of it.
    pub(crate) fn remove(&self, resource: &mut Map<String, Value>) {
        match &self.extension {
            Some(urn) => {
                if let Some(Value::Object(attributes)) = resource.get_mut(urn) {
                    attributes.shift_remove(&self.attribute.name);
                    if attributes.is_empty() {
                        resource.shift_remove(urn);
                    }
                }
            }
            None => {
                resource.shift_remove(&self.attribute.name);
            }
        }
    }
}

/// The part of an attribute that a step is about.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// All of it.
    Whole,
    /// A part of its one value.
    Sub(Attribute),
    /// Some of its values, or a part of each.
    Elements(Box<Elements>),
}

/// The values of a list that a step is about.
#[derive(Debug, Clone)]
pub(crate) struct Elements {
    /// Those that match; all of them if there is no predicate.
    pub(crate) wanted: Option<Predicate>,
    /// How much work it is to look at one value.
    pub(crate) terms: usize,
    /// What the filter says of an element, if it says so of one element alone.
    pub(crate) described: Option<Map<String, Value>>,
    /// Whether an element may be created when none matches.
    pub(crate) create: bool,
    /// The part of each.
    pub(crate) sub: Option<Attribute>,
}

/// What a step does.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    Add(Content),
    Replace(Content),
    Remove,
    /// Removes the values of a list that are like one of these.
    RemoveListed(Vec<Value>),
}

/// A value that was checked.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// No value.
    Unassigned,
    /// The parts of one complex value: those with a value, and those without. Others stay.
    Parts { set: Map<String, Value>, unset: Vec<String> },
    /// Any other value.
    Value(Value),
}
