//! Definition files are read, or all that is wrong with them is told.

mod faults;

use crate::schema::{
    Attribute, AttributeType, ENTERPRISE_USER_URN, Mutability, ResourceTypes, Returned, Schema, Uniqueness,
    group_schema, user_type,
};
use serde_json::{Value, json};

fn load(files: &[(&str, String)]) -> Result<ResourceTypes, String> {
    let files = files.iter().map(|(name, content)| (*name, content.as_bytes()));
    ResourceTypes::built_in().with_definitions(files).map_err(|errors| errors.to_string())
}

/// A schema with the given attributes, and a resource type that uses it.
fn device(attributes: &Value) -> Value {
    json!([
        {"id": "urn:x:Device", "name": "Device", "attributes": attributes},
        {"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device"},
    ])
}

#[test]
fn what_is_left_out_has_the_defaults_of_the_rfc() {
    let content = device(&json!([{"name": "a"}, {"name": "r", "type": "reference", "description": null}]));
    let types = load(&[("f", content.to_string())]).unwrap();
    let attribute = |name: &str| types.named("Device").unwrap().attribute(name).unwrap().clone();
    assert_eq!(attribute("a"), Attribute::string("a", ""));
    assert_eq!(attribute("r"), Attribute::reference("r", "", &[]), "references compare by case");
}

#[test]
fn every_characteristic_is_taken_over() {
    let content = device(&json!([{
        "name": "a", "type": "integer", "multiValued": false, "description": "d", "required": true,
        "caseExact": true, "mutability": "immutable", "returned": "request", "uniqueness": "global",
    }]));
    let types = load(&[("f", content.to_string())]).unwrap();
    assert_eq!(
        types.named("Device").unwrap().attribute("a"),
        Some(&Attribute {
            required: true,
            case_exact: true,
            mutability: Mutability::Immutable,
            returned: Returned::Request,
            uniqueness: Uniqueness::Global,
            ..Attribute::new("a", AttributeType::Integer, "d")
        })
    );
}

#[test]
fn what_is_served_can_be_read_again() {
    let user = user_type();
    for schema in [&user.schema, &user.extensions[0].schema, &group_schema()] {
        let id = "urn:x:Copy".to_owned();
        let copy = Schema { id: id.clone(), ..schema.clone() };
        let group = json!({"name": "Group", "schemaExtensions": [{"schema": id, "required": true}]});
        let content = json!([serde_json::to_value(&copy).unwrap(), group]);
        let types = load(&[("f", content.to_string())]).unwrap();
        assert_eq!(types.group().extension("URN:X:copy"), Some(&copy));
        assert!(types.group().extensions[0].required);
    }
}

#[test]
fn files_and_their_order_do_not_matter() {
    let schema = |id: &str| json!({"id": id, "name": "S", "attributes": [{"name": "a"}]}).to_string();
    let typed = |name: &str, urn: &str| {
        json!({"name": name, "endpoint": format!("/{name}"), "schema": urn}).to_string()
    };
    let files = [
        ("1", typed("Zebra", "urn:x:z")),
        ("2", schema("urn:x:a")),
        ("3", typed("Ape", "URN:X:A")),
        ("4", schema("urn:x:z")),
        ("5", json!({"name": "User", "indexes": ["title"]}).to_string()),
        (
            "6",
            json!({"name": "User", "indexes": ["TITLE", "nickName"], "description": "People."}).to_string(),
        ),
    ];
    let types = load(&files).unwrap();
    let names: Vec<_> = types.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names, ["User", "Group", "Ape", "Zebra"]);
    let indexes: Vec<_> = types.user().indexes.iter().map(ToString::to_string).collect();
    assert_eq!(indexes, ["emails", "title", "nickName"]);
    assert_eq!(types.user().description, "People.");
    let mut reversed = files;
    reversed[..4].reverse();
    assert_eq!(load(&reversed).unwrap(), types);
    let later = types.clone().with_definitions([("7", typed("Bee", "urn:x:a").as_bytes())]).unwrap();
    assert_eq!(later.iter().nth(3).unwrap().name, "Bee");
}

#[test]
fn an_index_is_spelled_as_in_the_schema_and_kept_once() {
    let listed = [
        "EMAILS.value",
        "Addresses.LOCALITY",
        "manager",
        "active",
        "manager.value",
        "id",
        "meta.created",
        "groups",
    ];
    let types = load(&[("f", json!({"name": "User", "indexes": listed}).to_string())]).unwrap();
    let indexes: Vec<_> = types.user().indexes.iter().map(ToString::to_string).collect();
    let manager = format!("{ENTERPRISE_USER_URN}:manager");
    assert_eq!(indexes, ["emails", "addresses.locality", manager.as_str(), "active"]);
}

#[test]
fn documents_that_say_nothing() {
    let broken = load(&[("a.json", "{".to_owned()), ("b.json", "[1, {\"name\": \"x\"}]".to_owned())]);
    assert_eq!(
        broken.unwrap_err(),
        "a.json: at $: not valid JSON: EOF while parsing an object at line 1 column 1\n\
         b.json: at [0]: takes an object, not a number\n\
         b.json: at [1]: is neither a Schema (it has no `attributes`) nor a ResourceType (it has no \
         `endpoint`, `schema`, `schemaExtensions` or `indexes`)"
    );
    let twice = load(&[("a", r#"{"name": "User", "NAME": "User"}"#.to_owned())]).unwrap_err();
    assert!(twice.starts_with("a: at $: not valid JSON: the member name `NAME` occurs twice"), "{twice}");
    assert_eq!(load(&[("none", "[]".to_owned())]), Ok(ResourceTypes::built_in()));
}
