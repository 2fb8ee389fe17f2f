//! One test per dialect: what is sent, what it does, and that its name is found.

use super::DIALECTS;
use crate::testing::{ann, group_plan, members, patched, patched_with, refusal};
use crate::{MemberChange, Options};
use scim_core::Resource;
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The operations rewrite that dialect, and leave the value at a JSON pointer of the user.
#[track_caller]
fn check(dialect: &str, operations: Value, pointer: &str, expected: Value) {
    check_on(ann(), dialect, operations, pointer, expected);
}

#[track_caller]
fn check_on(user: Resource, dialect: &str, operations: Value, pointer: &str, expected: Value) {
    assert!(DIALECTS.iter().any(|d| d.name == dialect), "{dialect} is not in the table");
    let (user, _, findings) = patched_with(Options::default(), user, operations).unwrap();
    assert!(findings.dialects.contains(dialect), "{dialect} is not in {:?}", findings.dialects);
    for name in &findings.dialects {
        assert!(DIALECTS.iter().any(|d| d.name == *name), "{name} is not in the table");
    }
    let user = Value::Object(user.into_attributes());
    assert_eq!(user.pointer(pointer).cloned().unwrap_or_default(), expected);
}

fn empty() -> Resource {
    let mut user = Map::new();
    user.insert("schemas".to_owned(), json!([USER_URN]));
    user.insert("userName".to_owned(), json!("ann"));
    Resource::from_stored(user)
}

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|&id| id.to_owned()).collect()
}

#[test]
fn names_are_unique() {
    let names: HashSet<&str> = DIALECTS.iter().map(|d| d.name).collect();
    assert_eq!(names.len(), DIALECTS.len());
}

#[test]
fn op_case() {
    check("op-case", json!([{"op": "Replace", "path": "title", "value": "Boss"}]), "/title", json!("Boss"));
    check("op-case", json!([{"op": "REMOVE", "path": "name"}]), "/name", json!(null));
}

#[test]
fn dotted_key() {
    let operations = json!([{"op": "replace", "value": {"name.givenName": "Anna", "displayName": "A"}}]);
    check("dotted-key", operations, "/name", json!({"givenName": "Anna", "familyName": "Lee"}));
    let operations = json!([{"op": "add", "path": ENTERPRISE_USER_URN, "value": {"Manager.Value": "m2"}}]);
    check("dotted-key", operations, &format!("/{ENTERPRISE_USER_URN}/manager"), json!({"value": "m2"}));
}

#[test]
fn urn_key() {
    let key = format!("{ENTERPRISE_USER_URN}:department");
    let operations = json!([{"op": "Replace", "value": {(key): "Sales"}}]);
    check("urn-key", operations, &format!("/{ENTERPRISE_USER_URN}/department"), json!("Sales"));
    let key = format!("{USER_URN}:name.familyName");
    check("urn-key", json!([{"op": "add", "value": {(key): "Li"}}]), "/name/familyName", json!("Li"));
}

#[test]
fn filter_key() {
    let operations = json!([{"op": "replace", "value": {"emails[type eq \"home\"].value": "a@b.test"}}]);
    check("filter-key", operations, "/emails/1", json!({"value": "a@b.test", "type": "home"}));
}

#[test]
fn core_urn() {
    let as_path = json!([{"op": "replace", "path": USER_URN, "value": {"title": "Boss"}}]);
    check("core-urn", as_path, "/title", json!("Boss"));
    let as_key = json!([{"op": "replace", "value": {(USER_URN): {"title": "Boss", "id": "x"}}}]);
    check("core-urn", as_key, "/title", json!("Boss"));
}

#[test]
fn extension_name() {
    let operations =
        json!([{"op": "Add", "path": "manager", "value": [{"$ref": "../Users/m2", "value": "m2"}]}]);
    let pointer = format!("/{ENTERPRISE_USER_URN}/manager");
    check("extension-name", operations, &pointer, json!({"value": "m2", "$ref": "../Users/m2"}));
}

