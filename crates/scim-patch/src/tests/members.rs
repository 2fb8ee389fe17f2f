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
            MemberChange::Remove(ids(&["c", "d", "e"])),
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

#[test]
fn members_that_come_or_go_one_by_one_are_one_change() {
    let op =
        |op: &str, id: usize| json!({"op": op, "path": "members", "value": [{"value": format!("m{id}")}]});
    let some = |op_name: &str| (0..300).chain(200..499).map(|i| op(op_name, i)).collect::<Vec<_>>();
    let adds = members(json!(some("add"))).unwrap();
    let [MemberChange::Add(ids)] = adds.as_slice() else { panic!("{} changes", adds.len()) };
    assert_eq!((ids.len(), ids[0].as_str(), ids[498].as_str()), (499, "m0", "m498"));
    let removes = members(json!(some("remove"))).unwrap();
    assert!(matches!(removes.as_slice(), [MemberChange::Remove(ids)] if ids.len() == 499));
    let mixed =
        members(json!([op("add", 1), op("remove", 1), op("add", 1), op("replace", 1), op("replace", 2)]));
    assert_eq!(mixed.unwrap().len(), 5);
}

#[test]
fn null_beside_other_attributes_empties_no_group() {
    let value = json!({"displayName": "b", "members": null});
    let plan = group_plan(json!([{"op": "replace", "value": value}])).unwrap();
    assert_eq!(plan.member_changes(), []);
    assert!(plan.findings().ignored.contains("members"));
    let plain = json!([{"op": "replace", "value": {"members": []}}, {"op": "replace", "path": "members", "value": null}]);
    assert_eq!(members(plain).unwrap(), [MemberChange::Clear, MemberChange::Clear]);
}

#[test]
fn ten_thousand_members_are_one_change() {
    let list: Vec<_> = (0..10_000).map(|i| json!({"value": format!("m{i}"), "$ref": null})).collect();
    for op in ["add", "replace", "remove"] {
        let changes = members(json!([{"op": op, "path": "members", "value": list}])).unwrap();
        let [MemberChange::Add(ids) | MemberChange::Replace(ids) | MemberChange::Remove(ids)] =
            changes.as_slice()
        else {
            panic!("{} changes", changes.len())
        };
        assert_eq!(ids.len(), 10_000);
    }
}
