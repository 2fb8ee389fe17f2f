//! The check that a gateway's proxy asks before each request.

use super::State;
use super::request_id::request_id;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scim_service::{Action, Check, Context, Decided};
use serde_json::json;

/// Everything but the unreserved characters of RFC 3986.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest list of groups in a header, in bytes.
const MAX_GROUPS: usize = 6 * 1024;

/// Decides a request by its API key. Never reads the body.
pub(crate) async fn check(request: HttpRequest, state: Data<State>) -> HttpResponse {
    let headers = request.headers();
    let Some(key) = api_key(headers) else {
        return invalid_key(&request, "no API key, or two that differ");
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let context =
        Context { provider: text("x-policy-provider"), model: text("x-policy-model"), ..Context::default() };
    match state.service.check(key, &context) {
        Check::Decided(decided) => answer(&decided),
        Check::InvalidKey { reason } => invalid_key(&request, reason),
        Check::Unavailable { reason } => {
            let id = request_id(&request);
            log::error!(request_id = id.as_str(); "a check cannot be decided: {reason}");
            let mut response = HttpResponse::ServiceUnavailable();
            response.insert_header((RETRY_AFTER, "1"));
            error(response, "directory_unavailable", "server_error", "The directory is not available.")
        }
    }
}

/// The key of `Authorization: Bearer` or `X-API-Key`; of both, if they are the same.
fn api_key(headers: &HeaderMap) -> Option<&str> {
    let mut found: Option<&str> = None;
    for value in headers.get_all(AUTHORIZATION) {
        let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") || found.is_some_and(|other| other != key) {
            return None;
        }
        found = Some(key);
    }
    for value in headers.get_all("x-api-key") {
        let key = value.to_str().ok()?;
        if found.is_some_and(|other| other != key) {
            return None;
        }
        found = Some(key);
    }
    found.filter(|key| !key.is_empty())
}

/// One fixed answer for every cause, so that nobody learns which keys exist.
fn invalid_key(request: &HttpRequest, reason: &str) -> HttpResponse {
    let id = request_id(request);
    log::info!(request_id = id.as_str(), reason; "an API key was refused: {reason}");
    let mut response = HttpResponse::Unauthorized();
    response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    error(response, "invalid_api_key", "invalid_request_error", "Incorrect API key provided.")
}

fn answer(decided: &Decided) -> HttpResponse {
    let decision = &decided.decision;
    let (status, code, kind) = match decision.action {
        Action::Allow | Action::AllowWithOverride | Action::RouteTo | Action::Redact => {
            (StatusCode::OK, "", "")
        }
        Action::Block => (StatusCode::FORBIDDEN, "policy_block", "policy_error"),
        Action::Cancel => (StatusCode::FORBIDDEN, "policy_cancel", "policy_error"),
        Action::Prompt => (StatusCode::FORBIDDEN, "policy_prompt_required", "policy_error"),
        Action::ContextRequired => (StatusCode::FORBIDDEN, "policy_context_required", "policy_error"),
        Action::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "directory_unavailable", "server_error"),
    };
    let (groups, truncated) = group_list(&decided.groups);
    let rule = decision.rule.as_ref().map(|rule| rule.id().unwrap_or(rule.name())).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    // All of them, always: a proxy replaces a header that a client made up only by one that is there.
    for (name, value) in [
        ("x-auth-user", decided.user.clone()),
        ("x-auth-user-name", escape(&decided.user_name)),
        ("x-auth-tenant", decided.tenant.to_string()),
        ("x-auth-key-id", decided.key.clone()),
        ("x-auth-groups", groups),
        ("x-auth-groups-truncated", u8::from(truncated).to_string()),
        ("x-policy-action", decision.action.as_str().to_owned()),
        ("x-policy-rule", escape(rule)),
        ("x-policy-route", escape(decision.route.as_deref().unwrap_or_default())),
        ("x-directory-revision", decision.revision.to_string()),
    ] {
        response.insert_header((HeaderName::from_static(name), value));
    }
    if status == StatusCode::OK {
        return response.finish();
    }
    let message = decision.message().unwrap_or("The request is not allowed by your organisation's policy.");
    error(response, code, kind, message)
}

fn error(mut response: HttpResponseBuilder, code: &'static str, kind: &str, message: &str) -> HttpResponse {
    let body = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    response.insert_header((HeaderName::from_static("x-auth-error"), code));
    response.insert_header((CONTENT_TYPE, "application/json"));
    response.body(body.to_string())
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Escaped names joined by commas, cut at a name where they would be too long.
fn group_list(names: &[String]) -> (String, bool) {
    let mut list = String::new();
    for name in names {
        let name = escape(name);
        if list.len() + name.len() + 1 > MAX_GROUPS {
            return (list, true);
        }
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(&name);
    }
    (list, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn key_of(headers: &[(&'static str, &'static str)]) -> Option<String> {
        let request =
            headers.iter().fold(TestRequest::default(), |request, header| request.append_header(*header));
        api_key(request.to_http_request().headers()).map(str::to_owned)
    }

    #[test]
    fn a_key_is_found_in_either_header_and_never_in_two_minds() {
        assert_eq!(key_of(&[("Authorization", "bearer k")]).as_deref(), Some("k"));
        assert_eq!(key_of(&[("X-API-Key", "k")]).as_deref(), Some("k"));
        assert_eq!(key_of(&[("X-API-Key", "k"), ("Authorization", "Bearer k")]).as_deref(), Some("k"));
        for bad in [
            &[("X-API-Key", "k"), ("Authorization", "Bearer other")][..],
            &[("Authorization", "Basic k")],
            &[("Authorization", "k")],
            &[("Authorization", "Bearer ")],
            &[("X-API-Key", "")],
            &[],
        ] {
            assert_eq!(key_of(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn hostile_names_stay_inside_their_header() {
        let (list, truncated) = group_list(&["a,b".to_owned(), "x\r\nX-Evil: 1".to_owned()]);
        assert_eq!((list.as_str(), truncated), ("a%2Cb,x%0D%0AX-Evil%3A%201", false));
        let (list, truncated) = group_list(&vec!["n".repeat(1000); 7]);
        assert!(truncated && list.len() <= MAX_GROUPS && list.split(',').all(|n| n.len() == 1000));
    }
}
