//! Schemas and resource types as data (RFC 7643 sections 6, 7 and 8.7).

mod attribute;
mod common;
mod definition;
mod enterprise;
mod group;
mod parts;
mod registry;
mod resource_type;
mod service;
mod user;

pub use attribute::{Attribute, AttributeType, Mutability, Returned, Uniqueness};
pub use definition::{DefinitionError, DefinitionErrors};
pub use enterprise::ENTERPRISE_USER_URN;
pub use group::{GROUP_URN, group_schema, group_type};
pub use registry::ResourceTypes;
pub use resource_type::{Extension, ResolveError, ResourceType, Target};
pub use service::{RESOURCE_TYPE_URN, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN, service_schemas};
pub use user::{USER_URN, user_schema, user_type};

use serde::{Deserialize, Serialize};

/// A schema: a URN and the attributes it defines (RFC 7643 section 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schema {
    /// The URN that names the schema. URNs compare without case.
    pub id: String,
    /// A short name for people.
    #[serde(default)]
    pub name: String,
    /// What the schema describes, for people.
    #[serde(default)]
    pub description: String,
    /// The attributes, in the order of the definition.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The attribute of that name, compared without case.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name.eq_ignore_ascii_case(name))
    }

    /// Whether `urn` names this schema.
    pub fn is(&self, urn: &str) -> bool {
        self.id.eq_ignore_ascii_case(urn)
    }
}
