//! Resources as answers: the stored document with what the server adds to it.

use crate::error::ServiceError;
use chrono::{DateTime, Utc};
use scim_core::Projection;
use scim_core::datetime::format_date_time;
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, ResourceType, USER_URN};
use scim_store_diesel::{GroupRef, Kind, Loaded, MemberRef, ResourceId, StoredResource, StoredType};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Where resources live: the SCIM base URL, from the configuration and never from a request.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    base_url: String,
    endpoints: Vec<(Kind, String)>,
}

impl Links {
    pub(crate) fn new(base_url: &str, types: &[StoredType]) -> Self {
        let endpoints = types.iter().map(|t| (t.kind, t.resource_type.endpoint.clone())).collect();
        Self { base_url: base_url.trim_end_matches('/').to_owned(), endpoints }
    }

    /// The base URL, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base_url
    }

    /// The URI of a resource.
    pub(crate) fn to(&self, kind: Kind, id: ResourceId) -> String {
        let endpoint = self.endpoints.iter().find(|(known, _)| *known == kind);
        format!("{}{}/{id}", self.base_url, endpoint.map_or("", |(_, endpoint)| endpoint))
    }
}

/// The weak entity tag of a version (RFC 7644 section 3.14).
pub(crate) fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// A whole resource: document, `id`, `members` or `groups` as far as they were loaded, and `meta`.
pub(crate) fn render(
    resource_type: &ResourceType,
    loaded: &Loaded,
    links: &Links,
) -> Result<Map<String, Value>, ServiceError> {
    let row = &loaded.resource;
    let mut attributes = document(row)?;
    attributes.shift_insert(usize::from(attributes.contains_key("schemas")), "id".to_owned(), json!(row.id));
    for (name, list) in relations(loaded, links) {
        attributes.insert(name.to_owned(), Value::Array(list));
    }
    attributes.insert("meta".to_owned(), meta(resource_type, loaded, links));
    Ok(attributes)
}

/// A resource as JSON text, with the attributes that the client wants to see.
pub(crate) fn render_text(
    resource_type: &ResourceType,
    loaded: &Loaded,
    links: &Links,
    projection: &Projection,
) -> Result<String, ServiceError> {
    if projection.is_all()
        && let Some(text) = spliced(resource_type, loaded, links)
    {
        return Ok(text);
    }
    let mut attributes = render(resource_type, loaded, links)?;
    projection.apply(resource_type, &mut attributes);
    Ok(Value::Object(attributes).to_string())
}

/// The schemas whose attributes are all shown by default, in this version and every other.
const PLAIN: [&str; 3] = [USER_URN, GROUP_URN, ENTERPRISE_USER_URN];

/// The whole resource, made by writing the server's attributes between those of the stored text, which
/// is not read. `None` for documents with attributes that may have to be left out.
fn spliced(resource_type: &ResourceType, loaded: &Loaded, links: &Links) -> Option<String> {
    let row = &loaded.resource;
    let inner = row.doc.strip_prefix("{\"schemas\":[")?.strip_suffix('}')?;
    let (schemas, rest) = inner.split_once(']')?;
    let plain = |urn: &str| {
        let urn = urn.strip_prefix('"').and_then(|urn| urn.strip_suffix('"'));
        urn.is_some_and(|urn| PLAIN.contains(&urn))
    };
    if !schemas.split(',').all(plain) {
        return None;
    }
    let mut text = String::with_capacity(row.doc.len() + 320);
    write!(text, "{{\"schemas\":[{schemas}],\"id\":\"{}\"{rest}", row.id).ok()?;
    for (name, list) in relations(loaded, links) {
        write!(text, ",\"{name}\":{}", Value::Array(list)).ok()?;
    }
    write!(text, ",\"meta\":{}}}", meta(resource_type, loaded, links)).ok()?;
    Some(text)
}

fn meta(resource_type: &ResourceType, loaded: &Loaded, links: &Links) -> Value {
    let row = &loaded.resource;
    json!({
        "resourceType": resource_type.name,
        "created": instant(row.created_ms),
        "lastModified": instant(row.modified_ms),
        "location": links.to(loaded.kind, row.id),
        "version": etag(row.version),
    })
}

/// `members` and `groups`, as far as they were loaded; without the one that is empty.
fn relations(loaded: &Loaded, links: &Links) -> impl Iterator<Item = (&'static str, Vec<Value>)> {
    let members = loaded.members.iter().flatten().map(|m| member(m, links)).collect();
    let groups = loaded.groups.iter().flatten().map(|g| group(g, links)).collect();
    [("members", members), ("groups", groups)].into_iter().filter(|(_, list): &(_, Vec<_>)| !list.is_empty())
}

/// The stored document.
pub(crate) fn document(row: &StoredResource) -> Result<Map<String, Value>, ServiceError> {
    match serde_json::from_str(&row.doc) {
        Ok(Value::Object(attributes)) => Ok(attributes),
        Ok(_) => Err(ServiceError::Internal(format!("the document of {} is not an object", row.id))),
        Err(error) => Err(ServiceError::Internal(format!("the document of {} is damaged: {error}", row.id))),
    }
}

/// One member, in the form that a filter on `members` sees as well.
pub(crate) fn member(member: &MemberRef, links: &Links) -> Value {
    let mut value = json!({
        "value": member.id,
        "$ref": links.to(member.kind, member.id),
        "type": if member.kind == Kind::Group { "Group" } else { "User" },
    });
    if let (Some(display), Some(object)) = (&member.display, value.as_object_mut()) {
        object.insert("display".to_owned(), json!(display));
    }
    value
}

fn group(group: &GroupRef, links: &Links) -> Value {
    let mut value = json!({
        "value": group.id,
        "$ref": links.to(Kind::Group, group.id),
        "type": "direct",
    });
    if let (Some(display), Some(object)) = (&group.display, value.as_object_mut()) {
        object.insert("display".to_owned(), json!(display));
    }
    value
}

fn instant(ms: i64) -> String {
    format_date_time(DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default())
}
