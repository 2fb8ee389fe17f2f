//! The use cases on users and groups: each for one caller, and so for one tenant.

mod action;
mod active;
mod create;
mod delete;
mod job;
mod membership;
mod named;
mod patch;
mod read;
mod replace;

use crate::caller::Caller;
use crate::error::ServiceError;
use crate::render::{ADDED, etag, write_resource};
use crate::service::Service;
pub(crate) use action::Entry;
pub(crate) use create::Create;
pub(crate) use delete::Delete;
use job::Job;
pub(crate) use job::Work;
pub(crate) use patch::Patch;
pub(crate) use replace::Replace;
use scim_core::Projection;
use scim_core::bulk::first_reference;
use scim_core::json;
use scim_core::schema::ResourceType;
use scim_core::value::kind_of;
use scim_store_diesel::{Kind, Loaded, Relations, ResourceId, StoredResource};
use serde_json::{Map, Value};
use std::time::Instant;

/// What one caller may do with one kind of resource.
pub struct Provisioning<'s> {
    service: &'s Service,
    caller: Caller,
    kind: Kind,
    started: Instant,
}

/// A resource as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The attributes that the client wants to see, in JSON.
    pub body: String,
    /// The URI of the resource.
    pub location: String,
    /// The weak entity tag, quotes included.
    pub etag: String,
}

/// The version that a client expects: the text of an `If-Match` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(String);

impl IfMatch {
    /// Takes the text of the header.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    fn check(expected: Option<&Self>, row: &StoredResource) -> Result<(), ServiceError> {
        match expected {
            Some(Self(text)) if !lists(text, row.version) => {
                Err(ServiceError::Stale { current: row.version })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a list of entity tags, as in `If-Match` and `If-None-Match`, names a version.
///
/// SCIM's tags are weak and compared as such (RFC 7644 section 3.14), so `W/` makes no difference.
pub fn lists_etag(header: &str, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    header.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(etag))
}

fn lists(header: &str, version: i64) -> bool {
    lists_etag(header, &etag(version))
}

impl<'s> Provisioning<'s> {
    pub(crate) fn new(service: &'s Service, caller: Caller, kind: Kind, started: Instant) -> Self {
        Self { service, caller, kind, started }
    }

    fn resource_type(&self) -> &'s ResourceType {
        self.service.resource_type(self.kind)
    }

    /// The id of a URI. What is no id of this server names no resource.
    pub(crate) fn id(&self, text: &str) -> Result<ResourceId, ServiceError> {
        text.parse().map_err(|_| self.not_found(text))
    }

    /// What a missing resource is answered with.
    fn not_found(&self, id: impl Into<String>) -> ServiceError {
        ServiceError::NotFound { kind: self.resource_type().name.clone(), id: id.into() }
    }

    /// Which computed parts an answer needs.
    fn relations(&self, projection: &Projection) -> Relations {
        Relations {
            members: self.kind == Kind::Group && projection.wants("members"),
            groups: self.kind == Kind::User && projection.wants("groups"),
        }
    }

    fn answer(&self, loaded: &Loaded, projection: &Projection) -> Result<Answer, ServiceError> {
        let links = self.service.links();
        let mut body = String::with_capacity(loaded.resource.doc.len() + ADDED);
        write_resource(&mut body, self.resource_type(), loaded, links, projection)?;
        Ok(Answer {
            body,
            location: links.to(self.kind, loaded.resource.id),
            etag: etag(loaded.resource.version),
        })
    }

    /// Writes a refusal down for the administrator and hands it on.
    fn noted<T>(
        &self,
        asked: &str,
        about: &About<'_>,
        result: Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        self.service.recorder().counters().written(result.is_ok());
        result.inspect_err(|error| self.note(asked, about, error))
    }

    /// Writes a refusal down for the administrator.
    pub(crate) fn note(&self, asked: &str, about: &About<'_>, error: &ServiceError) {
        let action = format!("{asked} {}", self.service.noun(self.kind));
        let entry = Entry::refused(action, about.id(), self.name(about), error);
        let line = entry.line(&self.caller, self.started, self.service.now_ms());
        self.service.recorder().refused(self.service.store(), self.caller.tenant, line);
    }

    /// The userName or displayName of what a refused request was about, as far as it can be known.
    fn name(&self, about: &About<'_>) -> Option<String> {
        match about {
            About::Body(body) => self.name_in(&object(body).ok()?),
            About::Named(name) => name.clone(),
            About::Resource(id) => self.service.name_of(self.caller.tenant, self.kind, id.parse().ok()?),
        }
    }

    /// The userName or displayName in a body.
    pub(crate) fn name_in(&self, body: &Map<String, Value>) -> Option<String> {
        let attribute = if self.kind == Kind::User { "userName" } else { "displayName" };
        let (_, name) = body.iter().find(|(key, _)| key.eq_ignore_ascii_case(attribute))?;
        name.as_str().map(json::legible)
    }
}

/// Reads a body that is the whole of a request.
fn whole_body(body: &[u8]) -> Result<Map<String, Value>, ServiceError> {
    let body = object(body)?;
    match first_reference(&body) {
        Some(path) => Err(ServiceError::NotInBulk(path)),
        None => Ok(body),
    }
}

/// Reads a body as a JSON object.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ServiceError> {
    match json::from_slice(body).map_err(ServiceError::Json)? {
        Value::Object(object) => Ok(object),
        other => Err(ServiceError::NotAnObject(kind_of(&other))),
    }
}

/// What a request is about.
pub(crate) enum About<'a> {
    /// What its body describes.
    Body(&'a [u8]),
    /// What has, or would have, this name.
    Named(Option<String>),
    /// The resource of an id.
    Resource(&'a str),
}

impl<'a> About<'a> {
    fn id(&self) -> Option<&'a str> {
        match self {
            Self::Resource(id) => Some(id),
            Self::Body(_) | Self::Named(_) => None,
        }
    }
}
