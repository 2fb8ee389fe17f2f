//! The SCIM endpoint: a table of routes and a sentence for each.

use super::access::{Reader, Writer};
use super::body::{MAX_BODY, MAX_GROUP_BODY, read};
use super::error::ApiError;
use super::query::Parameters;
use super::{State, answer};
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, Route};
use scim_core::Projection;
use scim_service::{Caller, IfMatch, Provisioning, Service, list, lists_etag};
use serde_json::Value;

type Handled = Result<HttpResponse, ApiError>;

/// One method of one endpoint.
struct Endpoint {
    path: &'static str,
    method: Method,
    route: fn() -> Route,
}

/// Every route below `/scim/v2`. What is not here is answered 404, after the caller is known.
const ENDPOINTS: &[Endpoint] = &[
    Endpoint { path: "/Users", method: Method::GET, route: || web::get().to(list_all::<Users>) },
    Endpoint { path: "/Users", method: Method::HEAD, route: || web::head().to(list_all::<Users>) },
    Endpoint { path: "/Users", method: Method::POST, route: || web::post().to(create::<Users>) },
    Endpoint { path: "/Users/.search", method: Method::POST, route: || web::route().to(not_supported) },
    Endpoint { path: "/Users/{id}", method: Method::GET, route: || web::get().to(get::<Users>) },
    Endpoint { path: "/Users/{id}", method: Method::HEAD, route: || web::head().to(get::<Users>) },
    Endpoint { path: "/Users/{id}", method: Method::PUT, route: || web::put().to(replace::<Users>) },
    Endpoint { path: "/Users/{id}", method: Method::PATCH, route: || web::patch().to(patch::<Users>) },
    Endpoint { path: "/Users/{id}", method: Method::DELETE, route: || web::delete().to(delete::<Users>) },
    Endpoint { path: "/Groups", method: Method::GET, route: || web::get().to(list_all::<Groups>) },
    Endpoint { path: "/Groups", method: Method::HEAD, route: || web::head().to(list_all::<Groups>) },
    Endpoint { path: "/Groups", method: Method::POST, route: || web::post().to(create::<Groups>) },
    Endpoint { path: "/Groups/.search", method: Method::POST, route: || web::route().to(not_supported) },
    Endpoint { path: "/Groups/{id}", method: Method::GET, route: || web::get().to(get::<Groups>) },
    Endpoint { path: "/Groups/{id}", method: Method::HEAD, route: || web::head().to(get::<Groups>) },
    Endpoint { path: "/Groups/{id}", method: Method::PUT, route: || web::put().to(replace::<Groups>) },
    Endpoint { path: "/Groups/{id}", method: Method::PATCH, route: || web::patch().to(patch::<Groups>) },
    Endpoint { path: "/Groups/{id}", method: Method::DELETE, route: || web::delete().to(delete::<Groups>) },
    Endpoint {
        path: "/ServiceProviderConfig",
        method: Method::GET,
        route: || web::get().to(provider_config),
    },
    Endpoint {
        path: "/ServiceProviderConfig",
        method: Method::HEAD,
        route: || web::head().to(provider_config),
    },
    Endpoint { path: "/ResourceTypes", method: Method::GET, route: || web::get().to(resource_types) },
    Endpoint { path: "/ResourceTypes", method: Method::HEAD, route: || web::head().to(resource_types) },
    Endpoint { path: "/ResourceTypes/{id}", method: Method::GET, route: || web::get().to(resource_type) },
    Endpoint { path: "/ResourceTypes/{id}", method: Method::HEAD, route: || web::head().to(resource_type) },
    Endpoint { path: "/Schemas", method: Method::GET, route: || web::get().to(schemas) },
    Endpoint { path: "/Schemas", method: Method::HEAD, route: || web::head().to(schemas) },
    Endpoint { path: "/Schemas/{id}", method: Method::GET, route: || web::get().to(schema) },
    Endpoint { path: "/Schemas/{id}", method: Method::HEAD, route: || web::head().to(schema) },
    Endpoint { path: "/.search", method: Method::POST, route: || web::route().to(not_supported) },
    Endpoint { path: "/Me", method: Method::GET, route: || web::route().to(not_supported) },
    Endpoint { path: "/Bulk", method: Method::POST, route: || web::route().to(not_supported) },
];

/// Mounts the SCIM endpoint.
pub(crate) fn scim_routes(config: &mut ServiceConfig) {
    let mut paths: Vec<&'static str> = ENDPOINTS.iter().map(|e| e.path).collect();
    paths.dedup();
    let mut scope = web::scope("/scim/v2");
    for path in paths {
        scope = scope.service(resource(path));
    }
    config.service(scope.default_service(web::route().to(no_such_endpoint)));
    config.default_service(web::route().to(not_scim));
}

