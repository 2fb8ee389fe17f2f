//! Query strings, as SCIM uses them.

use super::error::ApiError;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use scim_core::search::SearchRequest;
use scim_service::search_request;

/// Reads the query string of a request.
pub(super) fn read(request: &HttpRequest) -> Result<SearchRequest, ApiError> {
    if request.query_string().is_empty() {
        return Ok(SearchRequest::default());
    }
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "the query string cannot be read"))?;
    Ok(search_request(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?)
}

/// Whether the query string has a parameter of that name.
pub(super) fn has(request: &HttpRequest, name: &str) -> bool {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string());
    pairs.is_ok_and(|pairs| pairs.iter().any(|(known, _)| known == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(query: &str) -> Result<SearchRequest, ApiError> {
        super::read(&TestRequest::with_uri(&format!("/Users?{query}")).to_http_request())
    }

    #[test]
    fn plus_and_percent_are_decoded_and_unknown_names_ignored() {
        let read = read("aadOptscim062020&filter=userName+eq+%22a%2Bb%22&x=1&x=2&cursor").unwrap();
        assert_eq!(read.filter.as_deref(), Some("userName eq \"a+b\""));
        assert_eq!(read.cursor.as_deref(), Some(""));
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert!(read("filter=a&filter=b").unwrap_err().to_string().contains("`filter` is given twice"));
    }
}
