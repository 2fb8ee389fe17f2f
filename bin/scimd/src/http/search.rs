//! Lists and searches, of one resource type or of all.

use super::access::Reader;
use super::body::{MAX_BODY, read};
use super::collection::Collection;
use super::error::ApiError;
use super::noting::Noting;
use super::routes::Handled;
use super::{State, answer, query};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Payload};
use scim_core::search::SearchRequest;
use scim_service::{Asked, Caller, Kind, search_message};

/// `GET /Users`
pub(super) async fn one_type(
    of: Collection,
    caller: Reader,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    let asked = Noting::new(&state, &caller.0, Asked::List(of.kind)).note(query::read(&request))?;
    run(&state, caller.0, Some(of.kind), asked).await
}

/// `POST /Users/.search`
pub(super) async fn one_type_by_post(
    of: Collection,
    caller: Reader,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let noting = Noting::new(&state, &caller.0, Asked::List(of.kind));
    let body = noting.note(read(&request, body, MAX_BODY, &state).await)?;
    let asked = noting.note(search_message(&body))?;
    run(&state, caller.0, Some(of.kind), asked).await
}

/// `GET /`
pub(super) async fn all(caller: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    let asked = Noting::new(&state, &caller.0, Asked::Search).note(query::read(&request))?;
    run(&state, caller.0, None, asked).await
}

/// `POST /.search`
pub(super) async fn all_by_post(
    caller: Reader,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let noting = Noting::new(&state, &caller.0, Asked::Search);
    let body = noting.note(read(&request, body, MAX_BODY, &state).await)?;
    let asked = noting.note(search_message(&body))?;
    run(&state, caller.0, None, asked).await
}

/// Runs a search: here, if it is as quick as a read by a key, and where it may wait otherwise.
async fn run(state: &State, caller: Caller, kind: Option<Kind>, request: SearchRequest) -> Handled {
    let search = match kind {
        Some(kind) => state.service.search(caller, kind, &request)?,
        None => state.service.search_all(caller, &request)?,
    };
    if search.is_quick() {
        return Ok(answer::text(search.run()?));
    }
    let stopping = |_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
    Ok(answer::text(web::block(move || search.run()).await.map_err(stopping)??))
}
