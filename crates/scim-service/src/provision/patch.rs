//! PATCH: change a resource (RFC 7644 section 3.5.2).

use super::action::{Entry, change_in_words};
use super::membership::{Changes, check_changes, check_unknown};
use super::{About, Answer, IfMatch, Job, Provisioning, active, whole_body};
use crate::error::ServiceError;
use crate::render::{Links, document};
use scim_core::schema::ResourceType;
use scim_core::{Projection, Resource};
use scim_patch::{PatchRequest, Plan};
use scim_store_diesel::{Kind, Loaded, Relations, ResourceId, Tx};
use serde_json::{Map, Value};
use std::sync::Arc;

impl Provisioning<'_> {
    /// Applies a PATCH: all of its operations or none. Members of a group are added and removed one
    /// by one; the list is never loaded. A PATCH that changes nothing makes no new version.
    ///
    /// # Errors
    /// As [`Provisioning::replace`]; an error in an operation names its number.
    pub async fn patch(
        &self,
        id: &str,
        body: &[u8],
        if_match: Option<IfMatch>,
        projection: &Projection,
    ) -> Result<Answer, ServiceError> {
        let result = self.try_patch(id, body, if_match, projection).await;
        self.noted("Update", &About::Resource(id), result)
    }

    async fn try_patch(
        &self,
        id: &str,
        body: &[u8],
        if_match: Option<IfMatch>,
        projection: &Projection,
    ) -> Result<Answer, ServiceError> {
        let id = self.id(id)?;
        let work = self.plan_patch(id, whole_body(body)?, if_match, self.relations(projection))?;
        let loaded = self.service.store().write(move |tx| work.run(tx)).await?;
        self.answer(&loaded, projection)
    }

    /// Plans to apply a PATCH message.
    pub(crate) fn plan_patch(
        &self,
        id: ResourceId,
        body: Map<String, Value>,
        if_match: Option<IfMatch>,
        wanted: Relations,
    ) -> Result<Patch, ServiceError> {
        let request = PatchRequest::parse(body)?;
        let plan = request.plan(self.resource_type(), self.caller.settings.patch_options())?;
        check_changes(plan.member_changes())?;
        Ok(Patch {
            job: Job::of(self, wanted),
            id,
            if_match,
            resource_type: self.service.shared_type(self.kind),
            links: self.service.links().clone(),
            plan,
        })
    }
}

/// A resource that is to be changed.
pub(crate) struct Patch {
    job: Job,
    id: ResourceId,
    if_match: Option<IfMatch>,
    resource_type: Arc<ResourceType>,
    links: Links,
    plan: Plan,
}

impl Patch {
    /// Changes its document and, one operation after the other, its members.
    pub(crate) fn run(self, tx: &mut Tx<'_>) -> Result<Loaded, ServiceError> {
        let Self { mut job, id, if_match, resource_type, links, plan } = self;
        job.begin(tx)?;
        let now_ms = tx.now_ms();
        let tenant = &mut tx.tenant(job.caller.tenant);
        let old = job.find(tenant, id)?;
        IfMatch::check(if_match.as_ref(), &old)?;
        let mut resource = Resource::from_stored(document(&old)?);
        let outcome = plan.apply(&resource_type, &mut resource)?;
        if job.kind == Kind::User {
            active::keep(&mut resource, &old);
        }
        let changed = outcome.changed && *resource.attributes() != document(&old)?;
        let mut findings = plan.findings().clone();
        findings.absorb(&outcome.findings);
        let mut row = if changed { tenant.update(job.kind, &old, &resource)? } else { old.clone() };
        let members = Changes {
            tenant: job.caller.tenant,
            changes: plan.member_changes(),
            links: &links,
            fresh: changed,
        };
        let delta = members.apply(tx, &mut row)?;
        check_unknown(&delta, &job.caller.settings)?;
        let tenant = &mut tx.tenant(job.caller.tenant);
        let action = change_in_words(job.kind, &job.noun, &old, &row, &delta);
        let status = if job.kind == Kind::Group { 204 } else { 200 };
        let entry = Entry::done(action, &row, status, &findings).about(&delta);
        job.finish(tenant, row, &entry, now_ms)
    }
}
