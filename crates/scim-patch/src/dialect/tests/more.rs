//! What more there is to say of single dialects.

use crate::testing::{ann, empty, members, patched, patched_with};
use crate::{MemberChange, Options};
use scim_core::Resource;
use scim_core::schema::ENTERPRISE_USER_URN;
use serde_json::{Value, json};

/// What operations make of a user with nothing but a name.
#[track_caller]
fn on_empty(operations: Value) -> Resource {
    patched_with(Options::default(), empty(), operations).unwrap().0
}

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|&id| id.to_owned()).collect()
}

#[test]
fn a_listed_value_goes_whatever_its_case_unless_its_type_is_another() {
    let listed =
        json!([{"value": "ANN@home.test"}, {"value": "x"}, {"value": "ann@contoso.test", "type": "other"}]);
    let user = patched(json!([{"op": "remove", "path": "emails", "value": listed}])).unwrap();
    assert_eq!(user["emails"], json!([{"value": "ann@contoso.test", "type": "work", "primary": true}]));
}

#[test]
fn removing_an_empty_list_removes_nothing() {
    assert_eq!(members(json!([{"op": "Remove", "path": "members", "value": []}])).unwrap(), []);
    assert_eq!(members(json!([{"op": "remove", "path": "members"}])).unwrap(), [MemberChange::Clear]);
    let operations = json!([{"op": "remove", "path": "emails", "value": []}]);
    assert_eq!(patched(operations).unwrap().get("emails"), ann().get("emails"));
}

#[test]
fn a_list_without_path_goes_only_by_its_values() {
    let operations =
        json!([{"op": "remove", "value": {"title": null, "emails": [{"value": "ann@home.test"}]}}]);
    assert_eq!(patched(operations).unwrap()["emails"].as_array().map(Vec::len), Some(1));
    let operations = json!([{"op": "remove", "value": {"members": [{"value": "a"}]}}]);
    assert_eq!(members(operations).unwrap(), [MemberChange::Remove(ids(&["a"]))]);
    for nothing in [json!(null), json!([])] {
        let error = members(json!([{"op": "remove", "value": {"members": nothing}}])).unwrap_err();
        assert_eq!(error.scim_type().as_str(), "noTarget");
    }
}

#[test]
fn several_operations_on_one_filter_build_one_element() {
    let add = |part: &str, value: &str| json!({"op": "Add", "path": format!("addresses[type eq \"work\"].{part}"), "value": value});
    let operations =
        json!([add("country", "IS"), add("locality", "Reykjavik"), add("formatted", "Main Street")]);
    let address =
        json!([{"type": "work", "country": "IS", "locality": "Reykjavik", "formatted": "Main Street"}]);
    assert_eq!(on_empty(operations).get("addresses"), Some(&address));
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
}

#[test]
fn app_roles_are_read_in_all_their_forms() {
    let text =
        |name: &str| json!({"id": "06b0", "value": name, "displayName": format!("The {name}")}).to_string();
    let roles = |value: Value| {
        let user = on_empty(json!([{"op": "Add", "path": "roles", "value": value}]));
        user.get("roles").cloned().unwrap_or_default()
    };
    let both = json!([
        {"value": "admin", "display": "The admin"},
        {"primary": true, "value": "user", "display": "The user"},
    ]);
    assert_eq!(roles(json!([{"value": text("admin")}, {"value": text("user"), "primary": true}])), both);
    assert_eq!(roles(json!(text("admin")))[0], both[0]);
}

#[test]
fn members_are_listed_in_all_their_forms() {
    for value in
        [json!(["a", "b", "a"]), json!([{"value": "a"}, "b"]), json!([{"VALUE": "a"}, {"$ref": "Users/b"}])]
    {
        let changes = members(json!([{"op": "add", "path": "members", "value": value}])).unwrap();
        assert_eq!(changes, [MemberChange::Add(ids(&["a", "b"]))]);
    }
}
