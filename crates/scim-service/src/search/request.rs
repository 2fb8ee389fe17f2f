//! The query string of a list as the message that a POST to `.search` carries.

use crate::error::ServiceError;
use crate::provision::object;
use scim_core::projection::split;
use scim_core::search::SearchRequest;

/// Reads the parameters of a query string. Those that SCIM does not know are ignored, for clients put
/// marks of their own there.
///
/// # Errors
/// When one is given twice, or a number is none.
pub fn search_request<'q>(
    pairs: impl IntoIterator<Item = (&'q str, &'q str)>,
) -> Result<SearchRequest, ServiceError> {
    let mut request = SearchRequest::default();
    let mut seen: Vec<&'static str> = Vec::new();
    for (name, value) in pairs {
        let Some(&name) = NAMES.iter().find(|known| **known == name) else { continue };
        if seen.contains(&name) {
            return Err(ServiceError::Parameter { name, why: "is given twice" });
        }
        seen.push(name);
        let text = || Some(value.to_owned());
        match name {
            "attributes" => request.attributes = split(value).map(str::to_owned).collect(),
            "excludedAttributes" => request.excluded_attributes = split(value).map(str::to_owned).collect(),
            "filter" => request.filter = text(),
            "sortBy" => request.sort_by = text(),
            "sortOrder" => request.sort_order = text().filter(|text| !text.is_empty()),
            "cursor" => request.cursor = text(),
            "startIndex" => request.start_index = Some(number("startIndex", value)?),
            _ => request.count = Some(number("count", value)?),
        }
    }
    Ok(request)
}

/// Reads the body of a POST to `.search`.
///
/// # Errors
/// When it is no JSON object, or no SearchRequest.
pub fn search_message(body: &[u8]) -> Result<SearchRequest, ServiceError> {
    Ok(SearchRequest::parse(object(body)?)?)
}

/// The parameters of RFC 7644 sections 3.4.2 and 3.9 and of RFC 9865 section 2.
const NAMES: [&str; 8] =
    ["attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor"];

/// Reads a whole number; one too large for the type is as good as its greatest value.
fn number(name: &'static str, text: &str) -> Result<i64, ServiceError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ServiceError::Parameter { name, why: "takes a whole number" });
    }
    let saturated = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    Ok(text.parse().unwrap_or(saturated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_a_search_and_others_are_ignored() {
        let pairs =
            [("attributes", "userName,emails[type eq \"a,b\"]"), ("count", "-5"), ("x", "1"), ("x", "2")];
        let request = search_request(pairs).unwrap();
        assert_eq!(request.attributes, ["userName", "emails[type eq \"a,b\"]"]);
        assert_eq!((request.count, request.start_index, request.cursor), (Some(-5), None, None));
        assert_eq!(search_request([("cursor", "")]).unwrap().cursor.as_deref(), Some(""));
        assert_eq!(search_request([("count", "99999999999999999999")]).unwrap().count, Some(i64::MAX));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (pairs, expected) in [
            (vec![("filter", "a"), ("filter", "b")], "query parameter `filter` is given twice"),
            (vec![("count", "ten")], "query parameter `count` takes a whole number"),
            (vec![("startIndex", "")], "query parameter `startIndex` takes a whole number"),
        ] {
            assert_eq!(search_request(pairs).unwrap_err().to_string(), expected);
        }
    }
}
