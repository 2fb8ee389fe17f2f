//! The example definition files, and what the server then understands.

#![expect(clippy::unwrap_used, reason = "an example that cannot be read is a failed test")]

use scim_core::fault::{Faults, Findings};
use scim_core::schema::{ENTERPRISE_USER_URN, ResourceTypes, USER_URN};
use scim_core::value::Rules;
use scim_core::{Filter, Projection, Reading};
use serde_json::{Value, json};

const DEVICE_URN: &str = "urn:contoso:params:scim:schemas:2.0:Device";
const CONTOSO_URN: &str = "urn:ietf:params:scim:schemas:extension:contoso:2.0:User";

const DEVICE: &[u8] = include_bytes!("../../../tests/fixtures/schemas/device.json");
const CONTOSO_USER: &[u8] = include_bytes!("../../../tests/fixtures/schemas/contoso-user.json");

fn types() -> ResourceTypes {
    let files = [("device.json", DEVICE), ("contoso-user.json", CONTOSO_USER)];
    ResourceTypes::built_in().with_definitions(files).unwrap()
}

fn read(resource_type: &str, body: &Value) -> Result<Reading, Faults> {
    types().named(resource_type).unwrap().read(body.as_object().unwrap().clone(), Rules::default())
}

fn said(resource_type: &str, body: &Value) -> Vec<String> {
    read(resource_type, body).unwrap_err().faults.iter().map(ToString::to_string).collect()
}

#[test]
fn both_files_are_understood() {
    let types = types();
    let names: Vec<_> = types.iter().map(|t| (t.name.as_str(), t.endpoint.as_str())).collect();
    assert_eq!(names, [("User", "/Users"), ("Group", "/Groups"), ("Device", "/Devices")]);
    let indexes = |name: &str| -> Vec<String> {
        types.named(name).unwrap().indexes.iter().map(ToString::to_string).collect()
    };
    assert_eq!(indexes("Device"), ["serialNumber", "managed", "enrolledAt", "interfaces", "owner", "labels"]);
    assert_eq!(
        indexes("User"),
        [
            "emails",
            "title",
            format!("{CONTOSO_URN}:building").as_str(),
            format!("{ENTERPRISE_USER_URN}:department").as_str(),
            "phoneNumbers",
            "addresses.locality",
        ]
    );
    let extensions: Vec<_> = types.user().extensions.iter().map(|e| e.schema.name.as_str()).collect();
    assert_eq!(extensions, ["EnterpriseUser", "ContosoUser"]);
}

