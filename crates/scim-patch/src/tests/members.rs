//! The members of a group.

use crate::MemberChange;
use crate::testing::{group_plan, members};
use scim_core::Resource;
use scim_core::schema::group_type;
use serde_json::json;

#[test]
fn members_are_planned_and_never_touch_the_document() {
    let ids = |list: &[&str]| list.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
    let plan = group_plan(json!([
        {"op": "add", "value": {"members": [{"value": "a", "display": "A"}, {"value": "a"}]}},
        {"op": "replace", "value": {"id": "g", "members": [{"value": "b", "type": "User"}]}},
        {"op": "remove", "path": "members[value eq \"c\"]"},
        {"op": "remove", "path": "members[value eq \"d\" or value eq \"e\"]", "value": null},
        {"op": "replace", "path": "members", "value": []},
        {"op": "add", "path": "members[value eq \"f\"]", "value": {"value": "f"}},
        {"op": "add", "path": "members", "value": null},
    ]))
    .unwrap();
    assert_eq!(
        plan.member_changes(),
        [
            MemberChange::Add(ids(&["a"])),
            MemberChange::Replace(ids(&["b"])),
            MemberChange::Remove(ids(&["c"])),
            MemberChange::Remove(ids(&["d", "e"])),
            MemberChange::Clear,
            MemberChange::Add(ids(&["f"])),
        ]
    );
    assert!(!plan.touches_document());
    let wanted = members(json!([{"op": "remove", "path": "members[type eq \"User\"]"}])).unwrap();
    let [MemberChange::RemoveWhere(predicate)] = wanted.as_slice() else { panic!("{wanted:?}") };
    assert!(predicate.matches_element(&json!({"value": "a", "type": "user"})));
}

#[test]
fn members_without_an_id_never_empty_a_group() {
    for value in [
        json!([null]),
        json!([{}]),
        json!([{"value": null}]),
        json!([{"value": ""}]),
        json!(""),
        json!({}),
        json!([{"display": "A"}]),
    ] {
        for op in ["replace", "remove", "add"] {
            let error = members(json!([{"op": op, "path": "members", "value": value}])).unwrap_err();
            assert_eq!(error.scim_type().as_str(), "invalidValue", "{op} {value}");
        }
    }
}

#[test]
fn parts_of_members_never_change() {
    for path in [
        "members.value",
        "members[value eq \"a\"].value",
        "members[value eq \"a\"].type",
        "members[value eq \"a\"]",
    ] {
        let error = members(json!([{"op": "replace", "path": path, "value": {"value": "b"}}])).unwrap_err();
        assert_eq!(error.scim_type().as_str(), "mutability", "{path}");
    }
    let error = members(json!([{"op": "replace", "path": "members.display", "value": "b"}])).unwrap_err();
    assert_eq!(error.scim_type().as_str(), "mutability");
    assert!(
        members(json!([{"op": "add", "path": "members[type eq \"User\"]", "value": {"value": "b"}}]))
            .is_err()
    );
}

#[test]
fn a_group_document_is_patched_without_its_members() {
    let mut group = Resource::from_stored(json!({"displayName": "a"}).as_object().unwrap().clone());
    let plan = group_plan(json!([{"op": "replace", "value": {"displayName": "b", "externalId": "e", "members": [{"value": "m"}]}}])).unwrap();
    assert!(plan.apply(&group_type(), &mut group).unwrap().changed);
    assert_eq!(
        (group.text("displayName"), group.text("externalId"), group.get("members")),
        (Some("b"), Some("e"), None)
    );
    assert_eq!(plan.member_changes().len(), 1);
}
