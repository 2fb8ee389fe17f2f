//! Resource types: a schema, its extensions and an endpoint (RFC 7643 section 6).

use super::common::common_attributes;
use super::{Attribute, Schema};
use crate::fault::Findings;
use crate::filter::find;
use crate::name::did_you_mean;
use crate::path::AttributePath;
use std::fmt;

/// An extension of a resource type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The schema of the extension.
    pub schema: Schema,
    /// Whether every resource must carry it.
    pub required: bool,
}

/// A resource type: where its resources live and what they may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// The name, such as `User`; it is also the resource type's `id`.
    pub name: String,
    /// The endpoint below the base URL, such as `/Users`.
    pub endpoint: String,
    /// What the resources are, for people.
    pub description: String,
    /// The core schema.
    pub schema: Schema,
    /// The extensions, in the order in which they were added.
    pub extensions: Vec<Extension>,
    /// Attributes by whose values resources are often looked up, so that the server should keep an
    /// index: spelled as in the schema, with the URN of the extension if they are of one. A complex
    /// attribute stands for its `value`.
    pub indexes: Vec<AttributePath>,
    common: Vec<Attribute>,
}

/// What a path names in a resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'s> {
    /// A whole extension.
    Extension(&'s Schema),
    /// An attribute or a sub-attribute.
    Attribute {
        /// The extension that defines it, `None` for the core schema and the common attributes.
        extension: Option<&'s Schema>,
        /// The attribute.
        attribute: &'s Attribute,
        /// The sub-attribute, if the path names one.
        sub: Option<&'s Attribute>,
    },
}

impl Target<'_> {
    /// Notes names in a path that are spelled in another case than they are defined.
    pub fn note_spelling(&self, path: &AttributePath, findings: &mut Findings) {
        let Self::Attribute { attribute, sub, .. } = self else { return };
        findings.spelling(path.name.as_str(), &attribute.name);
        if let (Some(given), Some(sub)) = (&path.sub, sub) {
            findings.spelling(given.as_str(), &sub.name);
        }
    }
}

/// Says that a path names nothing in a resource type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolveError {
    /// The path, as the client wrote it.
    pub path: String,
    /// The resource type.
    pub resource_type: String,
    /// A name that is near.
    pub suggestion: Option<String>,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown attribute `{}` on {}", self.path, self.resource_type)?;
        match &self.suggestion {
            Some(near) => write!(f, "; did you mean `{near}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ResolveError {}

impl ResourceType {
    /// A resource type without extensions.
    pub fn new(name: &str, endpoint: &str, description: &str, schema: Schema) -> Self {
        Self {
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            description: description.to_owned(),
            schema,
            extensions: Vec::new(),
            indexes: Vec::new(),
            common: common_attributes(),
        }
    }

    /// The same resource type with one more extension.
    #[must_use]
    pub fn extended_by(mut self, schema: Schema, required: bool) -> Self {
        self.extensions.push(Extension { schema, required });
        self
    }

    /// The extension with that URN.
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extensions.iter().map(|e| &e.schema).find(|s| s.is(urn))
    }

    /// The attributes that every resource has: `schemas`, `id`, `externalId` and `meta`.
    pub fn common_attributes(&self) -> &[Attribute] {
        &self.common
    }

    /// The attribute of that name in the core schema or among the common attributes.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.schema.attribute(name).or_else(|| self.common.iter().find(|a| a.name.eq_ignore_ascii_case(name)))
    }

    /// Finds what a path names.
    ///
    /// A path without a URN names a core or common attribute; with the URN of the core schema
    /// likewise; with the URN of an extension an attribute of that extension. The URN of an
    /// extension alone names the extension.
    ///
    /// # Errors
    /// When nothing of that name is defined; the error suggests a near name.
    pub fn resolve(&self, path: &AttributePath) -> Result<Target<'_>, ResolveError> {
        self.find(path).ok_or_else(|| ResolveError {
            path: path.to_string(),
            resource_type: self.name.clone(),
            suggestion: self.suggestion(path),
        })
    }

    /// Finds what a path names, as [`ResourceType::resolve`] does, without looking for near names.
    pub fn find(&self, path: &AttributePath) -> Option<Target<'_>> {
        let (extension, attribute) = match path.uri.as_deref() {
            None => (None, self.attribute(path.name.as_str())?),
            Some(uri) if self.schema.is(uri) => (None, self.attribute(path.name.as_str())?),
            Some(uri) => match self.extension(uri) {
                Some(schema) => (Some(schema), schema.attribute(path.name.as_str())?),
                // `urn:…:2.0:User` reads as the attribute `User` of `urn:…:2.0`.
                None if path.sub.is_none() => {
                    return self.extension(&format!("{uri}:{}", path.name)).map(Target::Extension);
                }
                None => return None,
            },
        };
        let sub = match &path.sub {
            None => None,
            Some(name) => Some(attribute.sub_attribute(name.as_str())?),
        };
        Some(Target::Attribute { extension, attribute, sub })
    }

    /// A name near an unknown key of a body, in the form in which it could be written.
    pub(crate) fn suggest(&self, key: &str) -> Option<String> {
        let urns = || self.extensions.iter().map(|extension| extension.schema.id.as_str());
        match key.parse::<AttributePath>() {
            Ok(path) => self.suggestion(&path),
            Err(_) => self.suggest_attribute(key.rsplit(':').next().unwrap_or(key)),
        }
        .or_else(|| did_you_mean(key, urns()).map(str::to_owned))
    }

    /// A name near an unknown path, in the form in which it could be written.
    pub(crate) fn suggestion(&self, path: &AttributePath) -> Option<String> {
        if let Some(sub) = &path.sub
            && let whole = (AttributePath { sub: None, ..path.clone() })
            && let Some(Target::Attribute { extension, attribute, .. }) = find(self, &whole)
        {
            let parts = attribute.sub_attributes.iter().map(|part| part.name.as_str());
            let near = did_you_mean(sub.as_str(), parts)?;
            let urn = extension.map(|schema| format!("{}:", schema.id)).unwrap_or_default();
            return Some(format!("{urn}{}.{near}", attribute.name));
        }
        let name = path.name.as_str();
        let of_extension = path.uri.as_deref().and_then(|uri| self.extension(uri));
        of_extension.and_then(|schema| suggest_in(schema, name)).or_else(|| self.suggest_attribute(name))
    }

    /// A defined attribute whose name is near `name`; one of an extension comes with its URN.
    pub fn suggest_attribute(&self, name: &str) -> Option<String> {
        let core = self.schema.attributes.iter().chain(&self.common);
        if let Some(near) = did_you_mean(name, core.map(|a| a.name.as_str())) {
            return Some(near.to_owned());
        }
        self.extensions.iter().find_map(|extension| suggest_in(&extension.schema, name))
    }
}