#[test]
fn a_device_is_read_filtered_and_shown_like_any_resource() {
    let body = json!({
        "schemas": [DEVICE_URN], "SERIALNUMBER": "C02-ü", "displayName": "Ann's laptop", "platform": "Linux",
        "ramGigabytes": 32.0, "screenInches": 13.5, "managed": "True",
        "enrolledAt": "2026-01-31T10:30:00+01:00", "labels": ["fast", "", "red"],
        "owner": {"value": "u1", "$ref": "../Users/u1"}, "unlockCode": "1234",
        "interfaces": [{"value": "aa:bb", "type": "wifi", "primary": true}, {"value": "cc:dd", "speed": 1000}],
    });
    let reading = read("Device", &body).unwrap();
    assert!(reading.findings.uncanonical.is_empty(), "case does not count for `platform`");
    let device = reading.resource.into_attributes();
    assert_eq!(
        Value::Object(device.clone()),
        json!({
            "schemas": [DEVICE_URN], "serialNumber": "C02-ü", "displayName": "Ann's laptop",
            "platform": "Linux", "ramGigabytes": 32, "screenInches": 13.5, "managed": true,
            "enrolledAt": "2026-01-31T10:30:00+01:00", "labels": ["fast", "red"],
            "owner": {"value": "u1", "$ref": "../Users/u1"},
            "interfaces": [
                {"value": "aa:bb", "type": "wifi", "primary": true}, {"value": "cc:dd", "speed": 1000}],
        })
    );
    let types = types();
    let matches = |filter: &str| {
        let filter: Filter = filter.parse().unwrap();
        filter.resolve(types.named("Device").unwrap()).unwrap().matches(&device)
    };
    assert!(matches(r#"enrolledAt eq "2026-01-31T09:30:00Z" and ramGigabytes ge 32"#));
    assert!(matches(r#"interfaces[type eq "WIFI"] and labels eq "RED" and managed eq true"#));
    assert!(!matches(r#"serialNumber eq "c02-ü""#), "serialNumber compares by case");
    let mut shown = device.clone();
    let resource_type = types.named("Device").unwrap();
    Projection::parse(Some("labels"), None, resource_type).unwrap().apply(resource_type, &mut shown);
    assert_eq!(shown.keys().collect::<Vec<_>>(), ["schemas", "serialNumber", "labels"]);
}

#[test]
fn all_faults_of_a_device_are_told_with_their_places() {
    let body = json!({
        "schemas": [DEVICE_URN], "ramGigabytes": 1.5, "screenInches": "13", "managed": 1,
        "enrolledAt": "2026-01-31", "labels": ["a", 5], "owner": {"$ref": "users/1 2"},
        "interfaces": [null, {"value": 1, "speed": "fast"}, {"type": "wifi"}, {"lastSeen": true}],
        "unlockCode": {"a": 1}, "platfrom": "linux",
    });
    let takes = |place: &str, what: &str| {
        format!("attribute `{place}` takes {what}; correct or remove its attribute mapping")
    };
    let missing =
        |place: &str| format!("required attribute `{place}` is missing; map it in the identity provider");
    let whole = "a whole number of at most 64 bits";
    let instant = "a dateTime such as `2026-01-31T09:30:00Z`";
    assert_eq!(
        said("Device", &body),
        [
            takes("ramGigabytes", &format!("{whole}, not a number that is not one")),
            takes("screenInches", "a number, not a string"),
            takes("managed", "true or false, not a number"),
            takes("enrolledAt", &format!("{instant}, not another string")),
            takes("labels[1]", "a string, not a number"),
            takes("owner.$ref", "a URI, not a string with blanks"),
            takes("interfaces[1].value", "a string, not a number"),
            takes("interfaces[1].speed", &format!("{whole}, not a string")),
            missing("interfaces[2].value"),
            takes("interfaces[3].lastSeen", &format!("{instant}, not a boolean")),
            takes("unlockCode", "a string, not an object"),
            "unknown attribute `platfrom` on Device; did you mean `platform`? Otherwise remove its attribute \
             mapping in the identity provider"
                .to_owned(),
            missing("serialNumber"),
        ]
    );
}

#[test]
fn required_parts_are_missed_wherever_the_value_came_from() {
    let body = |more: Value| {
        let mut body = json!({"schemas": [USER_URN], "userName": "ann"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let missing = |place: &str| {
        vec![format!("required attribute `{place}` is missing; map it in the identity provider")]
    };
    let desk = format!("{CONTOSO_URN}:desks[1].value");
    assert_eq!(said("User", &body(json!({(CONTOSO_URN): {"desks": ["a", {"floor": 1}]}}))), missing(&desk));
    let flat = json!({(format!("{CONTOSO_URN}:desks")): {"floor": 1}});
    assert_eq!(said("User", &body(flat)), missing(&format!("{CONTOSO_URN}:desks[0].value")));

    let device = |owner: Value| {
        let mut body = json!({"schemas": [DEVICE_URN], "serialNumber": "1"});
        body.as_object_mut().unwrap().extend(owner.as_object().unwrap().clone());
        body
    };
    assert_eq!(said("Device", &device(json!({"owner": {"$ref": "Users/1"}}))), missing("owner.value"));
    assert_eq!(said("Device", &device(json!({"owner.$ref": "Users/1"}))), missing("owner.value"));
    let parts = json!({"owner.$ref": "Users/1", "owner.value": "1"});
    assert!(read("Device", &device(parts)).is_ok(), "parts may come one by one");

    let stored =
        device(json!({"interfaces": [{"value": "aa"}, {"type": "wifi"}], "owner": {"$ref": "Users/1"}}));
    let mut findings = Findings::default();
    types().named("Device").unwrap().check_required(stored.as_object().unwrap(), &mut findings);
    let faults: Vec<_> = findings.into_result().unwrap_err().faults.into_iter().map(|f| f.path).collect();
    assert_eq!(faults, ["owner.value", "interfaces[1].value"], "what a PATCH leaves behind is checked too");
}
