//! Resources: the attributes of one user or group, as the schema spells them.

mod immutable;
mod read;

use crate::fault::Findings;
use crate::schema::ResourceType;
use serde_json::{Map, Value};

/// The attributes of one resource.
///
/// What `id` and `meta` say is not in here: the server keeps them beside the resource.
///
/// Names are spelled as in the schema and values have the schema's types. What is there has a value:
/// at no depth is there a `null`, an empty list, an empty object or an empty text, because all of them
/// mean "unassigned" (RFC 7643 section 2.5) and are left out when a body is read. So "present" can be
/// decided by the key alone, here as in a database. `schemas` comes first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    // Invariant: as above. Reading a body establishes it, whoever takes `attributes_mut` keeps it.
    attributes: Map<String, Value>,
}

/// What became of a body: the resource, and what was let pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The resource.
    pub resource: Resource,
    /// Attributes ignored and client habits rewritten.
    pub findings: Findings,
}

impl Resource {
    /// Takes attributes that already have the form of a resource, such as a stored document.
    pub fn from_stored(attributes: Map<String, Value>) -> Self {
        Self { attributes }
    }

    /// The attributes.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// The attributes, to be changed in keeping with the schema; end with [`Resource::seal`].
    pub fn attributes_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.attributes
    }

    /// The attributes, given away.
    pub fn into_attributes(self) -> Map<String, Value> {
        self.attributes
    }

    /// The value of an attribute, by the schema's spelling.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// The text of an attribute, by the schema's spelling.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Takes an attribute out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.attributes.shift_remove(name)
    }

    /// Puts `schemas` right: the core URN and those of the extensions that are present, in front.
    pub fn seal(&mut self, resource_type: &ResourceType) {
        self.attributes.shift_remove("schemas");
        let present = resource_type
            .extensions
            .iter()
            .map(|e| &e.schema.id)
            .filter(|id| self.attributes.contains_key(*id));
        let urns: Vec<Value> = std::iter::once(&resource_type.schema.id)
            .chain(present)
            .map(|u| Value::from(u.as_str()))
            .collect();
        self.attributes.shift_insert(0, "schemas".to_owned(), Value::Array(urns));
    }
}

#[cfg(test)]
mod tests;
