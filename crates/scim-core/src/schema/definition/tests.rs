//! Definition files are read, or all that is wrong with them is told.

use crate::schema::ResourceTypes;

fn load(files: &[(&str, &str)]) -> Result<ResourceTypes, String> {
    let files = files.iter().map(|(name, content)| (*name, content.as_bytes()));
    ResourceTypes::built_in().with_definitions(files).map_err(|errors| errors.to_string())
}

#[test]
fn a_resource_type_of_its_own() {
    let types = load(&[(
        "device.json",
        r#"[{"id": "urn:example:2.0:Device", "name": "Device", "attributes": [
                {"name": "serial", "required": true, "uniqueness": "server", "caseExact": true},
                {"name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
                    {"name": "value", "type": "integer"}]}]},
            {"name": "Device", "endpoint": "/Devices", "schema": "urn:example:2.0:Device", "indexes": ["ports"]}]"#,
    )])
    .unwrap();
    let device = types.named("Device").unwrap();
    assert_eq!(device.indexes, ["ports".parse().unwrap()]);
    assert_eq!(types.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["User", "Group", "Device"]);
}

#[test]
fn all_faults_are_told_with_their_places() {
    let errors = load(&[
        ("a.json", "{"),
        (
            "b.json",
            r#"{"name": "User", "endpoint": "/People", "schemaExtensions": [{"schema": "urn:x:y"}],
                "indexes": ["titel", "name", "emails.value", "userName", "password"]}"#,
        ),
    ])
    .unwrap_err();
    assert_eq!(errors.lines().count(), 3);
}
