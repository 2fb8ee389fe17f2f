//! Bodies: bounded in size and in time.

use super::State;
use super::error::ApiError;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

/// The largest body of a user, in bytes.
pub(crate) const MAX_BODY: usize = 1 << 20;

/// The largest body of a group, whose members may be many.
pub(crate) const MAX_GROUP_BODY: usize = 8 << 20;

/// How much of a body that is too large is still read, so that the client reads the answer.
const MAX_DRAIN: usize = 16 << 20;

/// Reads a JSON body of at most `limit` bytes.
///
/// The server underneath puts no time on bodies; this does.
pub(crate) async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    limit: usize,
    state: &State,
) -> Result<BytesMut, ApiError> {
    check_media_type(request)?;
    let deadline = Instant::now() + state.body_timeout;
    let mut body = BytesMut::new();
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let mut seen = 0_usize;
    let mut too_large = announced.is_some_and(|length| length > limit);
    loop {
        let chunk = match timeout_at(deadline, payload.next()).await {
            Err(_) => {
                let seconds = state.body_timeout.as_secs();
                let detail = format!("the body did not arrive within {seconds} s");
                return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, detail).and_close());
            }
            Ok(None) => break,
            Ok(Some(Err(error))) => {
                let detail = format!("the body could not be read: {error}");
                return Err(ApiError::new(StatusCode::BAD_REQUEST, detail).and_close());
            }
            Ok(Some(Ok(chunk))) => chunk,
        };
        seen = seen.saturating_add(chunk.len());
        too_large |= seen > limit;
        if !too_large {
            body.extend_from_slice(&chunk);
        } else if seen > MAX_DRAIN {
            break;
        }
    }
    if too_large {
        let detail = format!("the body is larger than {limit} bytes; send fewer values or members at a time");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, detail).and_close());
    }
    Ok(body)
}

/// SCIM JSON or plain JSON; a body without a type is taken for JSON.
fn check_media_type(request: &HttpRequest) -> Result<(), ApiError> {
    let unsupported = |detail: &str| ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail);
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
        return Err(
            unsupported("compressed bodies are not read; send it without Content-Encoding").and_close()
        );
    }
    let Some(given) = header(CONTENT_TYPE) else { return Ok(()) };
    let media_type = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match media_type.as_str() {
        "application/scim+json" | "application/json" => Ok(()),
        _ => Err(unsupported("send the body as `application/scim+json` or `application/json`").and_close()),
    }
}
