//! From what each object of the files says to whole resource types.

use super::clash::{confusion, endpoint_fault, is_service_urn, name_fault};
use super::error::{Faults, Place};
use super::fields::hint;
use super::index::indexed;
use super::{resource_type, schema};
use crate::filter::find;
use crate::json::shortened;
use crate::schema::{Extension, GROUP_URN, ResourceType, Schema};

/// Why a schema with that id is the extension of a resource type or the core of one, never both:
/// `/Schemas` serves it once, and only a core lists the common attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Core,
    Extension,
}

/// Resource types in the making.
pub(super) struct Assembly<'r, 'f> {
    types: Vec<ResourceType>,
    /// The schemas of the files.
    drafts: Vec<schema::Draft<'f>>,
    /// The ids of schemas that are in use, in lower case.
    roles: Vec<(String, Role)>,
    faults: &'r mut Faults<'f>,
}

impl<'r, 'f> Assembly<'r, 'f> {
    /// Starts with the resource types that are there, of which the first two are User and Group.
    pub(super) fn new(
        types: Vec<ResourceType>,
        schemas: Vec<schema::Draft<'f>>,
        faults: &'r mut Faults<'f>,
    ) -> Self {
        let mut assembly = Self { types, drafts: Vec::new(), roles: Vec::new(), faults };
        for resource_type in &assembly.types {
            assembly.roles.push((resource_type.schema.id.to_ascii_lowercase(), Role::Core));
            let extensions = resource_type.extensions.iter().map(|e| e.schema.id.to_ascii_lowercase());
            assembly.roles.extend(extensions.map(|id| (id, Role::Extension)));
        }
        for draft in schemas {
            let id = &draft.schema.id;
            let reason = if assembly.drafts.iter().any(|known| known.schema.is(id)) {
                format!("`{id}` is defined twice (case does not count)")
            } else if assembly.role(id).is_some() || is_service_urn(id) {
                format!(
                    "`{id}` is there already and cannot be defined again; extend it with a schema of your own"
                )
            } else {
                assembly.drafts.push(draft);
                continue;
            };
            assembly.faults.note(draft.place.member("id"), reason);
        }
        assembly
    }

