//! Query strings, as SCIM uses them. Unknown parameters are ignored.

use super::error::ApiError;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Query;
use scim_service::ListParameters;

/// The parameters of a request that SCIM knows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) attributes: Option<String>,
    pub(crate) excluded_attributes: Option<String>,
    pub(crate) list: ListParameters,
}

impl Parameters {
    /// Reads the query string of a request.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let bad = |detail: String| ApiError::new(StatusCode::BAD_REQUEST, detail);
        let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
            .map_err(|_| bad("the query string cannot be read".to_owned()))?;
        let mut parameters = Self::default();
        for (name, value) in pairs.into_inner() {
            let place = match name.as_str() {
                "attributes" => &mut parameters.attributes,
                "excludedAttributes" => &mut parameters.excluded_attributes,
                "filter" => &mut parameters.list.filter,
                "startIndex" => &mut parameters.list.start_index,
                "count" => &mut parameters.list.count,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(bad(format!("query parameter `{name}` is given twice")));
            }
        }
        Ok(parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn read(query: &str) -> Result<Parameters, ApiError> {
        Parameters::of(&TestRequest::with_uri(&format!("/Users?{query}")).to_http_request())
    }

    #[test]
    fn plus_and_percent_are_decoded_and_unknown_names_ignored() {
        let read = read("aadOptscim062020&filter=userName+eq+%22a%2Bb%22&x=1&x=2").unwrap();
        assert_eq!(read.list.filter.as_deref(), Some("userName eq \"a+b\""));
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert!(read("filter=a&filter=b").unwrap_err().to_string().contains("`filter` is given twice"));
    }
}
