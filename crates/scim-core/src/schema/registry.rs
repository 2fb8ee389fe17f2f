//! The resource types that a service provider serves.

use super::definition::{DefinitionErrors, load};
use super::{ResourceType, group_type, user_type};

/// The resource types of a service provider: User and Group first, then those of definition files, in
/// the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceTypes {
    // Invariant: the first two are User and Group; names, endpoints and URNs are unique in any case.
    types: Vec<ResourceType>,
}

impl ResourceTypes {
    /// User and Group, as RFC 7643 defines them.
    pub fn built_in() -> Self {
        Self { types: vec![user_type(), group_type()] }
    }

    /// Adds what definition files say. Each is a name for messages and the content: one JSON object or a
    /// list of them, every one a Schema (RFC 7643 section 7) or a ResourceType (section 6).
    ///
    /// The order of files does not matter, and each may name what another one defines. A ResourceType
    /// `User` or `Group` adds extensions and indexes to the built-in type; its `schema` and `endpoint`
    /// are those of the type, or absent.
    ///
    /// ```
    /// use scim_core::schema::ResourceTypes;
    ///
    /// let file = br#"[
    ///     {"id": "urn:example:2.0:Device", "name": "Device",
    ///      "attributes": [{"name": "serial", "required": true, "uniqueness": "server"}]},
    ///     {"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device"}
    /// ]"#;
    /// let types = ResourceTypes::built_in().with_definitions([("device.json", file.as_slice())])?;
    /// assert_eq!(types.named("Device").map(|t| t.endpoint.as_str()), Some("/Devices"));
    /// # Ok::<(), scim_core::schema::DefinitionErrors>(())
    /// ```
    ///
    /// # Errors
    /// With all faults of all files.
    pub fn with_definitions<'a>(
        self,
        files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, DefinitionErrors> {
        load(self.types, files).map(|types| Self { types })
    }

    /// The resource types, User and Group first.
    pub fn iter(&self) -> std::slice::Iter<'_, ResourceType> {
        self.types.iter()
    }

    /// The resource type of that name, spelled as in `meta.resourceType`.
    pub fn named(&self, name: &str) -> Option<&ResourceType> {
        self.iter().find(|resource_type| resource_type.name == name)
    }

    /// The User resource type.
    pub fn user(&self) -> &ResourceType {
        &self.types[0]
    }

    /// The Group resource type.
    pub fn group(&self) -> &ResourceType {
        &self.types[1]
    }
}

impl Default for ResourceTypes {
    fn default() -> Self {
        Self::built_in()
    }
}

impl<'t> IntoIterator for &'t ResourceTypes {
    type Item = &'t ResourceType;
    type IntoIter = std::slice::Iter<'t, ResourceType>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
