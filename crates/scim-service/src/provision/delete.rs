//! DELETE: remove a resource (RFC 7644 section 3.6).

use super::action::Entry;
use super::{About, IfMatch, Job, Provisioning};
use crate::error::ServiceError;
use scim_core::fault::Findings;
use scim_store_diesel::{Relations, ResourceId, Tx};

impl Provisioning<'_> {
    /// Deletes a resource and its memberships. Its unique name is free again at once, the keys of a
    /// user are dead, and a tombstone stays for the timeline.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] and [`ServiceError::Stale`].
    pub async fn delete(&self, id: &str, if_match: Option<IfMatch>) -> Result<(), ServiceError> {
        let result = self.try_delete(id, if_match).await;
        self.noted("Delete", &About::Resource(id), result)
    }

    async fn try_delete(&self, id: &str, if_match: Option<IfMatch>) -> Result<(), ServiceError> {
        let work = self.plan_delete(self.id(id)?, if_match);
        self.service.store().write(move |tx| work.run(tx)).await
    }

    /// Plans to delete a resource.
    pub(crate) fn plan_delete(&self, id: ResourceId, if_match: Option<IfMatch>) -> Delete {
        Delete { job: Job::of(self, Relations::default()), id, if_match }
    }
}

/// A resource that is to be deleted.
pub(crate) struct Delete {
    job: Job,
    id: ResourceId,
    if_match: Option<IfMatch>,
}

impl Delete {
    /// Deletes it.
    pub(crate) fn run(self, tx: &mut Tx<'_>) -> Result<(), ServiceError> {
        let Self { mut job, id, if_match } = self;
        job.begin(tx)?;
        let now_ms = tx.now_ms();
        let tenant = &mut tx.tenant(job.caller.tenant);
        IfMatch::check(if_match.as_ref(), &job.find(tenant, id)?)?;
        let old = tenant.delete(job.kind, id)?;
        let action = format!("Delete {}", job.noun.to_ascii_lowercase());
        let entry = Entry::done(action, &old, 204, &Findings::default());
        tenant.log(&entry.line(&job.caller, job.started, now_ms))?;
        Ok(())
    }
}
