//! The PATCH vectors: every case of `tests/fixtures/vectors/patch.json`, or of the `patch.json` in the
//! directory that `SCIM_VECTORS` names.

use scim_core::Resource;
use scim_core::schema::{ResourceType, Schema, group_type, user_type};
use scim_core::value::Rules;
use scim_patch::{Options, PatchRequest, members};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// The readings of the vectors are those of the `rfc7644` profile.
const OPTIONS: Options = Options {
    rules: Rules { reject_unknown: true, reject_foreign_schemas: true },
    create_missing_elements: false,
};

/// What became of a case.
enum Outcome {
    After { resource: Value, changed: bool },
    Refused { scim_type: String, detail: String, untouched: bool },
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Plays a case as a server does: `id`, `meta`, `groups` and `members` are kept beside the resource.
fn play(resource_type: &ResourceType, base: &Value, body: &Value) -> Outcome {
    let mut document = object(base);
    let beside: Vec<(&str, Value)> =
        ["id", "meta", "groups"].iter().filter_map(|&name| Some((name, document.remove(name)?))).collect();
    let mut list = match document.remove("members") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    let mut resource = Resource::from_stored(document);
    let before = resource.clone();
    let applied =
        PatchRequest::parse(object(body)).and_then(|r| r.plan(resource_type, OPTIONS)).and_then(|plan| {
            let outcome = plan.apply(resource_type, &mut resource)?;
            Ok(members::apply(plan.member_changes(), &mut list) | outcome.changed)
        });
    match applied {
        Ok(changed) => {
            let mut after = resource.into_attributes();
            after.extend(beside.into_iter().map(|(name, value)| (name.to_owned(), value)));
            if !list.is_empty() {
                after.insert("members".to_owned(), Value::Array(list));
            }
            Outcome::After { resource: Value::Object(after), changed }
        }
        Err(error) => Outcome::Refused {
            scim_type: error.scim_type().to_string(),
            detail: error.to_string(),
            untouched: resource == before,
        },
    }
}

/// The form in which the vectors compare resources; see their README.
fn comparable(value: &Value) -> Value {
    let mut object = object(value);
    object.remove("meta");
    let extensions: Vec<String> = object.keys().filter(|k| k.starts_with("urn:")).cloned().collect();
    if let Some(Value::Array(schemas)) = object.get_mut("schemas") {
        schemas.retain(|urn| {
            let urn = urn.as_str().unwrap_or_default();
            !urn.contains(":extension:") || extensions.iter().any(|e| e == urn)
        });
    }
    // A server derives the type of a member from its id; a plan knows only the id.
    if let Some(Value::Array(members)) = object.get_mut("members") {
        for member in members {
            *member = json!({"value": member["value"]});
        }
    }
    reduced(Value::Object(object))
}

/// Without empty values and `"primary": false`, lists in one order.
fn reduced(value: Value) -> Value {
    let is_empty = |v: &Value| match v {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    match value {
        Value::Array(list) => {
            let mut list: Vec<Value> = list.into_iter().map(reduced).filter(|v| !is_empty(v)).collect();
            list.sort_by_key(Value::to_string);
            Value::Array(list)
        }
        Value::Object(object) => {
            let mut parts: Vec<(String, Value)> = object
                .into_iter()
                .filter(|(name, v)| !(name == "primary" && *v == false))
                .map(|(name, v)| (name, reduced(v)))
                .filter(|(_, v)| !is_empty(v))
                .collect();
            parts.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(parts.into_iter().collect())
        }
        other => other,
    }
}

/// Says why an outcome is not the wanted one.
fn mismatch(outcome: &Outcome, base: &Value, wanted: &Value) -> Option<String> {
    match outcome {
        Outcome::After { resource, changed } => {
            let Some(after) = wanted.get("after") else {
                return Some(format!("expected {wanted}, got {resource}"));
            };
            if comparable(resource) != comparable(after) {
                return Some(format!("expected {}\n  got {}", comparable(after), comparable(resource)));
            }
            let differs = comparable(base) != comparable(after);
            let wrong = if wanted["changed"] == false { *changed } else { differs && !changed };
            wrong.then(|| format!("changed is {changed}"))
        }
        Outcome::Refused { scim_type, detail, untouched } => {
            if !untouched {
                return Some("refused, but the resource is another".to_owned());
            }
            let error = wanted.get("error").filter(|e| {
                e["status"] == 400
                    && e["scimType"].as_array().is_some_and(|types| types.iter().any(|t| t == scim_type))
            });
            error.is_none().then(|| format!("refused with {scim_type}: {detail}"))
        }
    }
}

#[test]
fn vectors_patch() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/vectors");
    let given = std::env::var_os("SCIM_VECTORS");
    let directory = given.clone().map_or_else(|| PathBuf::from(fixtures), PathBuf::from);
    let text = std::fs::read(directory.join("patch.json")).expect("the vectors are readable");
    let file: Value = serde_json::from_slice(&text).expect("the vectors are JSON");

    let user = file["extensionSchemas"].as_array().into_iter().flatten().fold(user_type(), |user, schema| {
        user.extended_by(serde_json::from_value::<Schema>(schema.clone()).expect("a schema"), false)
    });
    let group = group_type();

    let cases = file["cases"].as_array().expect("cases");
    let (mut failed, mut second_choice) = (Vec::new(), Vec::new());
    for case in cases {
        let id = case["id"].as_str().unwrap_or_default();
        let base = &file["bases"][case["base"].as_str().unwrap_or_default()];
        let resource_type = if base["meta"]["resourceType"] == "Group" { &group } else { &user };
        let body = case.get("body").cloned().unwrap_or_else(
            || json!({"schemas": [scim_patch::PATCH_OP_URN], "Operations": case["operations"]}),
        );
        let outcome = play(resource_type, base, &body);
        if let Some(why) = mismatch(&outcome, base, &case["expect"]) {
            let mut also = case["alsoAccept"].as_array().into_iter().flatten();
            if also.any(|wanted| mismatch(&outcome, base, wanted).is_none()) {
                second_choice.push(id);
            } else {
                failed.push(format!("{id} ({}): {why}", case["note"].as_str().unwrap_or_default()));
            }
        }
    }
    println!("{} of {} cases; by alsoAccept: {second_choice:?}", cases.len() - failed.len(), cases.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    if given.is_none() {
        assert_eq!(cases.len(), 133);
        assert!(second_choice.is_empty(), "only by alsoAccept: {second_choice:?}");
    }
}
