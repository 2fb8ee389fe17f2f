//! Who calls: no SCIM handler can run without knowing.

use super::State;
use super::error::ApiError;
use super::request_id::request_id;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use scim_service::{Caller, Refusal};
use std::future::{Ready, ready};
use std::time::Instant;

/// A caller who may read.
pub(crate) struct Reader(pub(crate) Caller);

/// A caller who may change things.
pub(crate) struct Writer(pub(crate) Caller);

impl FromRequest for Reader {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(authenticate(request, |_, _| ()).map(Self))
    }
}

impl FromRequest for Writer {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let started = Instant::now();
        let count = |state: &State, refusal: &Refusal| state.service.count_refused_change(refusal);
        ready(authenticate(request, count).and_then(|caller| {
            if caller.may_write() {
                return Ok(Self(caller));
            }
            let refusal = state(request)?.service.refuse_change(&caller, started);
            Err(refuse(request, &refusal))
        }))
    }
}

/// The caller. Of a refusal, `refused` is told too.
fn authenticate(request: &HttpRequest, refused: impl FnOnce(&State, &Refusal)) -> Result<Caller, ApiError> {
    let state = state(request)?;
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let one = match (headers.next(), headers.next()) {
        (None, _) => None,
        // A header that is no text, or two of them, is nothing that could be right.
        (Some(value), None) => Some(value.to_str().unwrap_or("")),
        (Some(_), Some(_)) => Some(""),
    };
    state.service.authenticate(one, &request_id(request)).map_err(|refusal| {
        refused(state, &refusal);
        refuse(request, &refusal)
    })
}

fn state(request: &HttpRequest) -> Result<&Data<State>, ApiError> {
    let missing = || ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error");
    request.app_data::<Data<State>>().ok_or_else(missing)
}

/// The log says which accessor and why; the answer does not.
fn refuse(request: &HttpRequest, refusal: &Refusal) -> ApiError {
    let id = request_id(request);
    let accessor = refusal.accessor().unwrap_or("none");
    log::warn!(request_id = id.as_str(), accessor; "refused: {refusal} (accessor {accessor}, request {id})");
    refusal.into()
}
