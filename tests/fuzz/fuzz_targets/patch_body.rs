//! No body brings PATCH down; a refused one changes nothing, and what an applied one leaves could have been
//! created.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_core::schema::{Attribute, Mutability, ResourceType};
use scim_core::value::Rules;
use scim_core::{Resource, json};
use scim_patch::{MemberChange, Options, PatchRequest, Plan, dialect, members};
use scimd_fuzz::{object, patched};
use serde_json::{Map, Value, json as value};
use std::collections::HashSet;

fuzz_target!(|body: &[u8]| {
    let Ok(Value::Object(body)) = json::from_slice(body) else { return };
    let request = match PatchRequest::parse(body.clone()) {
        Ok(request) => request,
        Err(error) => return assert_eq!(error.to_string().lines().count(), 1),
    };
    for (resource_type, before) in patched::subjects() {
        for entra in [true, false] {
            let options = Options {
                rules: Rules { reject_unknown: true, reject_foreign_schemas: !entra },
                create_missing_elements: entra,
            };
            match request.plan(resource_type, options) {
                Ok(plan) => {
                    check(resource_type, before, &plan, replaces_whole_attributes(resource_type, &body))
                }
                Err(error) => assert_eq!(error.to_string().lines().count(), 1),
            }
        }
    }
});

fn check(resource_type: &ResourceType, before: &Map<String, Value>, plan: &Plan, is_replacement: bool) {
    check_members(plan.member_changes());
    let mut resource = Resource::from_stored(before.clone());
    let outcome = match plan.apply(resource_type, &mut resource) {
        Ok(outcome) => outcome,
        Err(error) => {
            assert!(error.operation().is_some(), "{error}");
            assert_eq!(error.to_string().lines().count(), 1);
            assert_eq!(resource.attributes(), before, "refused, but changed");
            return;
        }
    };
    for name in plan.findings().dialects.iter().chain(&outcome.findings.dialects) {
        assert!(dialect::DIALECTS.iter().any(|known| known.name == *name), "{name} is in no table");
    }
    let after = resource.attributes().clone();
    assert_eq!(outcome.changed, after != *before, "{}", Value::from(after));
    assert!(plan.touches_document() || !outcome.changed);
    check_sound(resource_type, before, &after);

    let again = plan.apply(resource_type, &mut resource);
    if is_replacement {
        let again = again.unwrap_or_else(|error| panic!("once is fine, twice is not: {error}"));
        assert!(!again.changed, "{}\n{}", Value::from(after), Value::from(resource.into_attributes()));
    } else if again.is_ok() {
        check_sound(resource_type, before, resource.attributes());
    }
}

/// What is left reads as itself, and what the server alone sets is as it was.
fn check_sound(resource_type: &ResourceType, before: &Map<String, Value>, after: &Map<String, Value>) {
    let (fixed, given) = apart(resource_type, after);
    assert_eq!(fixed, apart(resource_type, before).0, "the server alone sets it");
    let rules = Rules { reject_unknown: true, reject_foreign_schemas: true };
    let reading = resource_type
        .read(given.clone(), rules)
        .unwrap_or_else(|faults| panic!("{faults}: {}", Value::from(after.clone())));
    assert!(reading.findings.dialects.is_empty(), "{:?}", reading.findings.dialects);
    let mut read = reading.resource.into_attributes();
    // An extension of which only what the server sets is left is still in use.
    read.insert("schemas".to_owned(), given["schemas"].clone());
    assert_eq!(read, given);
    assert_eq!(after.keys().next().map(String::as_str), Some("schemas"));
    let mut sealed = Resource::from_stored(after.clone());
    sealed.seal(resource_type);
    assert_eq!(sealed.attributes(), after);
}

/// The attributes that the server alone sets, and those that clients set.
fn apart(resource_type: &ResourceType, all: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let is_fixed = |attribute: Option<&Attribute>| {
        attribute.is_some_and(|attribute| attribute.mutability == Mutability::ReadOnly)
    };
    let (mut fixed, mut given) = (Map::new(), Map::new());
    for (name, one) in all {
        match (resource_type.extension(name), one) {
            (Some(schema), Value::Object(parts)) => {
                let (parts_fixed, parts_given): (Map<_, _>, Map<_, _>) =
                    parts.clone().into_iter().partition(|(name, _)| is_fixed(schema.attribute(name)));
                fixed.extend((!parts_fixed.is_empty()).then(|| (name.clone(), parts_fixed.into())));
                given.extend((!parts_given.is_empty()).then(|| (name.clone(), parts_given.into())));
            }
            (_, one) if is_fixed(resource_type.attribute(name)) => {
                fixed.insert(name.clone(), one.clone());
            }
            (_, one) => {
                given.insert(name.clone(), one.clone());
            }
        }
    }
    (fixed, given)
}

/// Each id is told once, and applying the changes twice leads to the same members.
fn check_members(changes: &[MemberChange]) {
    for change in changes {
        if let MemberChange::Add(ids) | MemberChange::Remove(ids) | MemberChange::Replace(ids) = change {
            assert!(!ids.is_empty() && ids.iter().all(|id| !id.is_empty()));
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        }
    }
    let mut list = vec![value!({"value": "a", "type": "User"}), value!({"value": "b", "type": "Group"})];
    let before = list.clone();
    let changed = members::apply(changes, &mut list);
    assert!(changed || list.len() == before.len());
    let has_filter = changes.iter().any(|change| matches!(change, MemberChange::RemoveWhere(_)));
    assert!(has_filter || !members::apply(changes, &mut list));
}

/// Whether a message does nothing but replace whole attributes, each by a path of its own.
fn replaces_whole_attributes(resource_type: &ResourceType, body: &Map<String, Value>) -> bool {
    let Some((_, Value::Array(list))) = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("operations"))
    else {
        return false;
    };
    list.iter().all(|operation| {
        let operation = object(operation.clone());
        let text = |wanted: &str| {
            operation
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .and_then(|(_, one)| one.as_str())
        };
        text("op").is_some_and(|op| op.eq_ignore_ascii_case("replace"))
            && text("path").is_some_and(|path| {
                let name = path.strip_prefix(patched::BADGE_URN).and_then(|rest| rest.strip_prefix(':'));
                let badge = resource_type.extension(patched::BADGE_URN);
                resource_type.attribute(path).is_some()
                    || name.zip(badge).is_some_and(|(name, badge)| badge.attribute(name).is_some())
            })
    })
}
