//! Lists: which values are meant, and which value is the primary one.

use super::refused;
use crate::testing::{STRICT, ann, empty, patched, patched_with};
use serde_json::{Value, json};

#[test]
fn at_most_one_value_is_primary() {
    let emails = |operations: Value| patched(operations).unwrap()["emails"].clone();
    let moved = emails(json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}]));
    assert_eq!((&moved[0]["primary"], &moved[1]["primary"]), (&json!(false), &json!(true)));
    let known = emails(
        json!([{"op": "add", "path": "emails", "value": [{"value": "ann@home.test", "type": "home", "primary": true}]}]),
    );
    assert_eq!(known, moved);
    refused(
        json!([{"op": "replace", "path": "emails.primary", "value": true}]),
        "invalidValue: operation 1: attribute `emails` has more than one primary",
    );
    refused(
        json!([{"op": "replace", "path": "emails[value pr]", "value": {"value": "x", "primary": true}}]),
        "invalidValue",
    );
}

#[test]
fn a_known_value_takes_on_what_is_new() {
    let value =
        json!([{"value": "ANN@home.test", "type": "HOME", "display": "Home"}, {"value": "ann@home.test"}]);
    let emails = patched(json!([{"op": "add", "path": "emails", "value": value}])).unwrap()["emails"].clone();
    assert_eq!(emails[1], json!({"value": "ANN@home.test", "type": "HOME", "display": "Home"}));
    assert_eq!(emails[2], json!({"value": "ann@home.test"}));
}

#[test]
fn a_replaced_element_keeps_what_the_filter_says() {
    let operations = json!([{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "new@contoso.test"}}]);
    let emails = patched(operations).unwrap()["emails"].clone();
    assert_eq!(emails[0], json!({"type": "work", "value": "new@contoso.test"}));
}

#[test]
fn an_element_is_created_only_where_the_filter_describes_it() {
    let path =
        |filter: &str| json!([{"op": "add", "path": format!("phoneNumbers[{filter}].value"), "value": "1"}]);
    assert_eq!(
        patched(path("type eq \"fax\" and primary eq true")).unwrap()["phoneNumbers"],
        json!([{"type": "fax", "primary": true, "value": "1"}])
    );
    for vague in
        ["type sw \"fax\"", "type eq \"fax\" or type eq \"work\"", "not (type eq \"work\")", "type pr"]
    {
        refused(path(vague), "noTarget: operation 1: no value of `phoneNumbers` matches");
    }
    let replace = json!([{"op": "replace", "path": "phoneNumbers[type eq \"fax\"].value", "value": "1"}]);
    assert!(patched(replace.clone()).is_ok());
    let error = patched_with(STRICT, ann(), replace).unwrap_err();
    assert_eq!(error.scim_type().as_str(), "noTarget");
}

#[test]
fn the_same_values_in_another_order_are_no_change() {
    let mut emails = ann().get("emails").unwrap().as_array().unwrap().clone();
    emails.reverse();
    let (_, changed, _) =
        patched_with(STRICT, ann(), json!([{"op": "replace", "path": "emails", "value": emails}])).unwrap();
    assert!(!changed);
}

#[test]
fn many_operations_on_many_values_are_refused_in_time() {
    let emails: Vec<Value> = (0..20_000).map(|i| json!({"value": i.to_string()})).collect();
    let filter = vec!["value co \"x\""; 200].join(" or ");
    let operation = json!({"op": "remove", "path": format!("emails[{filter}]")});
    let operations = json!([{"op": "add", "path": "emails", "value": emails}, operation, operation]);
    refused(operations, "tooMany: operation 2");
}

#[test]
fn long_lists_are_added_and_removed_quickly() {
    let emails: Vec<Value> = (0..20_000).map(|i| json!({"value": "same", "type": i.to_string()})).collect();
    let operations = json!([
        {"op": "add", "path": "emails", "value": emails},
        {"op": "add", "path": "emails", "value": emails},
        {"op": "remove", "path": "emails", "value": emails},
    ]);
    assert_eq!(patched(operations).unwrap().get("emails"), ann().get("emails"));
}

#[test]
fn operations_that_undo_each_other_are_no_change() {
    let change = |operations: Value| patched_with(STRICT, ann(), operations).unwrap().1;
    let primary = |kind: &str| json!({"op": "replace", "path": format!("emails[type eq \"{kind}\"].primary"), "value": true});
    assert!(change(json!([primary("home")])));
    assert!(!change(json!([primary("home"), primary("work")])));
    let home = json!({"value": "ann@home.test", "type": "home"});
    let removed = json!({"op": "remove", "path": "emails[type eq \"home\"]"});
    assert!(!change(json!([removed, {"op": "add", "path": "emails", "value": [home]}])));
    let explicit = json!([{"value": "ann@contoso.test", "type": "work", "primary": true}, {"value": "ann@home.test", "type": "home", "primary": false}]);
    assert!(!change(json!([{"op": "replace", "path": "emails", "value": explicit}])));
    assert!(!change(json!([
        {"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "name"},
        {"op": "add", "value": {"name.familyName": "Lee", "name.givenName": "Ann"}},
    ])));
}

#[test]
fn what_a_filter_creates_is_created_once() {
    for (path, value) in [
        ("phoneNumbers[type eq \"fax\"]", json!({"type": "mobile", "value": "1"})),
        ("phoneNumbers[type eq \"fax\"].type", json!("mobile")),
        ("phoneNumbers[type eq \"fax\" and primary eq true].value", json!("1")),
    ] {
        let add = json!({"op": "add", "path": path, "value": value});
        let once = patched(json!([add])).unwrap();
        assert_eq!(once["phoneNumbers"].as_array().map(Vec::len), Some(1), "{path}");
        assert_eq!(patched(json!([add, add])).unwrap(), once, "{path}");
    }
    let known = json!([
        {"op": "add", "path": "emails[type eq \"home\" and primary eq true].value", "value": "ann@home.test"},
    ]);
    let moved = json!([
        {"value": "ann@contoso.test", "type": "work", "primary": false},
        {"value": "ann@home.test", "type": "home", "primary": true},
    ]);
    assert_eq!(patched(known).unwrap()["emails"], moved);
}

#[test]
fn a_label_without_a_value_goes_only_if_it_lost_its_value() {
    let mut user = empty();
    user.attributes_mut().insert("ims".to_owned(), json!([{"type": "x"}, {"type": "y", "value": "a"}]));
    let remove = json!([{"op": "remove", "path": "ims[type eq \"y\"].value"}]);
    let (user, ..) = patched_with(STRICT, user, remove).unwrap();
    assert_eq!(user.get("ims"), Some(&json!([{"type": "x"}])));
}
