//! Successes as answers.

use super::error::SCIM_JSON;
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, LOCATION};
use scim_service::Answer;
use serde::Serialize;

/// A resource, with its entity tag; a new one with its address.
pub(crate) fn resource(status: StatusCode, answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((ETAG, answer.etag.as_str()));
    if status == StatusCode::CREATED {
        response.insert_header((LOCATION, answer.location.as_str()));
    }
    scim_json(response, answer.body)
}

/// Says that the resource is as the client knows it.
pub(crate) fn not_modified(answer: &Answer) -> HttpResponse {
    HttpResponse::NotModified().insert_header((ETAG, answer.etag.as_str())).finish()
}

/// Says that it is done, and what the resource's version is now.
pub(crate) fn no_content(answer: &Answer) -> HttpResponse {
    HttpResponse::NoContent().insert_header((ETAG, answer.etag.as_str())).finish()
}

/// Says that it is deleted.
pub(crate) fn gone() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Any other message of SCIM.
pub(crate) fn message(body: &impl Serialize) -> HttpResponse {
    scim_json(HttpResponse::Ok(), serde_json::to_vec(body).unwrap_or_default())
}

/// A message that is JSON text already.
pub(crate) fn text(body: String) -> HttpResponse {
    scim_json(HttpResponse::Ok(), body)
}

fn scim_json(mut response: actix_web::HttpResponseBuilder, body: impl MessageBody + 'static) -> HttpResponse {
    response.insert_header((CONTENT_TYPE, SCIM_JSON));
    response.body(body)
}
