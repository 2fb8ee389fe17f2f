//! One path of a choice of attributes.

use super::ProjectionError;
use crate::filter::{Predicate, find};
use crate::patch_path::PatchPath;
use crate::schema::{Attribute, ResourceType, Target};
use serde_json::Value;

/// One path of the choice, spelled as in the schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) extension: Option<String>,
    /// `None` means the whole extension.
    pub(super) attribute: Option<String>,
    /// The elements that are meant; all when there is none.
    elements: Option<Predicate>,
    pub(super) sub: Option<String>,
}

impl Choice {
    pub(super) fn is_whole(&self) -> bool {
        self.elements.is_none() && self.sub.is_none()
    }

    /// Whether it is about the core attribute or the extension of that name, or a part of it.
    pub(super) fn is_about(&self, name: &str) -> bool {
        let top = self.extension.as_deref().or(self.attribute.as_deref());
        top.is_some_and(|top| top.eq_ignore_ascii_case(name))
    }

    /// Whether all of a core attribute or all of an extension is meant.
    pub(super) fn is_top_level(&self) -> bool {
        self.is_whole() && (self.extension.is_none() || self.attribute.is_none())
    }

    pub(super) fn names(&self, extension: Option<&str>, attribute: &Attribute) -> bool {
        self.extension.as_deref() == extension
            && self.attribute.as_ref().is_none_or(|name| *name == attribute.name)
    }

    pub(super) fn means(&self, element: &Value) -> bool {
        self.elements.as_ref().is_none_or(|predicate| predicate.matches_element(element))
    }
}

/// What a path chooses; nothing if it names nothing.
pub(super) fn choice(path: &str, resource_type: &ResourceType) -> Result<Option<Choice>, ProjectionError> {
    let path: PatchPath = match path.parse() {
        Ok(path) => path,
        Err(error) if path.contains('[') => return Err(ProjectionError::Path(error)),
        Err(_) => return Ok(None),
    };
    let Some(target) = find(resource_type, &path.attribute) else { return Ok(None) };
    let (extension, attribute, sub) = match target {
        Target::Extension(schema) => {
            let extension = Some(schema.id.clone());
            return Ok(Some(Choice { extension, attribute: None, elements: None, sub: None }));
        }
        Target::Attribute { extension, attribute, sub } => (extension, attribute, sub),
    };
    let sub = match &path.sub {
        None => sub,
        Some(name) => match attribute.sub_attribute(name.as_str()) {
            Some(sub) => Some(sub),
            None => return Ok(None),
        },
    };
    let elements = match &path.filter {
        None => None,
        Some(filter) => Some(filter.resolve_element(attribute).map_err(ProjectionError::Filter)?),
    };
    Ok(Some(Choice {
        extension: extension.map(|schema| schema.id.clone()),
        attribute: Some(attribute.name.clone()),
        elements,
        sub: sub.map(|sub| sub.name.clone()),
    }))
}

/// Splits at the commas that stand outside of brackets and quotes.
pub fn split(list: &str) -> impl Iterator<Item = &str> {
    let (mut in_brackets, mut quoted, mut escaped) = (false, false, false);
    list.split(move |c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => in_brackets = true,
            ']' if !quoted => in_brackets = false,
            ',' => return !quoted && !in_brackets,
            _ => {}
        }
        false
    })
    .filter(|path| !path.trim().is_empty())
}
