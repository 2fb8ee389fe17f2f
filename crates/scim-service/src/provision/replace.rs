//! PUT: replace a resource (RFC 7644 section 3.5.1).

use super::action::{Entry, change_in_words};
use super::create::Whole;
use super::membership::{Named, check_unknown};
use super::{About, Answer, IfMatch, Job, Provisioning, active, whole_body};
use crate::error::ServiceError;
use crate::render::document;
use scim_core::Projection;
use scim_core::schema::ResourceType;
use scim_store_diesel::{Kind, Loaded, MemberDelta, MemberWrite, Relations, ResourceId, Tx};
use serde_json::{Map, Value};
use std::sync::Arc;

impl Provisioning<'_> {
    /// Replaces a resource. Attributes that the body leaves out are cleared, the members of a group
    /// as well; an `id` in the body is ignored, the URI decides. A body that changes nothing makes no
    /// new version.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Taken`], [`ServiceError::Stale`], or what is wrong
    /// with the body; the resource stays as it was.
    pub async fn replace(
        &self,
        id: &str,
        body: &[u8],
        if_match: Option<IfMatch>,
        projection: &Projection,
    ) -> Result<Answer, ServiceError> {
        let result = self.try_replace(id, body, if_match, projection).await;
        self.noted("Update", &About::Resource(id), result)
    }

    async fn try_replace(
        &self,
        id: &str,
        body: &[u8],
        if_match: Option<IfMatch>,
        projection: &Projection,
    ) -> Result<Answer, ServiceError> {
        let id = self.id(id)?;
        let work = self.plan_replace(id, whole_body(body)?, if_match, self.relations(projection))?;
        let loaded = self.service.store().write(move |tx| work.run(tx)).await?;
        self.answer(&loaded, projection)
    }

    /// Plans to replace a resource by what a body describes.
    pub(crate) fn plan_replace(
        &self,
        id: ResourceId,
        body: Map<String, Value>,
        if_match: Option<IfMatch>,
        wanted: Relations,
    ) -> Result<Replace, ServiceError> {
        let whole = self.read_whole(body)?;
        let resource_type = self.service.shared_type(self.kind);
        Ok(Replace { job: Job::of(self, wanted), id, if_match, resource_type, whole })
    }
}

/// A resource that is to be replaced.
pub(crate) struct Replace {
    job: Job,
    id: ResourceId,
    if_match: Option<IfMatch>,
    resource_type: Arc<ResourceType>,
    whole: Whole,
}

impl Replace {
    /// Replaces it, and the members of a group.
    pub(crate) fn run(self, tx: &mut Tx<'_>) -> Result<Loaded, ServiceError> {
        let Self { mut job, id, if_match, resource_type, whole } = self;
        let Whole { mut resource, members, findings } = whole;
        job.begin(tx)?;
        let now_ms = tx.now_ms();
        let tenant = &mut tx.tenant(job.caller.tenant);
        let old = job.find(tenant, id)?;
        IfMatch::check(if_match.as_ref(), &old)?;
        let before = document(&old)?;
        resource_type.keep_immutable(&before, resource.attributes_mut()).map_err(ServiceError::Immutable)?;
        resource.seal(&resource_type);
        if job.kind == Kind::User {
            // Left out it is true; sent without a value it stays.
            if findings.unassigned.contains("active") {
                active::keep(&mut resource, &old);
            }
            active::default(&mut resource);
        }
        let changed = before != *resource.attributes();
        let mut row = if changed { tenant.update(job.kind, &old, &resource)? } else { old.clone() };
        let write = MemberWrite::Replace(members);
        let delta = match job.kind {
            Kind::Group => tenant.change_members(&mut row, std::slice::from_ref(&write), changed)?,
            Kind::User | Kind::Other(_) => MemberDelta::default(),
        };
        let mut named = Named::default();
        named.note(&write, &delta);
        named.check()?;
        check_unknown(&delta, &job.caller.settings)?;
        let action = change_in_words(job.kind, &job.noun, &old, &row, &delta);
        let entry = Entry::done(action, &row, 200, &findings).about(&delta);
        job.finish(tenant, row, &entry, now_ms)
    }
}
