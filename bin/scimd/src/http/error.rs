//! Failures as answers: one SCIM error shape for all of them.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use scim_core::{ErrorMessage, ScimType};
use scim_service::{Refusal, ServiceError, Verdict};
use std::fmt;

/// The media type of every SCIM answer (RFC 7644 section 8.1).
pub(crate) const SCIM_JSON: &str = "application/scim+json; charset=utf-8";

/// A failed request, ready to be answered.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: u16,
    scim_type: Option<ScimType>,
    detail: String,
    allow: Option<String>,
    /// What the log says and the answer does not.
    inner: Option<String>,
    // Invariant: set when bytes of the request may be left unread, so that nothing can follow it.
    close: bool,
}

impl ApiError {
    /// A failure that is no use case's.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            scim_type: None,
            detail: detail.into(),
            allow: None,
            inner: None,
            close: false,
        }
    }

    /// The methods that would have been right.
    pub(crate) fn method_not_allowed(allow: String) -> Self {
        let detail = format!("this endpoint answers {allow}");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, detail) }
    }

    /// The status and the scimType.
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict { status: self.status, scim_type: self.scim_type }
    }

    /// What the log says and the answer does not.
    pub(crate) fn inner(&self) -> Option<&str> {
        self.inner.as_deref()
    }

    /// The same failure, after which the connection ends.
    pub(crate) fn and_close(self) -> Self {
        Self { close: true, ..self }
    }

    fn from_verdict(verdict: Verdict, detail: String) -> Self {
        Self {
            status: verdict.status,
            scim_type: verdict.scim_type,
            detail,
            allow: None,
            inner: None,
            close: false,
        }
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        let inner = error.inner_reason().map(str::to_owned);
        Self { inner, ..Self::from_verdict(error.verdict(), error.to_string()) }
    }
}

impl From<&Refusal> for ApiError {
    fn from(refusal: &Refusal) -> Self {
        Self::from_verdict(refusal.verdict(), refusal.detail().to_owned())
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, SCIM_JSON));
        match self.status {
            401 => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"scim\""));
            }
            429 | 503 => {
                response.insert_header((RETRY_AFTER, "1"));
            }
            _ => {}
        }
        if let Some(allow) = &self.allow {
            response.insert_header((ALLOW, allow.as_str()));
        }
        if self.close {
            response.insert_header((CONNECTION, "close")).force_close();
        }
        let message = ErrorMessage::new(self.status, self.scim_type, &self.detail);
        response.body(serde_json::to_string(&message).unwrap_or_default())
    }
}
