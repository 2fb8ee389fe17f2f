//! GET: one resource (RFC 7644 section 3.4.1).

use super::{Answer, Provisioning};
use crate::error::ServiceError;
use scim_core::Projection;
use scim_core::search::SearchRequest;
use scim_store_diesel::StoreError;

impl Provisioning<'_> {
    /// Which attributes an answer shows.
    ///
    /// # Errors
    /// When `attributes` and `excludedAttributes` contradict each other.
    pub fn projection(&self, request: &SearchRequest) -> Result<Projection, ServiceError> {
        let (attributes, excluded) = (&request.attributes, &request.excluded_attributes);
        Ok(Projection::parse_lists(attributes, excluded, self.resource_type())?)
    }

    /// One resource.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn get(&self, id: &str, projection: &Projection) -> Result<Answer, ServiceError> {
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
