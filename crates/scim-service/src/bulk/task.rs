//! One operation of a bulk request: what it asks for, and what became of it.

use super::step::Written;
use crate::caller::Caller;
use crate::error::ServiceError;
use crate::provision::{About, Entry, IfMatch, Provisioning, Work};
use crate::service::Service;
use crate::verdict::Verdict;
use scim_core::bulk::{BulkOperation, Method};
use scim_store_diesel::{Kind, Relations, ResourceId};
use serde_json::{Map, Value};
use std::time::Instant;

/// An operation under way.
pub(super) struct Task {
    pub(super) asked: BulkOperation,
    started: Instant,
    /// What its path leads to, once that is known.
    pub(super) target: Option<Target>,
    /// The userName or displayName in the data of a POST.
    name: Option<String>,
    /// `None` as long as nothing was done.
    pub(super) outcome: Option<Outcome>,
}

/// Where the path of an operation leads.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) kind: Kind,
    /// The id of a resource, as it was asked for.
    pub(super) id: Option<String>,
}

/// What became of an operation.
pub(super) enum Outcome {
    /// It is done. What it wrote, if that is still there.
    Done(Option<Written>),
    /// It was refused.
    Failed {
        verdict: Verdict,
        /// The reason in words.
        detail: String,
        /// Whether the reason is that what it refers to failed.
        reference: bool,
    },
}

impl Task {
    pub(super) fn new(asked: BulkOperation) -> Self {
        Self { asked, started: Instant::now(), target: None, name: None, outcome: None }
    }

    /// The name by which others refer to it.
    pub(super) fn bulk_id(&self) -> String {
        self.asked.bulk_id.clone().unwrap_or_default()
    }

    /// Plans what is to be done, as far as it can be without the database. `id` is that of what a POST
    /// creates, if others refer to it.
    pub(super) fn plan(
        &mut self,
        service: &Service,
        caller: &Caller,
        id: Option<ResourceId>,
    ) -> Result<Work, ServiceError> {
        self.started = Instant::now();
        self.target = Target::read(service, &self.asked.path);
        let data = match self.asked.data.take() {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        let provisioning = self.target.as_ref().map(|target| self.provisioning(service, caller, target.kind));
        self.name = provisioning.as_ref().and_then(|provisioning| provisioning.name_in(&data));
        if let Some(fault) = self.asked.fault.clone() {
            return Err(ServiceError::Operation(fault));
        }
        let no_endpoint = || ServiceError::NoEndpoint(self.asked.path.clone());
        let (Some(target), Some(provisioning)) = (&self.target, provisioning) else {
            return Err(no_endpoint());
        };
        let wrong = |method: Method, takes| Err(ServiceError::WrongPath { method: method.as_str(), takes });
        let if_match = self.asked.version.as_deref().map(IfMatch::new);
        let wanted = Relations::default();
        match (self.asked.method.ok_or_else(no_endpoint)?, &target.id) {
            (Method::Post, None) => provisioning.plan_create(data, id, wanted).map(Work::Create),
            (method @ Method::Post, Some(_)) => wrong(method, "a resource type, such as `/Users`"),
            (method, None) => wrong(method, "a resource, such as `/Users/{id}`"),
            (Method::Put, Some(id)) => {
                let id = provisioning.id(id)?;
                provisioning.plan_replace(id, data, if_match, wanted).map(Work::Replace)
            }
            (Method::Patch, Some(id)) => {
                let id = provisioning.id(id)?;
                provisioning.plan_patch(id, data, if_match, wanted).map(Work::Patch)
            }
            (Method::Delete, Some(id)) => {
                Ok(Work::Delete(provisioning.plan_delete(provisioning.id(id)?, if_match)))
            }
        }
    }

    /// Takes what became of it. A refusal is written down as that of a request of its own is.
    pub(super) fn end(
        &mut self,
        service: &Service,
        caller: &Caller,
        result: Result<Option<Written>, &ServiceError>,
    ) {
        service.recorder().counters().written(result.is_ok());
        self.outcome = Some(match result {
            Ok(written) => Outcome::Done(written),
            Err(error) => {
                if let Some(why) = error.inner_reason() {
                    log::error!(request_id = caller.request_id.as_str(); "an operation of a bulk request failed: {why}");
                }
                self.note(service, caller, error);
                let reference = matches!(error, ServiceError::ReferenceFailed(_));
                Outcome::Failed { verdict: error.verdict(), detail: error.to_string(), reference }
            }
        });
    }

    fn note(&self, service: &Service, caller: &Caller, error: &ServiceError) {
        match &self.target {
            Some(target) => {
                let asked = match self.asked.method {
                    Some(Method::Post) => "Create",
                    Some(Method::Put | Method::Patch) => "Update",
                    Some(Method::Delete) => "Delete",
                    None => "Bulk operation on",
                };
                let about = match &target.id {
                    Some(id) => About::Resource(id),
                    None => About::Named(self.name.clone()),
                };
                self.provisioning(service, caller, target.kind).note(asked, &about, error);
            }
            None => {
                let entry = Entry::refused("Operation of a bulk request".to_owned(), None, None, error);
                let line = entry.line(caller, self.started, service.now_ms());
                service.recorder().refused(service.store(), caller.tenant, line);
            }
        }
    }

    fn provisioning<'s>(&self, service: &'s Service, caller: &Caller, kind: Kind) -> Provisioning<'s> {
        Provisioning::new(service, caller.clone(), kind, self.started)
    }
}

impl Target {
    /// Reads a path such as `/Users` or `/Users/{id}`.
    fn read(service: &Service, path: &str) -> Option<Self> {
        let kind = |endpoint: &str| {
            let mut types = service.stored_types().iter();
            types.find(|stored| stored.resource_type.endpoint == endpoint).map(|stored| stored.kind)
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        if let Some(kind) = kind(path) {
            return Some(Self { kind, id: None });
        }
        let (endpoint, id) = path.rsplit_once('/')?;
        Some(Self { kind: kind(endpoint)?, id: Some(id.to_owned()) })
    }
}
