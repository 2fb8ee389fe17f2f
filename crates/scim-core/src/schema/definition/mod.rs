//! Definition files: schemas and resource types that an operator adds to the built-in ones.
//!
//! A file holds one JSON object or a list of them. Each is a Schema (RFC 7643 section 7) or a
//! ResourceType (section 6), as `/Schemas` and `/ResourceTypes` would serve it; `schemas` and `meta`
//! may be there and say nothing. A ResourceType `User` or `Group` adds to the built-in type. A
//! ResourceType has one key more than in the RFC, `indexes`: paths of attributes by which resources
//! are often looked up.
//!
//! Reading happens in two steps: [`schema`] and [`resource_type`] say what each object holds,
//! [`assemble`] puts them together, because an object may name another one of any file. Every fault
//! of every file is reported.

mod assemble;
mod attribute;
mod clash;
mod error;
mod fields;
mod index;
mod resource_type;
mod schema;
#[cfg(test)]
mod tests;

pub use error::{DefinitionError, DefinitionErrors};

use super::ResourceType;
use crate::json;
use assemble::Assembly;
use error::{Faults, Place};
use fields::Fields;
use serde_json::Value;

/// Adds what definition files say to resource types, of which the first two are User and Group.
pub(super) fn load<'a>(
    types: Vec<ResourceType>,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Result<Vec<ResourceType>, DefinitionErrors> {
    let mut faults = Faults::default();
    let mut documents = Vec::new();
    let mut is_whole = true;
    for (number, (file, content)) in files.into_iter().enumerate() {
        let place = Place::document(file, number);
        match json::from_slice(content) {
            Ok(Value::Array(list)) => {
                documents.extend(list.into_iter().enumerate().map(|(i, item)| (item, place.item(i))));
            }
            Ok(one) => documents.push((one, place)),
            Err(error) => {
                faults.note(place, error.to_string());
                is_whole = false;
            }
        }
    }
    let mut drafts = Drafts::default();
    for (document, place) in &documents {
        is_whole &= drafts.read(document, place, &mut faults).is_some();
    }
    let types = Assembly::new(types, drafts.schemas, &mut faults).finish(&drafts.types, is_whole);
    faults.into_result().map(|()| types)
}

/// What the files hold.
#[derive(Default)]
struct Drafts<'v, 'f> {
    schemas: Vec<schema::Draft<'f>>,
    types: Vec<resource_type::Draft<'v, 'f>>,
}

impl<'v, 'f> Drafts<'v, 'f> {
    /// Reads one object; `None` when there is no telling what it defines.
    fn read(&mut self, document: &'v Value, place: &Place<'f>, faults: &mut Faults<'f>) -> Option<()> {
        let fields = Fields::of(document, place.clone(), faults)?;
        if fields.has("attributes") {
            self.schemas.push(schema::Draft::read(&fields, faults)?);
        } else if ["endpoint", "schema", "schemaExtensions", "indexes"].iter().any(|key| fields.has(key)) {
            self.types.push(resource_type::Draft::read(&fields, faults)?);
        } else {
            let reason = "is neither a Schema (it has no `attributes`) nor a ResourceType (it has no \
                          `endpoint`, `schema`, `schemaExtensions` or `indexes`)";
            faults.note(place.clone(), reason);
            return None;
        }
        Some(())
    }
}
