//! What operations mean, beyond the vectors: messages, errors, atomicity.

mod immutable;
mod lists;
mod members;
mod texts;
mod twice;

use crate::testing::{STRICT, ann, patched, patched_with, refusal, request};
use crate::{MAX_OPERATIONS, Options, PATCH_OP_URN, PatchRequest, Plan};
use scim_core::schema::{ENTERPRISE_USER_URN, USER_URN, user_type};
use scim_core::value::Rules;
use serde_json::{Value, json};

#[track_caller]
fn refused(operations: Value, expected: &str) {
    let refusal = refusal(operations);
    assert!(refusal.starts_with(expected), "{refusal:?} does not start with {expected:?}");
}

fn message(body: Value) -> String {
    match PatchRequest::parse(body.as_object().unwrap().clone()) {
        Ok(_) => "fine".to_owned(),
        Err(error) => format!("{}: {error}", error.scim_type()),
    }
}

#[test]
fn messages_are_read_in_any_case_and_with_extra_members() {
    let operation = json!({"OP": "Add", "Path": "title", "VALUE": "Boss", "name": "addMember", "from": 1});
    assert_eq!(
        message(json!({"Schemas": [PATCH_OP_URN], "operations": [operation], "externalId": 1})),
        "fine"
    );
}

#[test]
fn malformed_messages_are_refused() {
    let with = |operations: Value| message(json!({"schemas": [PATCH_OP_URN], "Operations": operations}));
    let add = json!({"op": "add", "path": "title", "value": "x"});
    let no_schema = format!("invalidSyntax: `schemas` must list `{PATCH_OP_URN}`");
    assert_eq!(message(json!({"Operations": [add]})), no_schema);
    assert_eq!(message(json!({"schemas": ["urn:x:y"], "Operations": [add]})), no_schema);
    for nothing in [json!([]), json!(null), json!({}), json!("x")] {
        assert!(with(nothing).starts_with("invalidSyntax: `Operations` must be a list"));
    }
    assert_eq!(
        with(json!([add, "x"])),
        "invalidSyntax: operation 2: an operation is an object, not a string"
    );
    assert!(with(json!([add, {"path": "x"}])).starts_with("invalidSyntax: operation 2: `op` is missing"));
    assert!(with(json!([{"op": "move"}])).starts_with("invalidSyntax: operation 1: unknown `op` `move`"));
    assert!(with(json!([{"op": "add", "path": 5}])).starts_with("invalidPath: operation 1: `path` takes"));
    assert_eq!(with(Value::Array(vec![add.clone(); MAX_OPERATIONS])), "fine");
    assert!(with(Value::Array(vec![add; MAX_OPERATIONS + 1])).starts_with("invalidSyntax: more than 1000"));
}

#[test]
fn errors_name_the_operation_and_the_remedy() {
    let fine = json!({"op": "replace", "path": "title", "value": "x"});
    let error = patched(json!([fine, {"op": "replace", "path": "departmnt", "value": "x"}])).unwrap_err();
    assert_eq!(error.operation(), Some(2));
    assert_eq!(
        error.to_string(),
        format!(
            "operation 2: unknown attribute `departmnt` on User; did you mean `{ENTERPRISE_USER_URN}:department`? \
             Otherwise remove its attribute mapping in the identity provider"
        )
    );
    refused(
        json!([{"op": "add", "path": "active", "value": "maybe"}]),
        "invalidValue: operation 1: attribute `active` takes true or false",
    );
    refused(json!([{"op": "remove"}]), "noTarget: operation 1: `remove` needs a `path`");
    refused(
        json!([{"op": "add", "path": "title"}]),
        "invalidValue: operation 1: `add` of `title` needs a `value`",
    );
    refused(
        json!([{"op": "add", "value": 5}]),
        "invalidValue: operation 1: an operation without `path` takes an object of attributes, not a number",
    );
    refused(
        json!([{"op": "add", "path": "name[givenName pr]", "value": {}}]),
        "invalidPath: operation 1: attribute `name` has one value",
    );
    refused(
        json!([{"op": "add", "path": "emails[typ eq \"x\"]", "value": {}}]),
        "invalidFilter: operation 1: unknown attribute `typ`",
    );
    refused(json!([{"op": "remove", "path": "emails["}]), "invalidFilter: operation 1: invalid path");
    refused(
        json!([{"op": "replace", "path": ENTERPRISE_USER_URN, "value": "x"}]),
        &format!("invalidValue: operation 1: attribute `{ENTERPRISE_USER_URN}` takes an object"),
    );
}

#[test]
fn all_faults_of_an_object_are_told_at_once() {
    let value = json!({"departmnt": "x", "active": "maybe", "name.givnName": "x", "a b": 1, (ENTERPRISE_USER_URN): {"boss": "x"}});
    let text = refusal(json!([{"op": "replace", "value": value}]));
    for part in ["`departmnt`", "`active`", "did you mean `name.givenName`", "`a b`", "User:boss`"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.starts_with("invalidValue"));
}