#[test]
fn remove_listed() {
    let operations =
        json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "a"}, {"value": "b"}]}]);
    let plan = group_plan(operations).unwrap();
    assert_eq!(plan.member_changes(), [MemberChange::Remove(ids(&["a", "b"]))]);
    assert!(plan.findings().dialects.contains("remove-listed"));

    let listed =
        json!([{"value": "ANN@home.test"}, {"value": "x"}, {"value": "ann@contoso.test", "type": "other"}]);
    let operations = json!([{"op": "remove", "path": "emails", "value": listed}]);
    let left = json!([{"value": "ann@contoso.test", "type": "work", "primary": true}]);
    check("remove-listed", operations, "/emails", left);
}

#[test]
fn removing_an_empty_list_removes_nothing() {
    assert_eq!(members(json!([{"op": "Remove", "path": "members", "value": []}])).unwrap(), []);
    assert_eq!(members(json!([{"op": "remove", "path": "members"}])).unwrap(), [MemberChange::Clear]);
    let operations = json!([{"op": "remove", "path": "emails", "value": []}]);
    assert_eq!(patched(operations).unwrap().get("emails"), ann().get("emails"));
}

#[test]
fn remove_old_value() {
    let operations = json!([{"op": "Remove", "path": "active", "value": "whatever"}]);
    check("remove-old-value", operations, "/active", json!(null));
    let operations =
        json!([{"op": "Remove", "path": "emails[type eq \"work\"].value", "value": "ann@contoso.test"}]);
    check("remove-old-value", operations, "/emails", json!([{"value": "ann@home.test", "type": "home"}]));
}

#[test]
fn remove_keys() {
    let operations =
        json!([{"op": "remove", "value": {"title": null, "emails": [{"value": "ann@home.test"}]}}]);
    check("remove-keys", operations, "/emails/1", json!(null));
    let operations = json!([{"op": "remove", "value": {"members": [{"value": "a"}]}}]);
    assert_eq!(members(operations).unwrap(), [MemberChange::Remove(ids(&["a"]))]);
    for nothing in [json!(null), json!([])] {
        let error = members(json!([{"op": "remove", "value": {"members": nothing}}])).unwrap_err();
        assert_eq!(error.scim_type().as_str(), "noTarget");
    }
}

#[test]
fn missing_element() {
    let operations =
        json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@b.test"}]);
    check_on(
        empty(),
        "missing-element",
        operations,
        "/emails",
        json!([{"type": "work", "value": "a@b.test"}]),
    );
}

#[test]
fn several_operations_on_one_filter_build_one_element() {
    let add = |part: &str, value: &str| json!({"op": "Add", "path": format!("addresses[type eq \"work\"].{part}"), "value": value});
    let operations =
        json!([add("country", "IS"), add("locality", "Reykjavik"), add("formatted", "Main Street")]);
    let address =
        json!([{"type": "work", "country": "IS", "locality": "Reykjavik", "formatted": "Main Street"}]);
    check_on(empty(), "op-case", operations, "/addresses", address);
}

#[test]
fn string_boolean() {
    check(
        "string-boolean",
        json!([{"op": "Replace", "path": "active", "value": "False"}]),
        "/active",
        json!(false),
    );
    let add = |part: &str, value: &str| json!({"op": "Add", "path": format!("roles[primary eq \"True\"].{part}"), "value": value});
    let operations = json!([add("value", "admin"), add("display", "Administrator")]);
    let roles = json!([{"primary": true, "value": "admin", "display": "Administrator"}]);
    check_on(empty(), "string-boolean", operations, "/roles", roles);
}

#[test]
fn empty_string_and_null_unassign() {
    let manager = format!("{ENTERPRISE_USER_URN}:manager");
    for nothing in [json!(""), json!(null)] {
        let operations = json!([
            {"op": "replace", "path": "name.givenName", "value": nothing},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": nothing},
            {"op": "replace", "path": "phoneNumbers[type eq \"fax\"].value", "value": nothing},
            {"op": "replace", "path": manager, "value": nothing},
            {"op": "replace", "value": {"active": nothing}},
        ]);
        let user = patched(operations).unwrap();
        assert_eq!(user["name"], json!({"familyName": "Lee"}));
        assert_eq!(user["emails"], json!([{"value": "ann@home.test", "type": "home"}]));
        assert_eq!(user[ENTERPRISE_USER_URN], json!({"department": "R&D"}));
        assert!(!user.contains_key("active") && !user.contains_key("phoneNumbers"));
    }
    check(
        "empty-string",
        json!([{"op": "add", "path": "name.givenName", "value": ""}]),
        "/name/givenName",
        json!(null),
    );
}

