//! What the server says of itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7644 section 4).

use crate::bulk::{MAX_BULK_BODY, MAX_OPERATIONS};
use crate::render::Links;
use scim_core::schema::{
    RESOURCE_TYPE_URN, ResourceType, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN, Schema, service_schemas,
};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The most resources that one list answers with.
pub(crate) const MAX_PAGE: i64 = 1000;

/// The number of resources on a page when the client does not say.
pub(crate) const DEFAULT_PAGE: i64 = 100;

/// How long a cursor may be used, in seconds.
pub(crate) const CURSOR_TIMEOUT: i64 = 3600;

/// The ServiceProviderConfig (RFC 7643 section 5): what is there, and nothing that is not.
pub(crate) fn service_provider_config(links: &Links) -> Value {
    json!({
        "schemas": [SERVICE_PROVIDER_CONFIG_URN],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": MAX_BULK_BODY},
        "filter": {"supported": true, "maxResults": MAX_PAGE},
        "changePassword": {"supported": false},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_PAGE,
            "maxPageSize": MAX_PAGE,
            "cursorTimeout": CURSOR_TIMEOUT,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A SCIM token that an administrator generated for the organisation.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", links.base()),
        },
    })
}

/// A resource type as a resource (RFC 7643 section 6).
pub(crate) fn resource_type(resource_type: &ResourceType, links: &Links) -> Value {
    let extensions: Vec<Value> = resource_type
        .extensions
        .iter()
        .map(|e| json!({"schema": e.schema.id, "required": e.required}))
        .collect();
    json!({
        "schemas": [RESOURCE_TYPE_URN],
        "id": resource_type.name,
        "name": resource_type.name,
        "endpoint": resource_type.endpoint,
        "description": resource_type.description,
        "schema": resource_type.schema.id,
        "schemaExtensions": extensions,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{}/ResourceTypes/{}", links.base(), resource_type.name),
        },
    })
}

/// A schema as a resource (RFC 7643 section 7).
///
/// The core schema of a resource type lists the common attributes too, because clients are generated
/// from it and refuse what it does not list.
pub(crate) fn schema(schema: &Schema, of: Option<&ResourceType>, links: &Links) -> Value {
    let common = of.map(ResourceType::common_attributes).unwrap_or_default();
    let listed = common.iter().chain(&schema.attributes);
    let attributes: Vec<Value> = listed.filter_map(|a| serde_json::to_value(a).ok()).collect();
    json!({
        "schemas": [SCHEMA_URN],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes,
        "meta": {
            "resourceType": "Schema",
            "location": format!("{}/Schemas/{}", links.base(), schema.id),
        },
    })
}

/// All schemas: of the resource types, of their extensions, and of discovery itself; each once.
pub(crate) fn schemas(types: &[&ResourceType], links: &Links) -> Vec<Value> {
    let core = types.iter().map(|t| (&t.schema, Some(*t)));
    let extensions = types.iter().flat_map(|t| &t.extensions).map(|e| (&e.schema, None));
    let (mut seen, mut all) = (HashSet::new(), Vec::new());
    for (one, of) in core.chain(extensions).chain(service_schemas().iter().map(|own| (own, None))) {
        if seen.insert(one.id.to_ascii_lowercase()) {
            all.push(schema(one, of, links));
        }
    }
    all
}

/// A ListResponse that shows everything on one page (RFC 7644 section 3.4.2).
pub fn list(resources: Vec<Value>) -> Map<String, Value> {
    let mut list = Map::new();
    list.insert("schemas".to_owned(), json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    list.insert("totalResults".to_owned(), json!(resources.len()));
    list.insert("itemsPerPage".to_owned(), json!(resources.len()));
    list.insert("startIndex".to_owned(), json!(1));
    list.insert("Resources".to_owned(), Value::Array(resources));
    list
}
