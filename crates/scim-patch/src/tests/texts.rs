//! What errors say: the operation, the attribute, what to change, and no value.

use super::refused;
use crate::testing::{group_plan, patched, request};
use scim_core::schema::user_type;
use serde_json::{Value, json};

#[test]
fn errors_say_what_to_change() {
    refused(
        json!([{"op": "add", "path": "emails[value eq \"a\"].type"}]),
        "invalidValue: operation 1: `add` of `emails.type` needs a `value`",
    );
    refused(json!([{"op": "add"}]), "invalidValue: operation 1: `add` needs a `value`");
    refused(
        json!([{"op": "add", "path": "ims[type pr].value", "value": "x"}]),
        "noTarget: operation 1: no value of `ims` matches the filter in the path; name one that is there, or add it",
    );
}

#[test]
fn no_error_and_no_finding_quotes_a_value() {
    const SECRET: &str = "hush-4711";
    let users = [
        json!({"op": "replace", "path": "active", "value": SECRET}),
        json!({"op": "replace", "path": "title", "value": {(SECRET): 1}}),
        json!({"op": "replace", "path": "emails", "value": [{"value": {"a": SECRET}}]}),
        json!({"op": "add", "path": format!("ims[value eq \"{SECRET}\" or type pr].type"), "value": "x"}),
        json!({"op": "add", "path": format!("emails[value eq \"{SECRET}\"].type")}),
        json!({"op": "add", "path": format!("emails[value eq \"{SECRET}]"), "value": SECRET}),
        json!({"op": "add", "path": format!("emails[value eq \"{SECRET}\" x"), "value": SECRET}),
        json!({"op": "add", "path": format!("emails[value regex \"{SECRET}\"]"), "value": SECRET}),
        json!({"op": "add", "path": format!("emails[primary eq \"{SECRET}\"]"), "value": SECRET}),
        json!({"op": "add", "path": format!("emails[hue eq \"{SECRET}\"]"), "value": SECRET}),
        json!({"op": "add", "path": format!("hues[value eq \"{SECRET}\"]"), "value": SECRET}),
        json!({"op": "add", "path": format!("hues[value eq \"{SECRET}\"].x"), "value": SECRET}),
        json!({"op": "add", "path": format!("title[value eq \"{SECRET}\"]"), "value": SECRET}),
        json!({"op": "add", "path": format!("id[value eq \"{SECRET}\"]"), "value": SECRET}),
        json!({"op": "add", "value": {format!("hues[value eq \"{SECRET}\"]"): SECRET, "active": SECRET}}),
        json!({"op": "add", "value": {format!("emails[value eq \"{SECRET}"): SECRET}}),
        json!({"op": "add", "value": SECRET}),
        json!({"op": "replace", "path": "userName", "value": format!("{SECRET}\n")}),
    ];
    for operation in users {
        let error = patched(json!([operation])).unwrap_err();
        assert!(!error.to_string().contains(SECRET), "{error}");
        assert_eq!(error.operation(), Some(1));
    }
    let members = json!({"op": "replace", "path": "members", "value": [{"display": SECRET}]});
    assert!(!group_plan(json!([members])).unwrap_err().to_string().contains(SECRET));

    let spared = json!([
        {"op": "add", "path": format!("hues[value eq \"{SECRET}\"].x"), "value": null},
        {"op": "add", "value": {format!("hues[value eq \"{SECRET}\"]"): null, format!("groups[value eq \"{SECRET}\"]"): 1}},
        {"op": "add", "path": "emails", "value": [{"value": SECRET, "type": SECRET}]},
        {"op": "add", "value": {"id": SECRET, "manager": {"displayName": SECRET}}},
    ]);
    let plan = request(spared).unwrap().plan(&user_type(), Default::default()).unwrap();
    let said = format!("{:?}", plan.findings());
    assert!(!said.contains(SECRET), "{said}");
    assert!(Value::from(said).to_string().contains("uncanonical"));
}
