//! Where a path leads.

use crate::dialect;
use crate::error::Kind;
use scim_core::PatchPath;
use scim_core::fault::{Fault, FaultKind, Findings};
use scim_core::filter::Filter;
use scim_core::path::AttributePath;
use scim_core::schema::{Attribute, AttributeType, Mutability, ResolveError, ResourceType, Schema, Target};

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

/// Finds what a path names. An attribute that is not defined is [`Kind::Unknown`].
pub(super) fn locate<'s>(
    resource_type: &'s ResourceType,
    text: &str,
    findings: &mut Findings,
) -> Result<Located<'s>, Kind> {
    if resource_type.schema.is(text) {
        findings.dialect(dialect::CORE_URN);
        return Ok(Located::Resource);
    }
    if let Some(schema) = resource_type.extension(text) {
        return Ok(Located::Extension(schema));
    }
    let PatchPath { mut attribute, filter, sub } = text.parse().map_err(|e| Kind::Path(Box::new(e)))?;
    if filter.is_some() {
        attribute.sub = sub;
    }
    let target = match resource_type.resolve(&attribute) {
        Ok(target) => target,
        Err(error) => match by_bare_name(resource_type, &attribute) {
            Some(target) => {
                findings.dialect(dialect::EXTENSION_NAME);
                target
            }
            None => {
                let ResolveError { path, resource_type, suggestion } = error;
                let kind = FaultKind::UnknownAttribute { resource_type, suggestion };
                return Err(Kind::Unknown(Box::new(Fault { path, kind })));
            }
        },
    };
    Ok(match target {
        Target::Attribute { extension, attribute, sub } => {
            Located::Attribute(Found { extension, attribute, filter, sub })
        }
        Target::Extension(schema) => Located::Extension(schema),
    })
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