/// One endpoint with all its methods. A slash at its end makes no difference.
fn resource(path: &'static str) -> Resource {
    let endpoints = || ENDPOINTS.iter().filter(|e| e.path == path);
    let allow = endpoints().map(|e| e.method.as_str()).collect::<Vec<_>>().join(", ");
    let mut resource = web::resource([path.to_owned(), format!("{path}/")]);
    for endpoint in endpoints() {
        resource = resource.route((endpoint.route)());
    }
    resource.default_service(web::route().to(move |_: Reader| {
        let allow = allow.clone();
        async move { Err::<HttpResponse, _>(ApiError::method_not_allowed(allow)) }
    }))
}

/// A collection of resources, as the handlers below need to know it.
trait Collection: 'static {
    /// The largest body, in bytes.
    const MAX_BODY: usize;
    /// Whether a PATCH answers with the resource, even if no attributes are asked for.
    const PATCH_SHOWS: bool;

    /// What a caller may do with it.
    fn of(service: &Service, caller: Caller) -> Provisioning<'_>;
}

/// The users.
enum Users {}

impl Collection for Users {
    const MAX_BODY: usize = MAX_BODY;
    const PATCH_SHOWS: bool = true;

    fn of(service: &Service, caller: Caller) -> Provisioning<'_> {
        service.users(caller)
    }
}

/// The groups. A PATCH answers without a body, so that nobody reads ten thousand members.
enum Groups {}

impl Collection for Groups {
    const MAX_BODY: usize = MAX_GROUP_BODY;
    const PATCH_SHOWS: bool = false;

    fn of(service: &Service, caller: Caller) -> Provisioning<'_> {
        service.groups(caller)
    }
}

/// Which attributes an answer shows.
fn projection(resources: &Provisioning<'_>, wanted: &Parameters) -> Result<Projection, ApiError> {
    Ok(resources.projection(wanted.attributes.as_deref(), wanted.excluded_attributes.as_deref())?)
}

async fn list_all<C: Collection>(caller: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    let wanted = Parameters::of(&request)?;
    let page = web::block(move || {
        let resources = C::of(&state.service, caller.0);
        let projection = projection(&resources, &wanted)?;
        Ok::<_, ApiError>(resources.list(&wanted.list, &projection)?)
    });
    let page =
        page.await.map_err(|_| ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping"))?;
    Ok(answer::message(&page?))
}

async fn get<C: Collection>(
    caller: Reader,
    id: Path<String>,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    let resources = C::of(&state.service, caller.0);
    let projection = projection(&resources, &Parameters::of(&request)?)?;
    let found = resources.get(&id, &projection)?;
    let known = request.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|tags| lists_etag(tags, &found.etag)) {
        return Ok(answer::not_modified(&found));
    }
    Ok(answer::resource(StatusCode::OK, &found))
}

async fn create<C: Collection>(
    caller: Writer,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let resources = C::of(&state.service, caller.0);
    let body = read(&request, body, C::MAX_BODY, &state).await?;
    let projection = projection(&resources, &Parameters::of(&request)?)?;
    let created = resources.create(&body, &projection).await?;
    Ok(answer::resource(StatusCode::CREATED, &created))
}

async fn replace<C: Collection>(
    caller: Writer,
    id: Path<String>,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let resources = C::of(&state.service, caller.0);
    let body = read(&request, body, C::MAX_BODY, &state).await?;
    let projection = projection(&resources, &Parameters::of(&request)?)?;
    let replaced = resources.replace(&id, &body, if_match(&request), &projection).await?;
    Ok(answer::resource(StatusCode::OK, &replaced))
}

async fn patch<C: Collection>(
    caller: Writer,
    id: Path<String>,
    request: HttpRequest,
    body: Payload,
    state: Data<State>,
) -> Handled {
    let resources = C::of(&state.service, caller.0);
    let body = read(&request, body, C::MAX_BODY, &state).await?;
    let wanted = Parameters::of(&request)?;
    let shown = C::PATCH_SHOWS || wanted.attributes.is_some();
    let projection =
        if shown { projection(&resources, &wanted)? } else { resources.projection(Some("id"), None)? };
    let patched = resources.patch(&id, &body, if_match(&request), &projection).await?;
    Ok(if shown { answer::resource(StatusCode::OK, &patched) } else { answer::no_content(&patched) })
}

