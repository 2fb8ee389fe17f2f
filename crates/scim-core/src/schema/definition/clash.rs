//! Names, endpoints and URNs that are taken already, or that mean two things at once.

use crate::json::shortened;
use crate::schema::{RESOURCE_TYPE_URN, ResourceType, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN, Schema};

/// Endpoints of the server's own, besides those of the resource types.
const RESERVED_ENDPOINTS: [&str; 6] =
    ["/Me", "/Bulk", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/.search"];

/// What `meta.resourceType` says of the server's own resources (RFC 7643 sections 5 to 7).
const RESERVED_NAMES: [&str; 3] = ["Schema", "ResourceType", "ServiceProviderConfig"];

/// The schemas of those resources.
const SERVICE_URNS: [&str; 3] = [SERVICE_PROVIDER_CONFIG_URN, RESOURCE_TYPE_URN, SCHEMA_URN];

fn is_in(list: &[&str], text: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(text))
}

/// Whether a URN names a schema of the server itself.
pub(super) fn is_service_urn(urn: &str) -> bool {
    is_in(&SERVICE_URNS, urn)
}

/// Why a new resource type cannot have a name. The first two of `types` are User and Group.
pub(super) fn name_fault(name: &str, types: &[ResourceType]) -> Option<String> {
    let same = types.iter().enumerate().find(|(_, known)| known.name.eq_ignore_ascii_case(name));
    match same {
        Some((0 | 1, known)) => Some(format!("write `{}` to add to the built-in type", known.name)),
        Some(_) => Some(format!("a resource type `{name}` is defined twice (case does not count)")),
        None if is_in(&RESERVED_NAMES, name) => {
            Some(format!("`{name}` is a resource type of the server's own"))
        }
        None => None,
    }
}

/// Why a new resource type cannot have an endpoint.
pub(super) fn endpoint_fault(endpoint: &str, types: &[ResourceType]) -> Option<String> {
    if is_in(&RESERVED_ENDPOINTS, endpoint) {
        return Some(format!("`{endpoint}` is an endpoint of the server's own"));
    }
    let is_unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let segment = endpoint.strip_prefix('/').unwrap_or_default();
    let starts_well = segment.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if !starts_well || !segment.bytes().all(is_unreserved) {
        let form = "takes a slash and one name of letters, digits, `-`, `.`, `_` and `~`, such as `/Devices`";
        return Some(format!("{form}, not `{}`", shortened(endpoint)));
    }
    let taken = types.iter().find(|known| known.endpoint.eq_ignore_ascii_case(endpoint))?;
    Some(format!("`{endpoint}` is the endpoint of {} already (case does not count)", taken.name))
}

/// Says that the URN of a schema and the path of an attribute would be the same text if the resource
/// type got an extension more.
pub(super) fn confusion(resource_type: &ResourceType, added: &Schema) -> Option<String> {
    let reads_as_attribute = |urn: &str, of: &Schema| {
        let (start, rest) = (urn.get(..of.id.len())?, urn.get(of.id.len()..)?);
        let name = rest.strip_prefix(':')?.split('.').next()?;
        let is_core = of.is(&resource_type.schema.id);
        let attribute = if is_core { resource_type.attribute(name) } else { of.attribute(name) };
        let attribute = attribute.filter(|_| of.is(start))?;
        Some(format!("`{urn}` reads as the attribute `{}` of `{}`", attribute.name, of.id))
    };
    let extensions = resource_type.extensions.iter().map(|extension| &extension.schema);
    std::iter::once(&resource_type.schema).chain(extensions).find_map(|other| {
        reads_as_attribute(&added.id, other).or_else(|| reads_as_attribute(&other.id, added))
    })
}
