//! The SCIM endpoint: every route below `/scim/v2`, in one table.

use super::access::Reader;
use super::collection::{self, Collection};
use super::error::ApiError;
use super::noting::Noting;
use super::{State, bulk, discovery, search};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, Route};
use scim_service::{Asked, Service};

pub(super) type Handled = Result<HttpResponse, ApiError>;

/// One method of one endpoint.
struct Endpoint {
    path: String,
    method: Method,
    route: Route,
}

impl Endpoint {
    fn new(path: impl Into<String>, method: Method, route: Route) -> Self {
        Self { path: path.into(), method, route }
    }

    /// A GET, and the HEAD that is the same without a body.
    fn read(path: &str, route: impl Fn(Route) -> Route) -> [Self; 2] {
        [Self::new(path, Method::GET, route(web::get())), Self::new(path, Method::HEAD, route(web::head()))]
    }
}

/// Every route. What is not here is answered 404, after the caller is known.
fn endpoints(service: &Service) -> Vec<Endpoint> {
    let mut all = Vec::new();
    for stored in service.stored_types() {
        all.extend(of_collection(&stored.resource_type.endpoint, Collection::of(stored.kind)));
    }
    all.extend(Endpoint::read("/ServiceProviderConfig", |r| r.to(discovery::provider_config)));
    all.extend(Endpoint::read("/ResourceTypes", |r| r.to(discovery::resource_types)));
    all.extend(Endpoint::read("/ResourceTypes/{id}", |r| r.to(discovery::resource_type)));
    all.extend(Endpoint::read("/Schemas", |r| r.to(discovery::schemas)));
    all.extend(Endpoint::read("/Schemas/{id}", |r| r.to(discovery::schema)));
    all.extend(Endpoint::read("", |r| r.to(search::all)));
    all.push(Endpoint::new("/.search", Method::POST, web::post().to(search::all_by_post)));
    all.push(Endpoint::new("/Me", Method::GET, web::route().to(not_supported)));
    all.push(Endpoint::new("/Bulk", Method::POST, web::post().to(bulk::bulk)));
    all
}

/// The routes of one resource type.
fn of_collection(path: &str, of: Collection) -> Vec<Endpoint> {
    let one = format!("{path}/{{id}}");
    let search = format!("{path}/.search");
    let mut all = Vec::new();
    all.extend(Endpoint::read(path, |route| {
        route.to(move |caller: Reader, request: HttpRequest, state: Data<State>| {
            search::one_type(of, caller, request, state)
        })
    }));
    let create = web::post().to(move |caller, request: HttpRequest, body: Payload, state: Data<State>| {
        collection::create(of, caller, request, body, state)
    });
    all.push(Endpoint::new(path, Method::POST, create));
    let by_post = web::post().to(move |caller, request: HttpRequest, body: Payload, state: Data<State>| {
        search::one_type_by_post(of, caller, request, body, state)
    });
    all.push(Endpoint::new(search, Method::POST, by_post));
    all.extend(Endpoint::read(&one, |route| {
        route.to(move |caller, id, request: HttpRequest, state: Data<State>| {
            collection::get(of, caller, id, request, state)
        })
    }));
    let replace =
        web::put().to(move |caller, id, request: HttpRequest, body: Payload, state: Data<State>| {
            collection::replace(of, caller, id, request, body, state)
        });
    all.push(Endpoint::new(&one, Method::PUT, replace));
    let patch =
        web::patch().to(move |caller, id, request: HttpRequest, body: Payload, state: Data<State>| {
            collection::patch(of, caller, id, request, body, state)
        });
    all.push(Endpoint::new(&one, Method::PATCH, patch));
    let delete = web::delete().to(move |caller, id, request: HttpRequest, state: Data<State>| {
        collection::delete(of, caller, id, request, state)
    });
    all.push(Endpoint::new(one, Method::DELETE, delete));
    all
}

