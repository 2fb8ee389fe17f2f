//! Tests of reading a search.

use super::*;
use serde_json::json;

fn read(mut body: Value) -> Result<SearchRequest, SearchError> {
    body["schemas"] = json!([SEARCH_REQUEST_URN]);
    SearchRequest::parse(body.as_object().unwrap().clone())
}

fn refused(body: Value, expected: &str, scim_type: ScimType) {
    let error = read(body).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.scim_type()), (expected, scim_type));
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn every_key_is_read_in_any_case() {
    let search = read(json!({
        "Attributes": ["userName", "emails[type eq \"a,b\"]"],
        "EXCLUDEDATTRIBUTES": [],
        "filter": "title pr",
        "sortby": "userName",
        "sortOrder": "descending",
        "startIndex": 11,
        "Count": 10,
        "cursor": "abc",
        "unknown": {"is": "ignored"}
    }));
    let expected = SearchRequest {
        attributes: owned(&["userName", "emails[type eq \"a,b\"]"]),
        excluded_attributes: Vec::new(),
        filter: Some("title pr".to_owned()),
        sort_by: Some("userName".to_owned()),
        sort_order: Some("descending".to_owned()),
        start_index: Some(11),
        count: Some(10),
        cursor: Some("abc".to_owned()),
    };
    assert_eq!(search, Ok(expected));
}

#[test]
fn nulls_are_absent() {
    let nothing = json!({"attributes": null, "filter": null, "count": null, "cursor": null});
    assert_eq!(read(nothing), Ok(SearchRequest::default()));
    assert_eq!(read(json!({"attributes": [null, "title"]})).unwrap().attributes, owned(&["title"]));
}

#[test]
fn lists_and_numbers_may_come_as_in_a_query() {
    let search = read(json!({
        "attributes": "userName, emails[type eq \"a,b\"],", "startIndex": "-3", "count": "10"
    }));
    let search = search.unwrap();
    assert_eq!(search.attributes, owned(&["userName", "emails[type eq \"a,b\"]"]));
    assert_eq!((search.start_index, search.count), (Some(-3), Some(10)));
    for (number, expected) in [
        (json!(5.0), 5),
        (json!(u64::MAX), i64::MAX),
        (json!("99999999999999999999"), i64::MAX),
        (json!("-99999999999999999999"), i64::MIN),
        (json!(1e300), i64::MAX),
    ] {
        assert_eq!(read(json!({"count": number})).unwrap().count, Some(expected), "{number}");
    }
}

#[test]
fn a_message_of_another_kind_is_refused() {
    for schemas in [
        json!(null),
        json!([]),
        json!([null]),
        json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]),
        json!("urn:x"),
    ] {
        let body = json!({"schemas": schemas, "filter": "title pr"});
        let error = SearchRequest::parse(body.as_object().unwrap().clone()).unwrap_err();
        assert_eq!(error, SearchError::NotASearch, "{schemas}");
        assert_eq!(error.to_string(), format!("`schemas` must list `{SEARCH_REQUEST_URN}`"));
    }
    let mixed = json!({"SCHEMAS": ["urn:x:y", SEARCH_REQUEST_URN.to_uppercase()]});
    assert!(SearchRequest::parse(mixed.as_object().unwrap().clone()).is_ok());
}

#[test]
fn faults_name_the_key_and_quote_no_value() {
    use ScimType::{InvalidCount, InvalidCursor, InvalidSyntax, InvalidValue};
    refused(json!({"filter": 5}), "`filter` takes a string, not a number", InvalidValue);
    refused(json!({"cursor": {}}), "`cursor` takes a string, not an object", InvalidCursor);
    refused(json!({"attributes": 5}), "`attributes` takes a list of strings, not a number", InvalidValue);
    refused(
        json!({"excludedattributes": ["title", 5]}),
        "`excludedAttributes` takes a list of strings, not a list of something else",
        InvalidValue,
    );
    refused(json!({"count": "ten"}), "`count` takes a whole number, not another string", InvalidCount);
    refused(
        json!({"startIndex": 1.5}),
        "`startIndex` takes a whole number, not a number that is not one",
        InvalidValue,
    );
    refused(json!({"count": true}), "`count` takes a whole number, not a boolean", InvalidCount);
    refused(json!({"count": 1, "COUNT": 2}), "`count` is given twice, in different spellings", InvalidSyntax);
}
