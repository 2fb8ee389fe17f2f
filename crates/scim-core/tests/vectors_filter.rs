//! The filter vectors of `tests/fixtures/vectors/filter.json`. Set `SCIM_VECTORS` to run the file of
//! another directory; only the file in this repository must have all its cases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a vector that cannot be read is a failed test")]

use scim_core::filter::{Filter, FilterError, Predicate};
use scim_core::schema::{ResourceType, Schema, group_type, user_type};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::PathBuf;

const CASES: usize = 197;

fn vectors() -> Value {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/vectors");
    let directory = std::env::var_os("SCIM_VECTORS").map_or(here, PathBuf::from);
    let text = std::fs::read(directory.join("filter.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn resource_type(name: &str, vectors: &Value) -> ResourceType {
    match name {
        "User" => vectors["extensionSchemas"].as_array().unwrap().iter().fold(user_type(), |user, schema| {
            user.extended_by(serde_json::from_value::<Schema>(schema.clone()).unwrap(), false)
        }),
        "Group" => group_type(),
        other => panic!("unknown resource type {other}"),
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn predicate(filter: &str, resource_type: &ResourceType) -> Result<Predicate, FilterError> {
    filter.parse::<Filter>()?.resolve(resource_type)
}

/// What is wrong with the outcome of a case, if anything.
fn check(case: &Value, resource_type: &ResourceType, resources: &Map<String, Value>) -> Result<(), String> {
    let filter = case["filter"].as_str().unwrap();
    let predicate = match (predicate(filter, resource_type), &case["valid"]) {
        (Ok(_), Value::Bool(false)) => return Err("accepted".to_owned()),
        (Ok(predicate), _) => predicate,
        (Err(error), Value::Bool(true)) => return Err(format!("refused: {error}")),
        (Err(_), _) => return Ok(()),
    };
    let ignored = keys(&case["dontCare"]);
    let expected: BTreeSet<&str> = keys(&case["matches"]).difference(&ignored).copied().collect();
    let found: BTreeSet<&str> = resources
        .iter()
        .filter(|(_, resource)| predicate.matches(resource.as_object().unwrap()))
        .map(|(key, _)| key.as_str())
        .filter(|key| !ignored.contains(key))
        .collect();
    if found == expected { Ok(()) } else { Err(format!("matched {found:?}, expected {expected:?}")) }
}

#[test]
fn vectors_filter_all_cases() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let name = case["resourceType"].as_str().unwrap();
            let resources = vectors["resources"][name].as_object().unwrap();
            let fault = check(case, &resource_type(name, &vectors), resources).err()?;
            Some(format!("{} {}: {fault}", case["id"], case["filter"]))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
    if std::env::var_os("SCIM_VECTORS").is_none() {
        assert_eq!(cases.len(), CASES);
    }
}

#[test]
fn vectors_filter_syntax_faults_need_no_schema() {
    for case in vectors()["cases"].as_array().unwrap().iter().filter(|case| case["valid"] == false) {
        let parsed = case["filter"].as_str().unwrap().parse::<Filter>();
        match case["stage"].as_str().unwrap() {
            "syntax" => assert!(parsed.is_err(), "{} was read", case["id"]),
            _ => assert!(parsed.is_ok(), "{} was not read", case["id"]),
        }
    }
}

#[test]
fn vectors_filter_readings_of_this_project() {
    let vectors = vectors();
    let user = resource_type("User", &vectors);
    // Cases where accepting and refusing are both right, and this project accepts.
    for id in ["F065", "F178", "F179", "F180", "F181", "F182", "F183", "F188", "F192", "F193"] {
        let case = vectors["cases"].as_array().unwrap().iter().find(|case| case["id"] == id).unwrap();
        let resource_type = resource_type(case["resourceType"].as_str().unwrap(), &vectors);
        let outcome = predicate(case["filter"].as_str().unwrap(), &resource_type);
        assert!(outcome.is_ok(), "{id}: {}", outcome.unwrap_err());
    }
    let active = predicate(r#"active eq "True""#, &user).unwrap();
    assert!(active.matches(vectors["resources"]["User"]["bjensen"].as_object().unwrap()));
}

#[test]
fn vectors_filter_print_and_read_back() {
    for case in vectors()["cases"].as_array().unwrap() {
        let Ok(filter) = case["filter"].as_str().unwrap().parse::<Filter>() else { continue };
        let printed = filter.to_string();
        assert_eq!(printed.parse::<Filter>().unwrap(), filter, "{printed}");
    }
}