/// Mounts the SCIM endpoint.
pub(crate) fn scim_routes(config: &mut ServiceConfig, service: &Service) {
    let mut scope = web::scope("/scim/v2");
    let mut all = endpoints(service).into_iter().peekable();
    while let Some(first) = all.next() {
        let mut of_path = vec![first];
        while let Some(next) = all.next_if(|next| next.path == of_path[0].path) {
            of_path.push(next);
        }
        scope = scope.service(resource(of_path));
    }
    let kinds: Vec<String> =
        service.stored_types().iter().map(|stored| stored.resource_type.endpoint.clone()).collect();
    let nothing = web::route().to(move |caller, request: HttpRequest, state: Data<State>| {
        no_such_endpoint(caller, request, state, kinds.clone())
    });
    config.service(scope.default_service(nothing));
    config.default_service(web::route().to(not_scim));
}

/// One endpoint with all its methods. A slash at its end makes no difference.
fn resource(endpoints: Vec<Endpoint>) -> Resource {
    let allow = endpoints.iter().map(|e| e.method.as_str()).collect::<Vec<_>>().join(", ");
    let path = endpoints.first().map(|e| e.path.clone()).unwrap_or_default();
    let with_slash = format!("{path}/");
    let mut resource = web::resource([path, with_slash]);
    for endpoint in endpoints {
        resource = resource.route(endpoint.route);
    }
    resource.default_service(web::route().to(move |caller: Reader, state: Data<State>| {
        let error = ApiError::method_not_allowed(allow.clone());
        let noting = Noting::new(&state, &caller.0, Asked::Other("Use a method that is not there"));
        std::future::ready(Err::<HttpResponse, _>(noting.refuse(error)))
    }))
}

async fn not_supported(caller: Reader, state: Data<State>) -> Handled {
    let detail = "this endpoint is not supported; see ServiceProviderConfig";
    let noting = Noting::new(&state, &caller.0, Asked::Other("Use what is not supported"));
    Err(noting.refuse(ApiError::new(StatusCode::NOT_IMPLEMENTED, detail)))
}

/// The commonest cause is a Tenant URL that ends with a slash, so the answer names it.
async fn no_such_endpoint(
    caller: Reader,
    request: HttpRequest,
    state: Data<State>,
    kinds: Vec<String>,
) -> Handled {
    let noting = Noting::new(&state, &caller.0, Asked::Other("Ask for an unknown path"));
    Err(noting.refuse(ApiError::new(StatusCode::NOT_FOUND, wrong_path(&request, &kinds))))
}

/// Everything outside the endpoint. Nothing is there, so nobody needs to say who asks.
async fn not_scim(request: HttpRequest) -> Handled {
    Err(ApiError::new(StatusCode::NOT_FOUND, wrong_path(&request, &[])))
}

fn wrong_path(request: &HttpRequest, kinds: &[String]) -> String {
    if request.path().contains("//") {
        "there is no such endpoint: the path holds `//`; remove the slash at the end of the Tenant URL"
            .to_owned()
    } else if request.path().starts_with("/scim/v2/") {
        format!(
            "there is no such endpoint; there are {}, /Schemas, /ResourceTypes and /ServiceProviderConfig, in this \
             spelling",
            kinds.join(", ")
        )
    } else {
        "SCIM is served below /scim/v2; that is the end of the Tenant URL".to_owned()
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
        let state = Data::new(State { service: Arc::clone(&service), body_timeout: Duration::from_secs(1) });
        let routes = |config: &mut ServiceConfig| scim_routes(config, &service);
        let app = test::init_service(App::new().app_data(state).configure(routes)).await;
        let others =
            ["/nothing", "//Users", "/%55sers", "/Users/x/y"].map(|path| (path.to_owned(), Method::GET));
        let listed: Vec<_> = endpoints(&service).into_iter().map(|e| (e.path, e.method)).collect();
        assert!(listed.len() > 30, "{}", listed.len());
        for (path, method) in listed.into_iter().chain(others).chain([("/Users".to_owned(), Method::TRACE)]) {
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
