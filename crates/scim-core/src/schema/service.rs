//! The schemas of what the server says of itself (RFC 7643 sections 5 to 7 and 8.7.2, RFC 9865).

use super::parts::read_only;
use super::{Attribute, AttributeType, Schema, Uniqueness};

/// The URN of the schema of the service provider's configuration.
pub const SERVICE_PROVIDER_CONFIG_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// The URN of the schema of resource types.
pub const RESOURCE_TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// The URN of the schema of schemas.
pub const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// The schemas of ServiceProviderConfig, ResourceType and Schema. Clients change none of these, so
/// every attribute is readOnly.
pub fn service_schemas() -> Vec<Schema> {
    let schema = |id: &str, name: &str, description: &str, attributes: Vec<Attribute>| Schema {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        attributes: attributes.into_iter().map(read_only).collect(),
    };
    vec![
        schema(
            SERVICE_PROVIDER_CONFIG_URN,
            "Service Provider Configuration",
            "Which parts of SCIM the server supports.",
            config_attributes(),
        ),
        schema(
            RESOURCE_TYPE_URN,
            "ResourceType",
            "A kind of resource: its endpoint and its schemas.",
            resource_type_attributes(),
        ),
        schema(SCHEMA_URN, "Schema", "The definition of attributes under one URN.", schema_attributes()),
    ]
}

fn number(name: &str, description: &str) -> Attribute {
    Attribute::new(name, AttributeType::Integer, description)
}

fn config_attributes() -> Vec<Attribute> {
    let feature = |name: &str, description: &str, more: Vec<Attribute>| {
        let supported = Attribute::boolean("supported", "Whether the server supports it.").required();
        let parts = std::iter::once(supported).chain(more).collect();
        Attribute::complex(name, description, parts).required()
    };
    vec![
        Attribute::reference("documentationUri", "Where the server is explained to people.", &["external"]),
        feature("patch", "Changes to parts of a resource.", vec![]),
        feature(
            "bulk",
            "Many operations in one request.",
            vec![
                number("maxOperations", "The most operations of a request.").required(),
                number("maxPayloadSize", "The largest request, in bytes.").required(),
            ],
        ),
        feature(
            "filter",
            "Searching by conditions.",
            vec![number("maxResults", "The most resources of one answer.").required()],
        ),
        feature("changePassword", "Setting passwords.", vec![]),
        feature("sort", "Answers in the order of an attribute.", vec![]),
        feature("etag", "Versions of resources, and requests that depend on them.", vec![]),
        pagination(),
        Attribute::complex(
            "authenticationSchemes",
            "How clients may say who they are.",
            vec![
                Attribute::string("type", "The kind of scheme.").required().suggests(&[
                    "oauth",
                    "oauth2",
                    "oauthbearertoken",
                    "httpbasic",
                    "httpdigest",
                ]),
                Attribute::string("name", "The name of the scheme, for people.").required(),
                Attribute::string("description", "What the scheme is, for people.").required(),
                Attribute::reference("specUri", "The specification of the scheme.", &["external"]),
                Attribute::reference("documentationUri", "How to use the scheme here.", &["external"]),
                Attribute::boolean("primary", "Whether this is the preferred scheme."),
            ],
        )
        .multi()
        .required(),
    ]
}

/// How lists are walked (RFC 9865 section 4).
fn pagination() -> Attribute {
    Attribute::complex(
        "pagination",
        "How clients may walk through long lists.",
        vec![
            Attribute::boolean("cursor", "Whether the server supports cursors.").required(),
            Attribute::boolean("index", "Whether the server supports startIndex.").required(),
            Attribute::string("defaultPaginationMethod", "The method when the client names none.")
                .suggests(&["cursor", "index"]),
            number("defaultPageSize", "The size of a page when the client names none."),
            number("maxPageSize", "The largest size of a page."),
            number("cursorTimeout", "The least time for which a cursor is valid, in seconds."),
        ],
    )
}

fn resource_type_attributes() -> Vec<Attribute> {
    let unique = |attribute: Attribute| Attribute { uniqueness: Uniqueness::Server, ..attribute };
    vec![
        Attribute::string("id", "The name of the resource type.").case_exact(),
        unique(Attribute::string("name", "The name, as in meta.resourceType.").case_exact().required()),
        Attribute::string("description", "What the resources are, for people."),
        unique(
            Attribute::reference("endpoint", "The endpoint below the base URL, such as `/Users`.", &["uri"])
                .required(),
        ),
        Attribute::reference("schema", "The URN of the core schema.", &["uri"]).required(),
        Attribute::complex(
            "schemaExtensions",
            "The schemas that extend the core schema.",
            vec![
                Attribute::reference("schema", "The URN of the extension.", &["uri"]).required(),
                Attribute::boolean("required", "Whether every resource must carry the extension.").required(),
            ],
        )
        .multi()
        .required(),
    ]
}

fn schema_attributes() -> Vec<Attribute> {
    let mut parts = characteristics();
    parts.push(
        Attribute::complex("subAttributes", "The parts of a complex attribute.", characteristics()).multi(),
    );
    vec![
        Attribute::string("id", "The URN that names the schema.").required(),
        Attribute::string("name", "A short name for people.").required(),
        Attribute::string("description", "What the schema describes, for people."),
        Attribute::complex("attributes", "The attributes that the schema defines.", parts).multi().required(),
    ]
}

/// What a schema says of an attribute (RFC 7643 section 7).
fn characteristics() -> Vec<Attribute> {
    let exact = |name: &str, description: &str| Attribute::string(name, description).case_exact();
    vec![
        exact("name", "The name of the attribute.").required(),
        Attribute::string("type", "The data type.").required().suggests(&[
            "string",
            "complex",
            "boolean",
            "decimal",
            "integer",
            "dateTime",
            "reference",
            "binary",
        ]),
        Attribute::boolean("multiValued", "Whether the attribute holds a list.").required(),
        exact("description", "What the attribute means, for people."),
        Attribute::boolean("required", "Whether a resource without the attribute is refused."),
        exact("canonicalValues", "Suggested values.").multi(),
        Attribute::boolean("caseExact", "Whether text compares by case."),
        exact("mutability", "Who may change the attribute, and when.").suggests(&[
            "readOnly",
            "readWrite",
            "immutable",
            "writeOnly",
        ]),
        exact("returned", "When the attribute is part of an answer.")
            .suggests(&["always", "never", "default", "request"]),
        exact("uniqueness", "Among which resources a value occurs once.")
            .suggests(&["none", "server", "global"]),
        exact("referenceTypes", "What a reference may point at.").multi(),
    ]
}

#[cfg(test)]
mod tests;