    /// Adds the resource types of the files; others than User and Group end up in the order of their
    /// names. `is_whole` says that all objects of the files are here.
    pub(super) fn finish(
        mut self,
        types: &[resource_type::Draft<'_, 'f>],
        is_whole: bool,
    ) -> Vec<ResourceType> {
        let before = self.faults.count();
        for draft in types {
            let built_in = self.types.iter().take(2).position(|known| known.name == draft.name);
            let (at, core_is_sound) = match built_in {
                Some(at) => {
                    self.check_built_in(at, draft);
                    (Some(at), true)
                }
                None => self.create(draft),
            };
            let extensions_are_sound = self.extend(at, draft);
            self.index(at, draft, core_is_sound && extensions_are_sound);
        }
        // Where a name is wrong, or an object could not be read, a schema seems unused that is not.
        if is_whole && self.faults.count() == before {
            self.refuse_unused();
        }
        if let Some(others) = self.types.get_mut(2..) {
            others.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.types
    }

    fn refuse_unused(&mut self) {
        for draft in std::mem::take(&mut self.drafts) {
            if self.role(&draft.schema.id).is_none() {
                let reason = "is used by no resource type; name it in the `schemaExtensions` of one";
                self.faults.note(draft.place.member("id"), reason);
            }
        }
    }

    fn role(&self, id: &str) -> Option<Role> {
        self.roles.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, role)| *role)
    }

    /// The schema of that URN in that role, and whether all of it could be read.
    fn schema(&mut self, urn: &str, place: &Place<'f>, role: Role) -> Option<(Schema, bool)> {
        let in_types = self.types.iter().flat_map(|t| {
            std::iter::once(&t.schema).chain(t.extensions.iter().map(|extension| &extension.schema))
        });
        let in_files = self.drafts.iter().map(|draft| (&draft.schema, draft.is_sound));
        let all: Vec<(&Schema, bool)> = in_files.chain(in_types.map(|schema| (schema, true))).collect();
        let Some((schema, is_sound)) = all.iter().find(|(schema, _)| schema.is(urn)) else {
            let hint = hint(urn, all.iter().map(|(schema, _)| schema.id.as_str()));
            self.faults.note(place.clone(), format!("no schema `{}` is defined{hint}", shortened(urn)));
            return None;
        };
        let found = ((*schema).clone(), *is_sound);
        match self.role(urn) {
            None => {
                self.roles.push((urn.to_ascii_lowercase(), role));
                if role == Role::Core
                    && let Some(draft) = self.drafts.iter().find(|draft| draft.schema.is(urn))
                {
                    draft.check_as_core(self.faults);
                }
            }
            Some(known) if known != role => {
                let reason = match known {
                    Role::Core => "is the core schema of a resource type and cannot be an extension as well",
                    Role::Extension => "is an extension and cannot be a core schema as well",
                };
                self.faults.note(place.clone(), format!("`{}` {reason}", shortened(urn)));
                return None;
            }
            Some(_) => {}
        }
        Some(found)
    }

    /// A ResourceType that adds to User or Group changes neither schema nor endpoint.
    fn check_built_in(&mut self, at: usize, draft: &resource_type::Draft<'_, 'f>) {
        let Some(resource_type) = self.types.get_mut(at) else { return };
        let (name, endpoint, urn) = (&resource_type.name, &resource_type.endpoint, &resource_type.schema.id);
        if let Some((_, place)) = draft.schema.as_ref().filter(|(text, _)| !urn.eq_ignore_ascii_case(text)) {
            let reason = format!("the core schema of {name} is `{urn}`; leave the key out, or extend it");
            self.faults.note(place.clone(), reason);
        }
        if let Some((_, place)) = draft.endpoint.as_ref().filter(|(text, _)| endpoint != text) {
            let reason = format!("the endpoint of {name} is `{endpoint}`; leave the key out");
            self.faults.note(place.clone(), reason);
        }
        if let Some(description) = draft.description {
            description.clone_into(&mut resource_type.description);
        }
    }

    /// A resource type of its own, if it can be made, and whether all of its core could be read.
    fn create(&mut self, draft: &resource_type::Draft<'_, 'f>) -> (Option<usize>, bool) {
        let name_fault = name_fault(draft.name, &self.types);
        let is_new = name_fault.is_none();
        if let Some(reason) = name_fault {
            self.faults.note(draft.place.member("name"), reason);
        }
        let endpoint = match &draft.endpoint {
            None => {
                self.faults.note(draft.place.member("endpoint"), "is missing");
                ""
            }
            Some((endpoint, place)) => {
                if let Some(reason) = endpoint_fault(endpoint, &self.types) {
                    self.faults.note(place.clone(), reason);
                }
                endpoint
            }
        };
        let Some((schema, is_sound)) = self.core(draft).filter(|_| is_new) else { return (None, false) };
        let description = draft.description.unwrap_or_default();
        self.types.push(ResourceType::new(draft.name, endpoint, description, schema));
        (Some(self.types.len() - 1), is_sound)
    }

    /// The core schema of a resource type of its own.
    fn core(&mut self, draft: &resource_type::Draft<'_, 'f>) -> Option<(Schema, bool)> {
        let Some((urn, place)) = &draft.schema else {
            self.faults.note(draft.place.member("schema"), "is missing");
            return None;
        };
        if GROUP_URN.eq_ignore_ascii_case(urn) {
            self.faults.note(place.clone(), "only Group has members; use a schema of your own");
            return None;
        }
        self.schema(urn, place, Role::Core)
    }

    /// Adds the extensions; whether all of them could be read. They are checked in any case.
    fn extend(&mut self, at: Option<usize>, draft: &resource_type::Draft<'_, 'f>) -> bool {
        let mut is_sound = true;
        let mut seen: Vec<&str> = Vec::new();
        for ((urn, place), required) in &draft.extensions {
            if seen.iter().any(|known| known.eq_ignore_ascii_case(urn)) {
                self.faults.note(place.clone(), "is listed twice (case does not count)");
                continue;
            }
            seen.push(urn);
            let Some((schema, sound)) = self.schema(urn, place, Role::Extension) else {
                is_sound = false;
                continue;
            };
            is_sound &= sound;
            let Some(resource_type) = at.and_then(|at| self.types.get_mut(at)) else { continue };
            if let Some(known) = resource_type.extensions.iter_mut().find(|e| e.schema.is(urn)) {
                known.required |= *required;
            } else if let Some(reason) = confusion(resource_type, &schema) {
                self.faults.note(place.clone(), reason);
            } else {
                resource_type.extensions.push(Extension { schema, required: *required });
            }
        }
        is_sound
    }

    /// Adds the indexes. Where a schema could not be read, nobody knows what it would have defined.
    fn index(&mut self, at: Option<usize>, draft: &resource_type::Draft<'_, 'f>, is_sound: bool) {
        let Some(resource_type) = at.and_then(|at| self.types.get_mut(at)) else { return };
        let is_unknown = |resource_type: &ResourceType, text: &str| {
            text.parse().is_ok_and(|path| find(resource_type, &path).is_none())
        };
        for (text, place) in &draft.indexes {
            if !is_sound && is_unknown(resource_type, text) {
                continue;
            }
            match indexed(resource_type, text) {
                Ok(Some(path)) if !resource_type.indexes.contains(&path) => resource_type.indexes.push(path),
                Ok(_) => {}
                Err(reason) => self.faults.note(place.clone(), reason),
            }
        }
    }
}
