//! Resources as answers: the stored document with what the server adds to it.

use crate::error::ServiceError;
use chrono::{DateTime, Utc};
use scim_core::datetime::format_date_time;
use scim_store_diesel::{GroupRef, Kind, Loaded, MemberRef, ResourceId, StoredResource};
use serde_json::{Map, Value, json};

/// Where resources live: the SCIM base URL, from the configuration and never from a request.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    base_url: String,
}

impl Links {
    pub(crate) fn new(base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned() }
    }

    /// The base URL, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base_url
    }

    /// The URI of a resource.
    pub(crate) fn to(&self, kind: Kind, id: ResourceId) -> String {
        format!("{}/{}s/{id}", self.base_url, kind.name())
    }
}

/// The weak entity tag of a version (RFC 7644 section 3.14).
pub(crate) fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// A whole resource: document, `id`, `members` or `groups` as far as they were loaded, and `meta`.
pub(crate) fn render(kind: Kind, loaded: &Loaded, links: &Links) -> Result<Map<String, Value>, ServiceError> {
    let row = &loaded.resource;
    let mut attributes = document(row)?;
    attributes.shift_insert(usize::from(attributes.contains_key("schemas")), "id".to_owned(), json!(row.id));
    if let Some(members) = &loaded.members
        && !members.is_empty()
    {
        attributes.insert("members".to_owned(), members.iter().map(|m| member(m, links)).collect());
    }
    if let Some(groups) = &loaded.groups
        && !groups.is_empty()
    {
        attributes.insert("groups".to_owned(), groups.iter().map(|g| group(g, links)).collect());
    }
    attributes.insert(
        "meta".to_owned(),
        json!({
            "resourceType": kind.name(),
            "created": instant(row.created_ms),
            "lastModified": instant(row.modified_ms),
            "location": links.to(kind, row.id),
            "version": etag(row.version),
        }),
    );
    Ok(attributes)
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
        "type": member.kind.name(),
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
