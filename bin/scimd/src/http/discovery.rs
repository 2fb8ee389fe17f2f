//! What the server says of itself (RFC 7644 section 4).

use super::access::Reader;
use super::error::ApiError;
use super::noting::Noting;
use super::routes::Handled;
use super::{State, answer, query};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use scim_service::{Asked, list};
use serde_json::Value;

pub(super) async fn provider_config(caller: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    discover(&state, &caller, &request)?;
    Ok(answer::message(&state.service.service_provider_config()))
}

pub(super) async fn resource_types(caller: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    discover(&state, &caller, &request)?;
    Ok(answer::message(&list(state.service.resource_types())))
}

pub(super) async fn resource_type(
    caller: Reader,
    id: Path<String>,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    let noting = discover(&state, &caller, &request)?;
    noting.note(one_of(state.service.resource_types(), &id))
}

pub(super) async fn schemas(caller: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    discover(&state, &caller, &request)?;
    Ok(answer::message(&list(state.service.schemas())))
}

pub(super) async fn schema(
    caller: Reader,
    id: Path<String>,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    let noting = discover(&state, &caller, &request)?;
    noting.note(one_of(state.service.schemas(), &id))
}

fn one_of(all: Vec<Value>, id: &str) -> Handled {
    let named =
        |one: &Value| one.get("id").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(id));
    match all.into_iter().find(named) {
        Some(found) => Ok(answer::message(&found)),
        None => Err(ApiError::new(StatusCode::NOT_FOUND, "there is no such schema or resource type")),
    }
}

/// Begins a request that discovers. It answers everything or one thing: a filter is refused, other
/// parameters are ignored (RFC 7644 section 4).
fn discover<'a>(state: &'a State, caller: &'a Reader, request: &HttpRequest) -> Result<Noting<'a>, ApiError> {
    let noting = Noting::new(state, &caller.0, Asked::Other("Discover"));
    if query::has(request, "filter") {
        let refusal = ApiError::new(StatusCode::FORBIDDEN, "discovery endpoints take no filter");
        return Err(noting.refuse(refusal));
    }
    Ok(noting)
}
