//! GET: one resource (RFC 7644 section 3.4.1).

use super::{About, Answer, Entry, Provisioning};
use crate::caller::Caller;
use crate::error::ServiceError;
use scim_core::Projection;
use scim_core::search::SearchRequest;
use scim_store_diesel::StoreError;

impl Provisioning<'_> {
    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Which attributes an answer shows.
    ///
    /// # Errors
    /// When `attributes` and `excludedAttributes` contradict each other.
    pub fn projection(&self, request: &SearchRequest) -> Result<Projection, ServiceError> {
        let (attributes, excluded) = (&request.attributes, &request.excluded_attributes);
        Ok(Projection::parse_lists(attributes, excluded, self.resource_type())?)
    }

    /// One resource. It is counted and not logged, unless there is none.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn get(&self, id: &str, projection: &Projection) -> Result<Answer, ServiceError> {
        let result = self.try_get(id, projection);
        let (recorder, now_ms) = (self.service.recorder(), self.service.now_ms());
        match &result {
            Ok(_) => recorder.read(&self.caller, now_ms, true),
            Err(ServiceError::NotFound { .. }) => {
                recorder.not_found(
                    self.service.store(),
                    &self.caller,
                    now_ms,
                    ("read", self.kind, id),
                    || {
                        let action = format!("Read {}", self.service.noun(self.kind));
                        let entry = Entry::not_found(action, id.parse().ok(), None, 404);
                        entry.line(&self.caller, self.started, now_ms)
                    },
                );
            }
            Err(error) => self.note("Read", &About::Resource(id), error),
        }
        result
    }

    fn try_get(&self, id: &str, projection: &Projection) -> Result<Answer, ServiceError> {
        let id_of = self.id(id)?;
        let mut wanted = self.relations(projection);
        let groups =
            if wanted.groups { self.service.groups_in_force(self.caller.tenant, id_of) } else { None };
        wanted.groups &= groups.is_none();
        match self.service.store().tenant(self.caller.tenant).find(self.kind, id_of, wanted) {
            Ok(mut loaded) => {
                loaded.groups = groups.or(loaded.groups);
                self.answer(&loaded, projection)
            }
            Err(StoreError::NotFound) => Err(self.not_found(id)),
            Err(other) => Err(other.into()),
        }
    }
}
