//! Tests of the order of lists.

use super::*;
use crate::schema::{ENTERPRISE_USER_URN, group_type, user_type};
use serde_json::json;

fn by(path: &str) -> SortBy {
    SortBy::parse(path, &user_type()).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn refused(path: &str, expected: &str) {
    assert_eq!(SortBy::parse(path, &user_type()).unwrap_err().to_string(), expected, "{path}");
}

fn key(path: &str, resource: Value) -> SortKey {
    by(path).key(resource.as_object().unwrap())
}

fn text(text: &str) -> SortKey {
    SortKey::Text(text.to_owned())
}

#[test]
fn paths_are_those_of_filters() {
    let place = |path| {
        let SortBy { place } = by(path);
        (place.extension, place.attribute, place.sub)
    };
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(place("USERNAME"), (None, "userName".to_owned(), None));
    assert_eq!(place("emails"), (None, "emails".to_owned(), name("value")));
    assert_eq!(place("name.givenname"), (None, "name".to_owned(), name("givenName")));
    assert_eq!(place("meta.lastModified"), (None, "meta".to_owned(), name("lastModified")));
    let manager = (name(ENTERPRISE_USER_URN), "manager".to_owned(), name("value"));
    assert_eq!(place("manager"), manager);
    assert_eq!(place(&format!("{}:manager", ENTERPRISE_USER_URN.to_uppercase())), manager);
    assert!(by("externalId").place().case_exact && !by("userName").place().case_exact);
}

#[test]
fn faults_name_the_attribute_and_the_remedy() {
    refused("", "`sortBy` takes the name of an attribute, and `` is none");
    refused("a b", "`sortBy` takes the name of an attribute, and `a b` is none");
    refused("emails[type eq \"x\"]", "`sortBy` takes the name of an attribute, without brackets");
    refused("userNam", "unknown attribute `userNam` on User; did you mean `userName`?");
    refused("nope.nope", "unknown attribute `nope.nope` on User");
    refused("password", "unknown attribute `password` on User");
    refused(
        "name",
        "attribute `name` has no single value to sort by; name one of its parts, such as `name.formatted`",
    );
    let part = format!("{ENTERPRISE_USER_URN}:employeeNumber");
    refused(
        ENTERPRISE_USER_URN,
        &format!(
            "attribute `{ENTERPRISE_USER_URN}` has no single value to sort by; name one of its parts, such as `{part}`"
        ),
    );
    by(&part);
    refused("x509Certificates", "attribute `x509Certificates.value` takes base64 text, which has no order");
}

#[test]
fn several_types_need_not_all_have_it() {
    let (user, group) = (user_type(), group_type());
    let each = |path| SortBy::parse_each(path, &[&user, &group]);
    let found = |path| each(path).map(|list| list.iter().map(Option::is_some).collect::<Vec<_>>());
    assert_eq!(found("displayName"), Ok(vec![true, true]));
    assert_eq!(found("userName"), Ok(vec![true, false]));
    assert_eq!(found("members"), Ok(vec![false, true]));
    assert_eq!(
        each("membrs").unwrap_err().to_string(),
        "unknown attribute `membrs` on Group; did you mean `members`?"
    );
    assert_eq!(each("nope").unwrap_err().to_string(), "unknown attribute `nope` on User");
    assert!(each("name").unwrap_err().to_string().contains("no single value"));
    assert_eq!(SortBy::parse_each("nope", &[]), Ok(Vec::new()));
}

#[test]
fn keys_compare_as_their_attribute_does() {
    assert_eq!(
        key("userName", json!({"userName": "STRASSE"})),
        key("userName", json!({"userName": "straße"}))
    );
    assert_ne!(key("externalId", json!({"externalId": "A"})), key("externalId", json!({"externalId": "a"})));
    assert!(key("active", json!({"active": false})) < key("active", json!({"active": true})));
    let modified = |instant: &str| key("meta.lastModified", json!({"meta": {"lastModified": instant}}));
    assert_eq!(modified("2026-01-31T12:00:00Z"), modified("2026-01-31T13:00:00.000+01:00"));
    assert!(modified("2026-01-31T12:00:00Z") < modified("2026-01-31T12:00:00.001Z"));
}

#[test]
fn missing_is_last_and_in_descending_order_first() {
    for nothing in
        [json!({}), json!({"title": null}), json!({"title": ""}), json!({"title": []}), json!({"title": 5})]
    {
        assert_eq!(key("title", nothing.clone()), SortKey::Missing, "{nothing}");
    }
    let there = key("title", json!({"title": "\u{10ffff}"}));
    assert!(there < SortKey::Missing);
    assert_eq!(SortOrder::Ascending.directed(there.cmp(&SortKey::Missing)), Ordering::Less);
    assert_eq!(SortOrder::Descending.directed(there.cmp(&SortKey::Missing)), Ordering::Greater);
}

#[test]
fn the_primary_value_counts_or_else_the_first() {
    let emails = |list: Value| json!({"emails": list});
    let (a, b) = (json!({"value": "a", "type": "work"}), json!({"value": "b", "primary": true}));
    assert_eq!(key("emails", emails(json!([a, b]))), text("b"));
    assert_eq!(key("emails.value", emails(json!([a]))), text("a"));
    assert_eq!(key("emails.type", emails(json!([b, a]))), text("work"));
    assert_eq!(key("emails.value", emails(json!([{"type": "work"}, a]))), text("a"));
    assert_eq!(key("emails", emails(json!([]))), SortKey::Missing);
    assert_eq!(key("schemas", json!({"schemas": ["urn:b", "urn:a"]})), text("urn:b"));
    let manager = json!({(ENTERPRISE_USER_URN): {"manager": {"value": "M1"}}});
    assert_eq!(key("manager", manager), text("M1"));
}

#[test]
fn orders_are_read_in_any_case() {
    assert_eq!("Descending".parse(), Ok(SortOrder::Descending));
    assert_eq!("ASCENDING".parse(), Ok(SortOrder::default()));
    let error = "desc".parse::<SortOrder>().unwrap_err();
    assert_eq!(error.to_string(), "`sortOrder` is `ascending` or `descending`");
}

#[test]
fn a_text_weighs_what_it_holds() {
    assert!(text(&"x".repeat(100)).weight() >= 100);
    assert_eq!(SortKey::Missing.weight(), 0);
}
