//! The resources of a type: one sentence for each thing that can be done with one.

use super::access::{Reader, Writer};
use super::body::{MAX_BODY, MAX_GROUP_BODY, read};
use super::noting::Noting;
use super::routes::Handled;
use super::{State, answer, query};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::web::{Data, Path, Payload};
use scim_core::search::SearchRequest;
use scim_service::{Asked, IfMatch, Kind, lists_etag};

/// A collection of resources, as its handlers need to know it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Collection {
    /// What it holds.
    pub(super) kind: Kind,
    /// The largest body, in bytes.
    max_body: usize,
    /// Whether a PATCH answers with the resource, even if no attributes are asked for.
    patch_shows: bool,
}

impl Collection {
    /// The collection of a resource type. A PATCH of a group answers without a body, so that nobody
    /// reads ten thousand members.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Group => Self { kind, max_body: MAX_GROUP_BODY, patch_shows: false },
            Kind::User | Kind::Other(_) => Self { kind, max_body: MAX_BODY, patch_shows: true },
        }
    }
}

pub(super) async fn get(
    of: Collection,
    caller: Reader,
    id: Path<String>,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    let resources = state.service.resources(caller.0, of.kind);
    let noting = Noting::new(&state, resources.caller(), Asked::Read(of.kind, &id));
    let wanted = noting.note(query::read(&request))?;
    let projection = noting.note(resources.projection(&wanted))?;
    let found = resources.get(&id, &projection)?;
    let known: Vec<&str> =
        request.headers().get_all(IF_NONE_MATCH).filter_map(|value| value.to_str().ok()).collect();
    if lists_etag(&known.join(","), &found.etag) {
        return Ok(answer::not_modified(&found));
    }
    Ok(answer::resource(StatusCode::OK, found))
}

pub(super) async fn create(
    of: Collection,
    caller: Writer,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let resources = state.service.resources(caller.0, of.kind);
    let noting = Noting::new(&state, resources.caller(), Asked::Create(of.kind));
    let body = noting.note(read(&request, body, of.max_body, &state).await)?;
    let wanted = noting.note(query::read(&request))?;
    let projection = noting.note(resources.projection(&wanted))?;
    let created = resources.create(&body, &projection).await?;
    Ok(answer::resource(StatusCode::CREATED, created))
}

pub(super) async fn replace(
    of: Collection,
    caller: Writer,
    id: Path<String>,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let resources = state.service.resources(caller.0, of.kind);
    let noting = Noting::new(&state, resources.caller(), Asked::Replace(of.kind, &id));
    let body = noting.note(read(&request, body, of.max_body, &state).await)?;
    let wanted = noting.note(query::read(&request))?;
    let projection = noting.note(resources.projection(&wanted))?;
    let replaced = resources.replace(&id, &body, if_match(&request), &projection).await?;
    Ok(answer::resource(StatusCode::OK, replaced))
}

pub(super) async fn patch(
    of: Collection,
    caller: Writer,
    id: Path<String>,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let resources = state.service.resources(caller.0, of.kind);
    let noting = Noting::new(&state, resources.caller(), Asked::Update(of.kind, &id));
    let body = noting.note(read(&request, body, of.max_body, &state).await)?;
    let wanted = noting.note(query::read(&request))?;
    let shown = of.patch_shows || !wanted.attributes.is_empty();
    // Nothing that is not shown need be read.
    let id_alone = || SearchRequest { attributes: vec!["id".to_owned()], ..SearchRequest::default() };
    let projection = noting.note(resources.projection(&if shown { wanted } else { id_alone() }))?;
    let patched = resources.patch(&id, &body, if_match(&request), &projection).await?;
    Ok(if shown { answer::resource(StatusCode::OK, patched) } else { answer::no_content(&patched) })
}

pub(super) async fn delete(
    of: Collection,
    caller: Writer,
    id: Path<String>,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    state.service.resources(caller.0, of.kind).delete(&id, if_match(&request)).await?;
    Ok(answer::gone())
}

/// The entity tags of all `If-Match` lines; several lines are one list (RFC 9110 section 5.3).
fn if_match(request: &HttpRequest) -> Option<IfMatch> {
    let lines: Vec<&str> =
        request.headers().get_all(IF_MATCH).map(|value| value.to_str().unwrap_or("")).collect();
    (!lines.is_empty()).then(|| IfMatch::new(&lines.join(",")))
}