async fn delete<C: Collection>(
    caller: Writer,
    id: Path<String>,
    request: HttpRequest,
    state: Data<State>,
) -> Handled {
    C::of(&state.service, caller.0).delete(&id, if_match(&request)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The entity tags of all `If-Match` lines; several lines are one list (RFC 9110 section 5.3).
fn if_match(request: &HttpRequest) -> Option<IfMatch> {
    let lines: Vec<&str> =
        request.headers().get_all(IF_MATCH).map(|value| value.to_str().unwrap_or("")).collect();
    (!lines.is_empty()).then(|| IfMatch::new(&lines.join(",")))
}

async fn provider_config(_: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    refuse_filter(&request)?;
    Ok(answer::message(&state.service.service_provider_config()))
}

async fn resource_types(_: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    refuse_filter(&request)?;
    Ok(answer::message(&list(state.service.resource_types())))
}

async fn resource_type(_: Reader, id: Path<String>, state: Data<State>) -> Handled {
    one_of(state.service.resource_types(), &id)
}

async fn schemas(_: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    refuse_filter(&request)?;
    Ok(answer::message(&list(state.service.schemas())))
}

async fn schema(_: Reader, id: Path<String>, state: Data<State>) -> Handled {
    one_of(state.service.schemas(), &id)
}

fn one_of(all: Vec<Value>, id: &str) -> Handled {
    let named =
        |one: &Value| one.get("id").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(id));
    match all.into_iter().find(named) {
        Some(found) => Ok(answer::message(&found)),
        None => Err(ApiError::new(StatusCode::NOT_FOUND, "there is no such schema or resource type")),
    }
}

/// Discovery answers everything or one thing; a filter is refused (RFC 7644 section 4).
fn refuse_filter(request: &HttpRequest) -> Result<(), ApiError> {
    match Parameters::of(request)?.list.filter {
        Some(_) => Err(ApiError::new(StatusCode::FORBIDDEN, "discovery endpoints take no filter")),
        None => Ok(()),
    }
}

async fn not_supported(_: Reader) -> Handled {
    Err(ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "this endpoint is not supported; see ServiceProviderConfig",
    ))
}

/// The commonest cause is a Tenant URL that ends with a slash, so the answer names it.
async fn no_such_endpoint(caller: Reader, request: HttpRequest, state: Data<State>) -> Handled {
    let detail = wrong_path(&request);
    state.service.note_wrong_path(&caller.0, detail);
    Err(ApiError::new(StatusCode::NOT_FOUND, detail))
}

/// Everything outside the endpoint. Nothing is there, so nobody needs to say who asks.
async fn not_scim(request: HttpRequest) -> Handled {
    Err(ApiError::new(StatusCode::NOT_FOUND, wrong_path(&request)))
}

fn wrong_path(request: &HttpRequest) -> &'static str {
    if request.path().contains("//") {
        "there is no such endpoint: the path holds `//`; remove the slash at the end of the Tenant URL"
    } else if request.path().starts_with("/scim/v2/") {
        "there is no such endpoint; there are /Users, /Groups, /Schemas, /ResourceTypes and /ServiceProviderConfig, \
         in this spelling"
    } else {
        "SCIM is served below /scim/v2; that is the end of the Tenant URL"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{App, test};
    use scim_service::{ServiceConfig as Config, StoreConfig};
    use std::sync::Arc;
    use std::time::Duration;

    #[actix_web::test]
    async fn no_route_answers_without_a_token() {
        let directory = tempfile::tempdir().unwrap();
        let config =
            Config { store: StoreConfig::new(directory.path()), base_url: "http://h/scim/v2".to_owned() };
        let service = Arc::new(Service::open(&config).unwrap());
        let state = Data::new(State { service, body_timeout: Duration::from_secs(1) });
        let app = test::init_service(App::new().app_data(state).configure(scim_routes)).await;
        let others = ["/nothing", "//Users", "/%55sers", "/Users/x/y"].map(|path| (path, Method::GET));
        let listed = ENDPOINTS.iter().map(|e| (e.path, e.method.clone()));
        for (path, method) in listed.chain(others).chain([("/Users", Method::TRACE)]) {
            let uri = format!("/scim/v2{}", path.replace("{id}", "0199a5b2-6c1e-7d3f-8a4b-5c6d7e8f9a0b"));
            let request = test::TestRequest::with_uri(&uri).method(method.clone()).to_request();
            let status = match test::try_call_service(&app, request).await {
                Ok(response) => response.status(),
                Err(error) => error.as_response_error().status_code(),
            };
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {uri}");
        }
    }
}