#[test]
fn app_role_json() {
    let text =
        |name: &str| json!({"id": "06b0", "value": name, "displayName": format!("The {name}")}).to_string();
    let given = json!([{"value": text("admin")}, {"value": text("user"), "primary": true}]);
    let roles = json!([
        {"value": "admin", "display": "The admin"},
        {"primary": true, "value": "user", "display": "The user"},
    ]);
    check_on(
        empty(),
        "app-role-json",
        json!([{"op": "Add", "path": "roles", "value": given}]),
        "/roles",
        roles,
    );
    let bare = json!([{"op": "Add", "path": "roles", "value": text("admin")}]);
    check_on(empty(), "app-role-json", bare, "/roles/0/value", json!("admin"));
}

#[test]
fn stringified_json() {
    let operations = json!([{"op": "Add", "path": "roles", "value": "[{\"value\": \"admin\"}]"}]);
    check("stringified-json", operations, "/roles", json!([{"value": "admin"}]));
    let operations =
        json!([{"op": "replace", "path": "name", "value": "{\"givenName\": null, \"middleName\": \"B\"}"}]);
    check("stringified-json", operations, "/name", json!({"familyName": "Lee", "middleName": "B"}));
}

#[test]
fn bare_value() {
    let pointer = format!("/{ENTERPRISE_USER_URN}/manager");
    let operations =
        json!([{"op": "Replace", "path": format!("{ENTERPRISE_USER_URN}:manager"), "value": "m2"}]);
    check("bare-value", operations, &pointer, json!({"value": "m2"}));
    for value in [json!(["a", "b", "a"]), json!([{"value": "a"}, "b"])] {
        let plan = group_plan(json!([{"op": "add", "path": "members", "value": value}])).unwrap();
        assert_eq!(plan.member_changes(), [MemberChange::Add(ids(&["a", "b"]))]);
        assert!(plan.findings().dialects.contains("bare-value"));
    }
}

#[test]
fn single_as_list() {
    let operations = json!([{"op": "replace", "path": "emails", "value": {"value": "a@b.test"}}]);
    check("single-as-list", operations, "/emails", json!([{"value": "a@b.test"}]));
    let plan = group_plan(json!([{"op": "replace", "path": "members", "value": {"value": "a"}}])).unwrap();
    assert_eq!(plan.member_changes(), [MemberChange::Replace(ids(&["a"]))]);
}

#[test]
fn list_of_one() {
    check("list-of-one", json!([{"op": "add", "path": "title", "value": ["Boss"]}]), "/title", json!("Boss"));
    let operations =
        json!([{"op": "add", "path": "name", "value": [{"givenName": null, "middleName": "B"}]}]);
    check("list-of-one", operations, "/name", json!({"familyName": "Lee", "middleName": "B"}));
}

#[test]
fn member_ref() {
    let value = json!([{"$ref": "https://scim.test/v2/Users/a"}, {"$ref": "b/"}]);
    let plan = group_plan(json!([{"op": "add", "path": "members", "value": value}])).unwrap();
    assert_eq!(plan.member_changes(), [MemberChange::Add(ids(&["a", "b"]))]);
    assert!(plan.findings().dialects.contains("member-ref"));
}

#[test]
fn urns_in_paths_and_names_in_any_case_are_no_dialect() {
    let path = format!("{}:Emails[TYPE eq \"home\"].Value", USER_URN.to_ascii_uppercase());
    let (user, _, findings) = patched_with(
        Options::default(),
        ann(),
        json!([{"op": "replace", "path": path, "value": "a@b.test"}]),
    )
    .unwrap();
    assert_eq!(user.get("emails").unwrap()[1]["value"], "a@b.test");
    assert!(findings.dialects.is_empty(), "{:?}", findings.dialects);
    let operations = json!([{"op": "replace", "path": format!("{GROUP_URN}:displayName"), "value": "x"}]);
    assert!(refusal(operations).starts_with("invalidPath: operation 1: unknown attribute"));
}
