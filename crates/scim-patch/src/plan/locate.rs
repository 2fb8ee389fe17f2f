//! Where a path leads.

use crate::dialect;
use crate::error::Kind;
use scim_core::fault::{Fault, FaultKind, Findings};
use scim_core::filter::Filter;
use scim_core::path::AttributePath;
use scim_core::schema::{Attribute, AttributeType, Mutability, ResolveError, ResourceType, Schema, Target};
use scim_core::{PatchPath, PathError};

/// What a path names.
pub(super) enum Located<'s> {
    /// The resource: the path is the URN of its core schema.
    Resource,
    /// A whole extension.
    Extension(&'s Schema),
    /// An attribute, or a part of it.
    Attribute(Found<'s>),
}

/// An attribute, or a part of it.
pub(super) struct Found<'s> {
    /// The extension that defines it.
    pub(super) extension: Option<&'s Schema>,
    pub(super) attribute: &'s Attribute,
    pub(super) filter: Option<Filter>,
    pub(super) sub: Option<&'s Attribute>,
}

impl<'s> Found<'s> {
    /// A whole attribute.
    pub(super) fn whole(extension: Option<&'s Schema>, attribute: &'s Attribute) -> Self {
        Self { extension, attribute, filter: None, sub: None }
    }

    /// The path, spelled as in the schema and without the filter.
    pub(super) fn path(&self) -> String {
        let mut path = self.extension.map(|schema| format!("{}:", schema.id)).unwrap_or_default();
        path.push_str(&self.attribute.name);
        if let Some(sub) = self.sub {
            path.push('.');
            path.push_str(&sub.name);
        }
        path
    }

    /// Whether only the server sets it.
    pub(super) fn is_read_only(&self) -> bool {
        let read_only = |a: &Attribute| a.mutability == Mutability::ReadOnly;
        read_only(self.attribute) || self.sub.is_some_and(read_only)
    }

    /// Whether it is `schemas`, which follows from the other attributes.
    pub(super) fn is_schemas(&self) -> bool {
        self.extension.is_none() && self.attribute.name == "schemas"
    }

    /// Whether it is the member list of a group, which is never part of the resource.
    pub(super) fn is_members(&self) -> bool {
        let fixed = |a: &Attribute| a.mutability == Mutability::Immutable;
        self.extension.is_none()
            && self.attribute.name == "members"
            && self.attribute.multi_valued
            && self.attribute.kind == AttributeType::Complex
            && self.attribute.sub_attribute("value").is_some_and(fixed)
    }
}

/// Finds what a path names; `None` if that is not defined.
pub(super) fn locate<'s>(
    resource_type: &'s ResourceType,
    text: &str,
    findings: &mut Findings,
) -> Result<Option<Located<'s>>, Kind> {
    if resource_type.schema.is(text) {
        findings.dialect(dialect::CORE_URN);
        return Ok(Some(Located::Resource));
    }
    if let Some(schema) = resource_type.extension(text) {
        return Ok(Some(Located::Extension(schema)));
    }
    let (path, filter) = parse(text).map_err(|error| Kind::Path(Box::new(error)))?;
    let target = resource_type.find(&path).or_else(|| {
        let target = by_bare_name(resource_type, &path)?;
        findings.dialect(dialect::EXTENSION_NAME);
        Some(target)
    });
    if let Some(target) = &target {
        target.note_spelling(&path, findings);
    }
    Ok(target.map(|target| match target {
        Target::Attribute { extension, attribute, sub } => {
            Located::Attribute(Found { extension, attribute, filter, sub })
        }
        Target::Extension(schema) => Located::Extension(schema),
    }))
}

/// The attribute that a path names, and the filter in it.
fn parse(text: &str) -> Result<(AttributePath, Option<Filter>), PathError> {
    let PatchPath { mut attribute, filter, sub } = text.parse()?;
    if filter.is_some() {
        attribute.sub = sub;
    }
    Ok((attribute, filter))
}

/// A path in words that quote no value.
pub(super) fn without_filter(text: &str) -> Option<String> {
    parse(text).ok().map(|(path, _)| path.to_string())
}

/// The fault of a path that names nothing. Looks for near names, which takes its time.
pub(super) fn unknown(resource_type: &ResourceType, text: &str) -> Fault {
    let (path, suggestion) = match parse(text).map(|(path, _)| resource_type.resolve(&path)) {
        Ok(Err(ResolveError { path, suggestion, .. })) => (path, suggestion),
        _ => (text.to_owned(), resource_type.suggest_attribute(text)),
    };
    let kind = FaultKind::UnknownAttribute { resource_type: resource_type.name.clone(), suggestion };
    Fault { path, kind }
}

/// The attribute of an extension that is named without its URN, if nothing else has the name.
fn by_bare_name<'s>(resource_type: &'s ResourceType, path: &AttributePath) -> Option<Target<'s>> {
    let name = path.name.as_str();
    if path.uri.is_some() || resource_type.attribute(name).is_some() {
        return None;
    }
    let mut owners = resource_type.extensions.iter().filter(|e| e.schema.attribute(name).is_some());
    let (Some(owner), None) = (owners.next(), owners.next()) else { return None };
    resource_type.find(&AttributePath { uri: Some(owner.schema.id.clone()), ..path.clone() })
}
