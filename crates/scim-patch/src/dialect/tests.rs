//! One table: each dialect by what is sent, what becomes of it, and that its name is found, alone.

mod cases;
mod more;

use super::DIALECTS;
use crate::testing::{STRICT, ann, empty, object};
use crate::{Options, PATCH_OP_URN, PatchRequest, members};
use cases::Sent::{self, Body, Message, OnAnn, OnEmpty, OnGroup};
use cases::{Case, cases};
use scim_core::fault::Findings;
use scim_core::schema::{ENTERPRISE_USER_URN, GROUP_URN, USER_URN, group_type, user_type};
use scim_core::{Resource, value::Rules};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashSet};

/// What is left of what is sent, and what was found.
fn play(sent: &Sent) -> Result<(Value, Findings), String> {
    let message = |operations: &Value| json!({"schemas": [PATCH_OP_URN], "Operations": operations});
    match sent {
        OnAnn(operations) => patch(ann(), message(operations)),
        OnEmpty(operations) => patch(empty(), message(operations)),
        OnGroup(operations) => {
            let group = json!({"schemas": [GROUP_URN], "displayName": "Staff"});
            patch(Resource::from_stored(object(group)), message(operations))
        }
        Message(message) => patch(ann(), message.clone()),
        Body(body) => {
            let mut all = object(json!({"schemas": [USER_URN], "userName": "ann"}));
            all.extend(object(body.clone()));
            let reading = user_type().read(all, Rules::default()).map_err(|faults| faults.to_string())?;
            Ok((Value::Object(reading.resource.into_attributes()), reading.findings))
        }
    }
}

fn patch(mut resource: Resource, message: Value) -> Result<(Value, Findings), String> {
    let is_group = resource.get("displayName").is_some();
    let resource_type = if is_group { group_type() } else { user_type() };
    let said = |error: crate::PatchError| error.to_string();
    let request = PatchRequest::parse(object(message)).map_err(said)?;
    let plan = request.plan(&resource_type, Options::default()).map_err(said)?;
    let outcome = plan.apply(&resource_type, &mut resource).map_err(said)?;
    let mut findings = plan.findings().clone();
    findings.absorb(&outcome.findings);
    let mut left: Map<String, Value> = resource.into_attributes();
    if is_group {
        let mut list = vec![json!({"value": "a"}), json!({"value": "b"})];
        members::apply(plan.member_changes(), &mut list);
        left.insert("members".to_owned(), Value::Array(list));
    }
    Ok((Value::Object(left), findings))
}

#[test]
fn each_dialect_is_understood_and_found_by_its_name_alone() {
    for (number, Case { dialect, sent, pointer, left }) in cases().into_iter().enumerate() {
        let place = format!("case {number}, {dialect}");
        let (resource, findings) = play(&sent).unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(findings.dialects, BTreeSet::from([dialect]), "{place}");
        assert_eq!(resource.pointer(&pointer).cloned().unwrap_or_default(), left, "{place}");
    }
}

#[test]
fn the_table_and_the_list_have_the_same_names() {
    let listed: HashSet<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    assert_eq!(listed.len(), DIALECTS.len(), "a name is listed twice");
    assert_eq!(cases().iter().map(|case| case.dialect).collect::<HashSet<_>>(), listed);
    assert!(DIALECTS.iter().all(|dialect| !dialect.summary.is_empty() && !dialect.sent_by.is_empty()));
}

#[test]
fn the_strict_profile_refuses_what_contradicts_the_rfc() {
    let strict = |operations: Value| {
        let request =
            PatchRequest::parse(object(json!({"schemas": [PATCH_OP_URN], "Operations": operations})))?;
        request.plan(&user_type(), STRICT)?.apply(&user_type(), &mut empty()).map(|_| ())
    };
    let refusal = |operations: Value| strict(operations).unwrap_err();
    let missing = json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x"}]);
    assert_eq!(refusal(missing).scim_type().as_str(), "noTarget");
    let foreign = json!([{"op": "replace", "value": {"schemas": [USER_URN, "urn:x:y"]}}]);
    assert_eq!(refusal(foreign).scim_type().as_str(), "invalidValue");
    let body = object(json!({"schemas": [USER_URN, "urn:x:y"], "userName": "ann"}));
    assert!(user_type().read(body, STRICT.rules).is_err());
}

#[test]
fn what_is_spelled_as_the_schema_spells_it_is_no_dialect() {
    for sent in [
        OnAnn(json!([
            {"op": "replace", "path": format!("{}:emails[TYPE eq \"home\"].value", USER_URN.to_ascii_uppercase()), "value": "x"},
            {"op": "add", "value": {"name": {"givenName": null}, "emails": [], (ENTERPRISE_USER_URN): {"manager": {"value": "m2"}}}},
            {"op": "remove", "path": format!("{ENTERPRISE_USER_URN}:department")},
        ])),
        Body(
            json!({"active": true, "name": {"givenName": null}, "id": "x", "emails": [{"value": "x", "primary": true}]}),
        ),
    ] {
        let (_, findings) = play(&sent).unwrap();
        assert!(findings.dialects.is_empty(), "{:?}", findings.dialects);
    }
}
