//! An attribute that one object names twice, in two spellings.

use super::refused;
use crate::testing::{group_plan, patched};
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN};
use serde_json::json;

#[test]
fn what_is_given_twice_in_one_object_is_refused() {
    let urn = ENTERPRISE_USER_URN;
    for twice in [
        json!({"active": false, (format!("{USER_URN}:active")): true}),
        json!({"active": false, (USER_URN): {"ACTIVE": true}}),
        json!({"name.givenName": "A", "name": {"GivenName": "B"}}),
        json!({"name": {"givenName": "B"}, "Name.GivenName": "A"}),
        json!({"name": null, "name.givenName": "A"}),
        json!({(urn): {"department": "A"}, "department": "B"}),
        json!({(urn): null, (format!("{urn}:department")): "B"}),
        json!({"emails": [{"value": "x"}], (format!("{USER_URN}:emails")): []}),
    ] {
        let operation = json!([{"op": "replace", "value": twice}]);
        refused(operation.clone(), "invalidValue: operation 1: attribute `");
        assert!(patched(operation).unwrap_err().to_string().contains("is given twice"), "{twice}");
    }
    let members = json!({"members": [{"value": "a"}], (format!("{GROUP_URN}:members")): [{"value": "b"}]});
    assert!(group_plan(json!([{"op": "replace", "value": members}])).is_err());
}

#[test]
fn parts_side_by_side_and_several_operations_are_no_repetition() {
    let urn = ENTERPRISE_USER_URN;
    for once in [
        json!({"name.givenName": "A", "name": {"familyName": "B"}}),
        json!({(urn): {"department": "A"}, (format!("{urn}:division")): "B", "manager.value": "m2"}),
        json!({"emails[type eq \"work\"].value": "x", "emails[type eq \"home\"].value": "y"}),
        json!({"id": "x", (format!("{USER_URN}:id")): "y"}),
    ] {
        let operation = json!({"op": "replace", "value": once});
        assert!(patched(json!([operation, operation])).is_ok(), "{once}");
    }
}
