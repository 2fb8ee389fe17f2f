//! HTTP: two listeners over one service.

mod access;
mod answer;
mod body;
mod bulk;
mod collection;
mod discovery;
mod error;
mod gateway;
mod internal;
mod query;
mod request_id;
mod routes;
mod search;

pub(crate) use internal::{healthz, internal_routes};
pub(crate) use request_id::log_requests;
pub(crate) use routes::scim_routes;

use scim_service::Service;
use std::sync::Arc;
use std::time::Duration;

/// What every handler can reach.
pub(crate) struct State {
    /// The use cases.
    pub(crate) service: Arc<Service>,
    /// The time in which a body must have arrived.
    pub(crate) body_timeout: Duration,
}