#[test]
fn unknown_attributes_without_a_value_are_spared() {
    for nothing in [json!(null), json!([])] {
        let operations = json!([
            {"op": "replace", "path": "favouriteColour[type eq \"secret\"]", "value": nothing},
            {"op": "add", "value": {"favouriteColour": nothing, "name.nick": nothing}},
        ]);
        let (_, changed, findings) = patched_with(STRICT, ann(), operations).unwrap();
        assert!(!changed);
        assert_eq!(findings.ignored.into_iter().collect::<Vec<_>>(), ["favouriteColour", "name.nick"]);
    }
    let lenient =
        Options { rules: Rules { reject_unknown: false, ..Rules::default() }, ..Options::default() };
    let operations = json!([
        {"op": "remove", "path": "favouriteColour"},
        {"op": "add", "value": {"favouriteColour": "red", "title": "Boss"}},
    ]);
    let (user, ..) = patched_with(lenient, ann(), operations).unwrap();
    assert_eq!(user.text("title"), Some("Boss"));
    refused(json!([{"op": "remove", "path": "favouriteColour"}]), "invalidPath");
}

#[test]
fn what_the_server_sets_is_refused_as_a_path_and_ignored_as_a_key() {
    for path in ["id", "meta", "meta.version", "groups", "groups[value eq \"g\"]", "manager.displayName"] {
        refused(json!([{"op": "replace", "path": path, "value": {"value": "x"}}]), "mutability");
    }
    refused(json!([{"op": "remove", "path": "schemas"}]), "mutability");
    let value = json!({
        "schemas": [USER_URN], "id": "x", "meta": {"version": 1}, "groups": [{"value": "g"}],
        (ENTERPRISE_USER_URN): {"manager": {"displayName": "Mo"}},
    });
    let (_, changed, findings) =
        patched_with(STRICT, ann(), json!([{"op": "replace", "value": value}])).unwrap();
    assert!(!changed);
    let ignored: Vec<_> = findings.ignored.iter().map(String::as_str).collect();
    assert_eq!(
        ignored,
        ["groups", "id", "meta", "schemas", &format!("{ENTERPRISE_USER_URN}:manager.displayName")]
    );
}

#[test]
fn a_password_is_checked_and_dropped() {
    let plan = request(json!([{"op": "replace", "path": "password", "value": "secret"}, {"op": "add", "value": {"password": "x"}}]))
        .unwrap()
        .plan(&user_type(), Options::default())
        .unwrap();
    assert!(!plan.touches_document());
    assert!(!plan.apply(&user_type(), &mut ann()).unwrap().changed);
    refused(json!([{"op": "replace", "path": "password", "value": {"a": 1}}]), "invalidValue");
}

#[test]
fn a_refused_message_leaves_no_trace() {
    let change =
        json!({"op": "replace", "value": {"title": "Boss", "emails": null, (ENTERPRISE_USER_URN): null}});
    let refusals = [
        json!({"op": "replace", "path": "phoneNumbers[value co \"5\"].type", "value": "x"}),
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "replace", "path": "userName", "value": ""}),
        json!({"op": "add", "path": "nope", "value": 1}),
    ];
    for refusal in refusals {
        let mut user = ann();
        let applied = request(json!([change, refusal]))
            .unwrap()
            .plan(&user_type(), Options::default())
            .and_then(|plan| plan.apply(&user_type(), &mut user));
        assert_eq!(applied.unwrap_err().operation(), Some(2));
        assert_eq!(user, ann());
    }
}

#[test]
fn the_end_decides_about_required_attributes() {
    let operations =
        json!([{"op": "remove", "path": "userName"}, {"op": "add", "path": "userName", "value": "anna"}]);
    assert_eq!(patched(operations).unwrap()["userName"], "anna");
    refused(
        json!([{"op": "remove", "path": "userName"}]),
        "mutability: operation 1: required attribute `userName` cannot be removed",
    );
}

#[test]
fn a_reference_goes_when_its_value_points_elsewhere() {
    let manager = |operations: Value| patched(operations).unwrap()[ENTERPRISE_USER_URN]["manager"].clone();
    assert_eq!(
        manager(json!([{"op": "replace", "path": "manager", "value": {"value": "m2"}}])),
        json!({"value": "m2"})
    );
    assert_eq!(
        manager(json!([{"op": "replace", "path": "manager.value", "value": "m2"}])),
        json!({"value": "m2"})
    );
    let both = json!([{"op": "replace", "value": {"manager.$ref": "../Users/m2", "manager.value": "m2"}}]);
    assert_eq!(manager(both), json!({"value": "m2", "$ref": "../Users/m2"}));
    assert_eq!(manager(json!([{"op": "remove", "path": "manager.value"}])), Value::Null);
    assert_eq!(manager(json!([{"op": "add", "path": "manager", "value": "m1"}]))["$ref"], "../Users/m1");
}

#[test]
fn a_whole_extension_comes_and_goes() {
    let path = ENTERPRISE_USER_URN;
    for operation in [
        json!({"op": "remove", "path": path}),
        json!({"op": "replace", "path": path, "value": null}),
        json!({"op": "replace", "value": {(path): null}}),
    ] {
        let user = patched(json!([operation])).unwrap();
        assert!(!user.contains_key(path));
        assert_eq!(user["schemas"].as_array().map(Vec::len), Some(1));
    }
    let user =
        patched(json!([{"op": "replace", "path": path, "value": {"DEPARTMENT": null, "division": "D"}}]))
            .unwrap();
    assert_eq!(user[path], json!({"manager": {"value": "m1", "$ref": "../Users/m1"}, "division": "D"}));
}

#[test]
fn plans_may_go_to_another_thread() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Plan>();
    sendable::<crate::PatchError>();
}
