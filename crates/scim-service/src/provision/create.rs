//! POST: create a resource (RFC 7644 section 3.3).

use super::action::Entry;
use super::membership::{check_unknown, ids};
use super::{About, Answer, Job, Provisioning, active, whole_body};
use crate::error::ServiceError;
use crate::settings::presence;
use scim_core::fault::Findings;
use scim_core::{Projection, Reading, Resource};
use scim_store_diesel::{Kind, Loaded, MemberWrite, Relations, ResourceId, StoredResource, Tx};
use serde_json::{Map, Value};

impl Provisioning<'_> {
    /// Creates a resource; a group with its members in one step.
    ///
    /// # Errors
    /// [`ServiceError::Taken`] when the unique attribute's value is held by another resource; what is
    /// wrong with the body otherwise. A refused request leaves nothing behind.
    pub async fn create(&self, body: &[u8], projection: &Projection) -> Result<Answer, ServiceError> {
        let result = self.try_create(body, projection).await;
        self.noted("Create", &About::Body(body), result)
    }

    async fn try_create(&self, body: &[u8], projection: &Projection) -> Result<Answer, ServiceError> {
        let work = self.plan_create(whole_body(body)?, None, self.relations(projection))?;
        let loaded = self.service.store().write(move |tx| work.run(tx)).await?;
        self.answer(&loaded, projection)
    }

    /// Plans to create what a body describes, under an id that is known before or under a new one.
    pub(crate) fn plan_create(
        &self,
        body: Map<String, Value>,
        id: Option<ResourceId>,
        wanted: Relations,
    ) -> Result<Create, ServiceError> {
        let Whole { mut resource, members, findings } = self.read_whole(body)?;
        if self.kind == Kind::User {
            active::default(&mut resource);
        }
        Ok(Create { job: Job::of(self, wanted), id, resource, members, findings })
    }

    /// Reads the body of a POST or PUT: a whole resource, with what the tenant requires of it.
    pub(super) fn read_whole(&self, body: Map<String, Value>) -> Result<Whole, ServiceError> {
        let Reading { mut resource, mut findings } =
            self.resource_type().read(body, self.caller.settings.rules())?;
        if self.kind == Kind::User {
            self.check_required(&resource)?;
        }
        let members = ids(resource.take("members").as_ref(), &mut findings)?;
        Ok(Whole { resource, members, findings })
    }

    /// Checks what the tenant requires of a user beyond the schema (demand B13).
    fn check_required(&self, user: &Resource) -> Result<(), ServiceError> {
        let mut missing = Vec::new();
        for path in &self.caller.settings.required_attributes {
            // What no schema defines any longer cannot be there; the answer names it.
            let present = presence(path, self.resource_type());
            if !present.is_ok_and(|present| present.matches(user.attributes())) {
                missing.push(path.clone());
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(ServiceError::RequiredByTenant(missing)) }
    }
}

/// A resource that is to be created.
pub(crate) struct Create {
    job: Job,
    id: Option<ResourceId>,
    resource: Resource,
    members: Vec<String>,
    findings: Findings,
}

impl Create {
    /// Creates it with its members.
    pub(crate) fn run(mut self, tx: &mut Tx<'_>) -> Result<Loaded, ServiceError> {
        let row = self.insert(tx)?;
        self.fill(tx, row)
    }

    /// The first half: the resource itself.
    pub(crate) fn insert(&mut self, tx: &mut Tx<'_>) -> Result<StoredResource, ServiceError> {
        self.job.begin(tx)?;
        let tenant = &mut tx.tenant(self.job.caller.tenant);
        let id = self.id.unwrap_or_else(ResourceId::generate);
        Ok(tenant.insert_as(self.job.kind, id, &self.resource)?)
    }

    /// The second half: its members, who must be there by now.
    pub(crate) fn fill(self, tx: &mut Tx<'_>, mut row: StoredResource) -> Result<Loaded, ServiceError> {
        let Self { job, members, findings, .. } = self;
        let now_ms = tx.now_ms();
        let tenant = &mut tx.tenant(job.caller.tenant);
        let delta = tenant.change_members(&mut row, &[MemberWrite::Add(members)], true)?;
        check_unknown(&delta, &job.caller.settings)?;
        let action = format!("Create {}", job.noun.to_ascii_lowercase());
        let entry = Entry::done(action, &row, 201, &findings).about(&delta);
        job.finish(tenant, row, &entry, now_ms)
    }
}

/// A whole resource as a client sent it, with its members beside the document.
pub(super) struct Whole {
    pub(super) resource: Resource,
    pub(super) members: Vec<String>,
    pub(super) findings: Findings,
}
