//! The use cases on users and groups: each for one caller, and so for one tenant.

mod action;
mod active;
mod create;
mod delete;
mod membership;
mod named;
mod patch;
mod read;
mod replace;

use crate::caller::{Caller, still_admitted};
use crate::error::ServiceError;
use crate::recorder::Recorder;
use crate::render::{ADDED, etag, write_resource};
use crate::service::Service;
pub(crate) use action::Entry;
use scim_core::Projection;
use scim_core::json;
use scim_core::schema::ResourceType;
use scim_core::value::kind_of;
use scim_store_diesel::{Kind, Loaded, Relations, ResourceId, StoredResource, TenantTx, Tx};
use serde_json::{Map, Value};
use std::sync::Arc;
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
    pub(crate) fn new(service: &'s Service, caller: Caller, kind: Kind) -> Self {
        Self { service, caller, kind, started: Instant::now() }
    }

    fn resource_type(&self) -> &'s ResourceType {
        self.service.resource_type(self.kind)
    }

    /// The id of a URI. What is no id of this server names no resource.
    fn id(&self, text: &str) -> Result<ResourceId, ServiceError> {
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
        about: About<'_>,
        result: Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let counters = self.service.recorder().counters();
        match &result {
            Ok(_) => counters.writes_done.add(1),
            Err(error) => {
                counters.writes_refused.add(1);
                self.note(asked, about, error);
            }
        }
        result
    }

    fn note(&self, asked: &str, about: About<'_>, error: &ServiceError) {
        let action = format!("{asked} {}", self.service.noun(self.kind));
        let entry = Entry::refused(action, about.id(), self.name(about), error);
        let line = entry.line(&self.caller, self.started, self.service.now_ms());
        self.service.recorder().refused(self.service.store(), self.caller.tenant, line);
    }

    /// The userName or displayName of what a refused request was about, as far as it can be known.
    fn name(&self, about: About<'_>) -> Option<String> {
        match about {
            About::Body(body) => {
                let attribute = if self.kind == Kind::User { "userName" } else { "displayName" };
                let body = object(body).ok()?;
                let (_, name) = body.iter().find(|(key, _)| key.eq_ignore_ascii_case(attribute))?;
                name.as_str().map(json::shortened)
            }
            About::Resource(id) => self.service.name_of(self.caller.tenant, self.kind, id.parse().ok()?),
        }
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
#[derive(Clone, Copy)]
enum About<'a> {
    /// What its body describes.
    Body(&'a [u8]),
    /// The resource of an id.
    Resource(&'a str),
}

impl<'a> About<'a> {
    fn id(self) -> Option<&'a str> {
        match self {
            Self::Resource(id) => Some(id),
            Self::Body(_) => None,
        }
    }
}

/// What a write needs inside the writer's transaction, where nothing is borrowed from the request.
struct Job {
    caller: Caller,
    kind: Kind,
    /// The name of the resource type.
    noun: String,
    started: Instant,
    wanted: Relations,
    recorder: Arc<Recorder>,
}

impl Job {
    fn of(provisioning: &Provisioning<'_>, projection: &Projection) -> Self {
        Self {
            caller: provisioning.caller.clone(),
            kind: provisioning.kind,
            noun: provisioning.resource_type().name.clone(),
            started: provisioning.started,
            wanted: provisioning.relations(projection),
            recorder: Arc::clone(provisioning.service.recorder()),
        }
    }

    /// Says on whose behalf the transaction works, if they still may.
    fn begin(&self, tx: &mut Tx<'_>) -> Result<(), ServiceError> {
        still_admitted(&self.caller, tx)?;
        tx.on_behalf_of(Some(self.caller.accessor.clone()), Some(self.caller.request_id.clone()));
        Ok(())
    }

    /// The resource, or the error that names the id that was asked for.
    fn find(&self, tenant: &mut TenantTx<'_, '_>, id: ResourceId) -> Result<StoredResource, ServiceError> {
        match tenant.find(self.kind, id) {
            Err(scim_store_diesel::StoreError::NotFound) => {
                Err(ServiceError::NotFound { kind: self.noun.clone(), id: id.to_string() })
            }
            other => Ok(other?),
        }
    }

    /// Logs a success and loads what the answer shows.
    fn finish(
        &self,
        tenant: &mut TenantTx<'_, '_>,
        row: StoredResource,
        entry: &Entry,
        now_ms: i64,
    ) -> Result<Loaded, ServiceError> {
        tenant.log(&entry.line(&self.caller, self.started, now_ms))?;
        entry.dialects().for_each(|name| self.recorder.counters().dialect(name));
        Ok(tenant.complete(self.kind, row, self.wanted)?)
    }
}
