//! Bulk requests: many writes in one.

use super::access::Writer;
use super::body::read;
use super::error::ApiError;
use super::noting::Noting;
use super::routes::Handled;
use super::{State, answer};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Payload};
use scim_service::{Asked, MAX_BULK_BODY};

/// `POST /Bulk`
pub(super) async fn bulk(caller: Writer, request: HttpRequest, body: Payload, state: Data<State>) -> Handled {
    let noting = Noting::new(&state, &caller.0, Asked::Bulk);
    let body = noting.note(read(&request, body, MAX_BULK_BODY, &state).await)?;
    let bulk = state.service.bulk(caller.0);
    let stopping = |_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
    Ok(answer::text(web::block(move || bulk.run(&body)).await.map_err(stopping)??))
}
