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
    let mut text = String::with_capacity(loaded.resource.doc.len() + ADDED);
    write_whole(&mut text, resource_type, loaded, links)?;
    object(&text, loaded.resource.id)
}

/// Writes a resource in JSON, with the attributes that the client wants to see.
pub(crate) fn write_resource(
    text: &mut String,
    resource_type: &ResourceType,
    loaded: &Loaded,
    links: &Links,
    projection: &Projection,
) -> Result<(), ServiceError> {
    if projection.is_all() && is_plain(&loaded.resource.doc) {
        return write_whole(text, resource_type, loaded, links);
    }
    let mut attributes = render(resource_type, loaded, links)?;
    projection.apply(resource_type, &mut attributes);
    // Writing to a String does not fail.
    let _ = write!(text, "{}", Value::Object(attributes));
    Ok(())
}

/// About how many bytes the server adds to a document without relations.
pub(crate) const ADDED: usize = 360;

/// What a stored document begins with.
const SCHEMAS: &str = "{\"schemas\":[";

/// Whether all attributes of a resource are shown by default, in this version and every other: it holds
/// nothing but what the schemas of the RFC define.
fn is_plain(document: &str) -> bool {
    let plain = |urn: &str| {
        let urn = urn.strip_prefix('"').and_then(|urn| urn.strip_suffix('"'));
        urn.is_some_and(|urn| [USER_URN, GROUP_URN, ENTERPRISE_USER_URN].contains(&urn))
    };
    let Some((schemas, rest)) = document.strip_prefix(SCHEMAS).and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    // An extension whose definition is gone is in no `schemas`, and still in the document. The key of an
    // object ends where `":{` begins, and only URNs hold colons.
    let keys = rest.match_indices("\":{").filter_map(|(end, _)| rest.get(..end)?.rsplit('"').next());
    let known = |key: &str| !key.contains(':') || key == ENTERPRISE_USER_URN;
    schemas.split(',').all(plain) && keys.into_iter().all(known)
}

/// The whole resource, made by writing what the server knows between the parts of the stored text,
/// which is not read. Ids and links need no escapes.
fn write_whole(
    text: &mut String,
    resource_type: &ResourceType,
    loaded: &Loaded,
    links: &Links,
) -> Result<(), ServiceError> {
    let row = &loaded.resource;
    let stored = row.doc.strip_prefix(SCHEMAS).and_then(|rest| rest.strip_suffix('}')?.split_once(']'));
    let Some((schemas, rest)) = stored else {
        return Err(ServiceError::Internal(format!("the document of {} is damaged", row.id)));
    };
    let _ = write!(text, "{SCHEMAS}{schemas}],\"id\":\"{}\"", row.id);
    text.push_str(rest);
    if let Some(members) = &loaded.members {
        let of = |m: &MemberRef| (m.kind, m.id, if m.kind == Kind::Group { "Group" } else { "User" });
        write_related(text, "members", members.iter().map(|m| (of(m), m.display.as_deref())), links);
    }
    if let Some(groups) = &loaded.groups {
        let of = |g: &GroupRef| (Kind::Group, g.id, "direct");
        write_related(text, "groups", groups.iter().map(|g| (of(g), g.display.as_deref())), links);
    }
    let _ = write!(
        text,
        ",\"meta\":{{\"resourceType\":\"{}\",\"created\":\"{}\",\"lastModified\":\"{}\",\"location\":\"{}{}/{}\",\
         \"version\":\"W/\\\"{}\\\"\"}}}}",
        resource_type.name,
        instant(row.created_ms),
        instant(row.modified_ms),
        links.base_url,
        resource_type.endpoint,
        row.id,
        row.version
    );
    Ok(())
}

/// Writes `members` or `groups`, unless there are none.
fn write_related<'r>(
    text: &mut String,
    name: &str,
    related: impl Iterator<Item = ((Kind, ResourceId, &'static str), Option<&'r str>)>,
    links: &Links,
) {
    let mut any = false;
    for ((kind, id, label), display) in related {
        text.push_str(if any { "," } else { "" });
        if !any {
            let _ = write!(text, ",\"{name}\":[");
            any = true;
        }
        let _ = write!(text, "{{\"value\":\"{id}\",\"$ref\":\"{}\",\"type\":\"{label}\"", links.to(kind, id));
        if let Some(display) = display {
            let _ = write!(text, ",\"display\":{}", Value::from(display));
        }
        text.push('}');
    }
    if any {
        text.push(']');
    }
}

/// A JSON object that the server made.
fn object(text: &str, id: ResourceId) -> Result<Map<String, Value>, ServiceError> {
    match serde_json::from_str(text) {
        Ok(Value::Object(attributes)) => Ok(attributes),
        Ok(_) => Err(ServiceError::Internal(format!("the document of {id} is not an object"))),
        Err(error) => Err(ServiceError::Internal(format!("the document of {id} is damaged: {error}"))),
    }
}

/// The stored document.
pub(crate) fn document(row: &StoredResource) -> Result<Map<String, Value>, ServiceError> {
    object(&row.doc, row.id)
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

fn instant(ms: i64) -> String {
    format_date_time(DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default())
}
