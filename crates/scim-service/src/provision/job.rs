//! A write, once it is planned: what is done inside the writer's transaction.

use super::action::Entry;
use super::{Create, Delete, Patch, Provisioning, Replace};
use crate::caller::{Caller, still_admitted};
use crate::error::ServiceError;
use crate::recorder::Recorder;
use scim_store_diesel::{Kind, Loaded, Relations, ResourceId, StoreError, StoredResource, TenantTx, Tx};
use std::sync::Arc;
use std::time::Instant;

/// A planned write, checked as far as it can be without the database.
pub(crate) enum Work {
    Create(Create),
    Replace(Replace),
    Patch(Patch),
    Delete(Delete),
}

impl Work {
    /// Does it. `None` when nothing is left to show.
    pub(crate) fn run(self, tx: &mut Tx<'_>) -> Result<Option<Loaded>, ServiceError> {
        match self {
            Self::Create(work) => work.run(tx).map(Some),
            Self::Replace(work) => work.run(tx).map(Some),
            Self::Patch(work) => work.run(tx).map(Some),
            Self::Delete(work) => work.run(tx).map(|()| None),
        }
    }
}

/// What a write needs inside the writer's transaction, where nothing is borrowed from the request.
pub(super) struct Job {
    pub(super) caller: Caller,
    pub(super) kind: Kind,
    /// The name of the resource type.
    pub(super) noun: String,
    pub(super) started: Instant,
    wanted: Relations,
    recorder: Arc<Recorder>,
}

impl Job {
    pub(super) fn of(provisioning: &Provisioning<'_>, wanted: Relations) -> Self {
        Self {
            caller: provisioning.caller.clone(),
            kind: provisioning.kind,
            noun: provisioning.resource_type().name.clone(),
            started: provisioning.started,
            wanted,
            recorder: Arc::clone(provisioning.service.recorder()),
        }
    }

    /// Says on whose behalf the transaction works, if they still may, and takes the settings of the moment.
    pub(super) fn begin(&mut self, tx: &mut Tx<'_>) -> Result<(), ServiceError> {
        self.caller = still_admitted(&self.caller, tx)?;
        tx.on_behalf_of(Some(self.caller.accessor.clone()), Some(self.caller.request_id.clone()));
        Ok(())
    }

    /// The resource, or the error that names the id that was asked for.
    pub(super) fn find(
        &self,
        tenant: &mut TenantTx<'_, '_>,
        id: ResourceId,
    ) -> Result<StoredResource, ServiceError> {
        match tenant.find(self.kind, id) {
            Err(StoreError::NotFound) => {
                Err(ServiceError::NotFound { kind: self.noun.clone(), id: id.to_string() })
            }
            other => Ok(other?),
        }
    }

    /// Logs a success and loads what the answer shows.
    pub(super) fn finish(
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