/// An attribute of an extension whose name is near `name`, with the URN.
fn suggest_in(extension: &Schema, name: &str) -> Option<String> {
    let names = extension.attributes.iter().map(|attribute| attribute.name.as_str());
    did_you_mean(name, names).map(|near| format!("{}:{near}", extension.id))
}

#[cfg(test)]
mod tests {
    use crate::schema::{ENTERPRISE_USER_URN, Target, user_type};

    fn resolved(path: &str) -> Result<String, String> {
        let user = user_type();
        let path = path.parse().map_err(|e| format!("{e}"))?;
        user.resolve(&path)
            .map(|target| match target {
                Target::Extension(schema) => schema.name.clone(),
                Target::Attribute { extension, attribute, sub } => format!(
                    "{}{}{}",
                    extension.map(|e| format!("{}/", e.name)).unwrap_or_default(),
                    attribute.name,
                    sub.map(|s| format!(".{}", s.name)).unwrap_or_default()
                ),
            })
            .map_err(|e| e.to_string())
    }

    #[test]
    fn paths_find_attributes_in_any_case_and_with_urns() {
        assert_eq!(resolved("USERNAME").unwrap(), "userName");
        assert_eq!(resolved("Name.GivenName").unwrap(), "name.givenName");
        assert_eq!(
            resolved("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName").unwrap(),
            "name.givenName"
        );
        assert_eq!(
            resolved(&format!("{ENTERPRISE_USER_URN}:department")).unwrap(),
            "EnterpriseUser/department"
        );
        assert_eq!(resolved(ENTERPRISE_USER_URN).unwrap(), "EnterpriseUser");
        assert_eq!(resolved("meta.created").unwrap(), "meta.created");
    }

    #[test]
    fn unknown_paths_suggest_what_is_near() {
        assert_eq!(
            resolved("displaName").unwrap_err(),
            "unknown attribute `displaName` on User; did you mean `displayName`?"
        );
        assert!(
            resolved("departmnt")
                .unwrap_err()
                .ends_with(&format!("did you mean `{ENTERPRISE_USER_URN}:department`?"))
        );
        assert!(resolved("name.givnName").unwrap_err().ends_with("did you mean `name.givenName`?"));
        assert_eq!(resolved("favouriteColour").unwrap_err(), "unknown attribute `favouriteColour` on User");
    }
}
