//! Every request has an id: on its answer, in its log line, in the provisioning log.

use super::error::ApiError;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use std::time::Instant;
use uuid::Uuid;

/// The id of a request, made by this server.
#[derive(Clone)]
struct RequestId(String);

/// The id of the request at hand.
pub(crate) fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// Gives a request its id, and writes one line when it is answered.
///
/// The line holds the route and not the path, and never a query: paths hold ids, queries hold names.
pub(crate) async fn log_requests<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let started = Instant::now();
    let id = Uuid::now_v7().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let mut response = next.call(request).await?;
    if log::log_enabled!(log::Level::Info) {
        let route = response.request().match_pattern().unwrap_or_else(|| "(none)".to_owned());
        let status = response.status().as_u16();
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        log::info!(request_id = id.as_str(), method = method.as_str(), route = route.as_str(), status, micros; "{method} {route} {status}");
    }
    let failure = response.response().error().and_then(|error| error.as_error::<ApiError>());
    if let Some(reason) = failure.and_then(ApiError::inner) {
        log::error!(request_id = id.as_str(); "request {id} failed: {reason}");
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
