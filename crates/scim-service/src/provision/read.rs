//! GET: one resource, or a list (RFC 7644 section 3.4).

use super::{About, Answer, Provisioning};
use crate::discovery::{MAX_PAGE, list_response};
use crate::error::ServiceError;
use crate::render::render;
use scim_core::filter::Filter;
use scim_core::{Predicate, Projection};
use scim_store_diesel::{Listing, StoreError};
use serde_json::{Map, Value};

/// The number of resources on a page when the client does not say.
const DEFAULT_PAGE: i64 = 100;

/// The parameters of a list, as texts of a query string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListParameters {
    /// A filter.
    pub filter: Option<String>,
    /// The number of the first match to show, from 1.
    pub start_index: Option<String>,
    /// The most matches to show.
    pub count: Option<String>,
}

impl Provisioning<'_> {
    /// Which attributes an answer shows.
    ///
    /// # Errors
    /// When the two parameters contradict each other.
    pub fn projection(
        &self,
        attributes: Option<&str>,
        excluded: Option<&str>,
    ) -> Result<Projection, ServiceError> {
        Ok(Projection::parse(attributes, excluded, self.resource_type())?)
    }

    /// One resource.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn get(&self, id: &str, projection: &Projection) -> Result<Answer, ServiceError> {
        let found = self.service.store().tenant(self.caller.tenant).find(
            self.kind,
            self.id(id)?,
            self.relations(projection),
        );
        match found {
            Ok(loaded) => self.answer(&loaded, projection),
            Err(StoreError::NotFound) => Err(ServiceError::not_found(self.kind, id)),
            Err(other) => Err(other.into()),
        }
    }

    /// A page of the resources that match, in the order in which they were created.
    ///
    /// A start below 1 means 1, a negative count 0 (RFC 7644 section 3.4.2.4); at most 1,000 are shown.
    ///
    /// # Errors
    /// When a parameter cannot be understood.
    pub fn list(
        &self,
        parameters: &ListParameters,
        projection: &Projection,
    ) -> Result<Map<String, Value>, ServiceError> {
        let result = self.try_list(parameters, projection);
        self.noted("List", About::Nothing, result)
    }

    fn try_list(
        &self,
        parameters: &ListParameters,
        projection: &Projection,
    ) -> Result<Map<String, Value>, ServiceError> {
        let start_index = number("startIndex", parameters.start_index.as_deref())?.unwrap_or(1).max(1);
        let count = number("count", parameters.count.as_deref())?.unwrap_or(DEFAULT_PAGE).clamp(0, MAX_PAGE);
        let predicate = match parameters.filter.as_deref() {
            Some(text) => Some(text.parse::<Filter>()?.resolve(self.resource_type())?),
            None => None,
        };
        let listing = Listing {
            predicate: predicate.as_ref(),
            offset: start_index - 1,
            limit: count,
            relations: self.relations(projection),
        };
        let links = self.service.links();
        let page =
            self.service.store().tenant(self.caller.tenant).list(self.kind, listing, &mut |candidate| {
                let attributes =
                    render(self.kind, candidate, links).map_err(|e| StoreError::Damaged(e.to_string()))?;
                Ok(predicate.as_ref().is_none_or(|p: &Predicate| p.matches(&attributes)))
            })?;
        let resources = page
            .resources
            .iter()
            .map(|loaded| Ok(Value::Object(self.answer(loaded, projection)?.attributes)))
            .collect::<Result<Vec<_>, ServiceError>>()?;
        Ok(list_response(page.total, start_index, resources))
    }
}

/// Reads a whole number; one too large for the type is as good as its greatest value.
fn number(name: &'static str, text: Option<&str>) -> Result<Option<i64>, ServiceError> {
    let Some(text) = text else { return Ok(None) };
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ServiceError::Parameter { name, why: "takes a whole number" });
    }
    let saturated = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Ok(Some(text.parse().unwrap_or(saturated)))
}
