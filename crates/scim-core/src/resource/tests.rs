//! Bodies become resources, or say all that is wrong with them.

use super::*;
use crate::fault::{Faults, MAX_FAULTS};
use crate::schema::{ENTERPRISE_USER_URN, USER_URN, user_type};
use crate::value::Rules;
use serde_json::json;

fn read(body: Value) -> Result<Reading, Faults> {
    user_type().read(body.as_object().unwrap().clone(), Rules::default())
}

#[test]
fn a_body_becomes_a_resource() {
    let reading = read(json!({
        "schemas": [USER_URN, "urn:somebody:else"],
        "id": "mine", "meta": {"version": "x"}, "groups": [{"value": "g"}],
        "USERNAME": "ann@contoso.test", "password": "secret", "title": null, "nickName": "", "roles": [],
        (ENTERPRISE_USER_URN): {"Department": "R&D", "manager": "m1"},
        "department": null,
    }))
    .unwrap();
    assert_eq!(
        Value::Object(reading.resource.into_attributes()),
        json!({
            "schemas": [USER_URN, ENTERPRISE_USER_URN],
            "userName": "ann@contoso.test",
            (ENTERPRISE_USER_URN): {"department": "R&D", "manager": {"value": "m1"}},
        })
    );
    let ignored: Vec<_> = reading.findings.ignored.iter().map(String::as_str).collect();
    assert_eq!(ignored, ["department", "groups", "id", "meta"]);
}

#[test]
fn flattened_keys_are_read_as_paths() {
    let urn = ENTERPRISE_USER_URN;
    let reading = read(json!({
        "schemas": [USER_URN], "userName": "ann", "name.givenName": "Ann", "name.familyName": "Lee",
        (format!("{urn}:department")): "R&D", (urn): {"division": "North"},
        (format!("{USER_URN}:title")): "Boss", "meta.created": "2026-01-01T00:00:00Z",
    }))
    .unwrap();
    assert_eq!(
        Value::Object(reading.resource.into_attributes()),
        json!({
            "schemas": [USER_URN, urn], "userName": "ann", "title": "Boss",
            "name": {"givenName": "Ann", "familyName": "Lee"},
            (urn): {"department": "R&D", "division": "North"},
        })
    );
    assert!(
        reading.findings.dialects.contains("dotted-key") && reading.findings.dialects.contains("urn-key")
    );
    assert!(read(json!({"schemas": [USER_URN], "userName": "ann", "name.givnName": "x"})).is_err());
    let fault = read(json!({"schemas": [USER_URN], "userName": "ann", "name.givenName": 5})).unwrap_err();
    assert!(fault.to_string().starts_with("attribute `name.givenName` takes a string"), "{fault}");
}

#[test]
fn an_attribute_in_two_spellings_is_refused_and_parts_are_put_together() {
    let urn = ENTERPRISE_USER_URN;
    let body = |more: Value| {
        let mut body = json!({"schemas": [USER_URN], "userName": "ann"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(body)
    };
    for twice in [
        json!({"active": false, (format!("{USER_URN}:active")): true}),
        json!({(format!("{USER_URN}:active")): true, "active": false}),
        json!({"name.givenName": "A", "name": {"givenName": "B"}}),
        json!({(urn): {"department": "A"}, (format!("{urn}:department")): "B"}),
        json!({"emails": [{"value": "a@b"}], (format!("{USER_URN}:emails")): [{"value": "c@d"}]}),
    ] {
        let fault = body(twice.clone()).unwrap_err().to_string();
        assert!(fault.contains("is given twice"), "{twice}: {fault}");
    }
    let whole = body(json!({"name.givenName": "A", "name": {"familyName": "B"}})).unwrap().resource;
    assert_eq!(whole.get("name"), Some(&json!({"givenName": "A", "familyName": "B"})));
    let manager = json!({(format!("{urn}:manager.value")): "m", (urn): {"manager": {"$ref": "Users/m"}}});
    let whole = body(manager).unwrap().resource;
    assert_eq!(whole.get(urn), Some(&json!({"manager": {"value": "m", "$ref": "Users/m"}})));
}

#[test]
fn what_comes_out_without_a_value_is_told_however_it_was_spelled() {
    let urn_key = format!("{USER_URN}:active");
    for (key, value) in [
        ("active", json!(null)),
        ("ACTIVE", json!("")),
        ("active", json!([])),
        ("active", json!([""])),
        (urn_key.as_str(), json!(null)),
    ] {
        let reading = read(json!({"schemas": [USER_URN], "userName": "ann", key: value})).unwrap();
        assert!(reading.findings.unassigned.contains("active"), "{key}: {:?}", reading.findings);
    }
    let sent = read(json!({"schemas": [USER_URN], "userName": "ann", "active": true})).unwrap();
    assert!(sent.findings.unassigned.is_empty());
    for emails in [
        json!([null]),
        json!([{}]),
        json!({}),
        json!(""),
        json!("[]"),
        json!(" [ ]"),
        json!("[null]"),
        json!("{}"),
        json!([{"value": ""}, {"value": "a@b"}]),
    ] {
        let reading = read(json!({"schemas": [USER_URN], "userName": "ann", "emails": emails})).unwrap();
        assert!(reading.findings.hollow.contains("emails"), "{emails}");
    }
    for emails in [json!([]), json!(null), json!([{"value": "a@b"}]), json!("[{\"value\": \"a@b\"}]")] {
        let reading = read(json!({"schemas": [USER_URN], "userName": "ann", "emails": emails})).unwrap();
        assert!(reading.findings.hollow.is_empty(), "{emails}");
    }
}

#[test]
fn all_faults_are_reported_at_once() {
    let faults = read(json!({
        "schemas": [USER_URN], "favouriteColour": "red", "active": "maybe", "displayNmae": "Ann",
    }))
    .unwrap_err();
    let text = faults.to_string();
    for part in [
        "`favouriteColour` on User",
        "`active` takes true or false",
        "did you mean `displayName`",
        "`userName` is missing",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

#[test]
fn many_faults_are_listed_and_the_rest_is_counted() {
    let mut body = json!({"schemas": [USER_URN], "userName": "ann"});
    (0..60).for_each(|i| body[format!("nothing{i}")] = json!("x"));
    let faults = read(body).unwrap_err();
    assert_eq!((faults.faults.len(), faults.more), (MAX_FAULTS, 10));
    assert!(faults.to_string().ends_with("; and 10 more"));
}

#[test]
fn unknown_names_suggest_what_is_near_in_the_form_to_write() {
    let urn = ENTERPRISE_USER_URN;
    let wrong_urn = urn.replace("enterprise", "entreprise");
    for (key, value, suggested) in [
        ("departmnt", json!("R&D"), format!("{urn}:department")),
        ("displayNmae", json!("Ann"), "displayName".to_owned()),
        ("name.givnName", json!("Ann"), "name.givenName".to_owned()),
        ("manager.valu", json!("m1"), format!("{urn}:manager.value")),
        ("name", json!({"familyNam": "Lee"}), "name.familyName".to_owned()),
        ("emails", json!([{"value": "a@b"}, {"valeu": "c@d"}]), "emails.value".to_owned()),
        (urn, json!({"departmnt": "R&D"}), format!("{urn}:department")),
        (urn, json!({"manager": {"dispalyName": "Bob"}}), format!("{urn}:manager.displayName")),
        (&format!("{urn}:divison"), json!("North"), format!("{urn}:division")),
        (&format!("{urn}:manager.valeu"), json!("m1"), format!("{urn}:manager.value")),
        (&wrong_urn, json!({"department": "R&D"}), urn.to_owned()),
    ] {
        let body = json!({"schemas": [USER_URN], "userName": "ann", (key): value});
        let fault = read(body).unwrap_err().to_string();
        assert!(fault.contains(&format!("; did you mean `{suggested}`? Otherwise remove")), "{key}: {fault}");
    }
}

#[test]
fn faults_of_an_extension_speak_its_name_and_are_told_once() {
    let urn = ENTERPRISE_USER_URN;
    let mut user = user_type();
    user.extensions[0].required = true;
    user.extensions[0].schema.attributes[0].required = true;
    let read = |extension: Value| {
        let body = json!({"schemas": [USER_URN], "userName": "ann", (urn.to_uppercase()): extension});
        user.read(body.as_object().unwrap().clone(), Rules::default()).unwrap_err().to_string()
    };
    let wrong = |part: &str, kinds: &str| {
        format!("attribute `{urn}{part}` takes {kinds}; correct or remove its attribute mapping")
    };
    assert_eq!(read(json!({"EMPLOYEENUMBER": 5})), wrong(":employeeNumber", "a string, not a number"));
    assert_eq!(read(json!("x")), wrong("", "an object, not a string"));
    assert_eq!(
        read(json!({"department": "R&D"})),
        format!("required attribute `{urn}:employeeNumber` is missing; map it in the identity provider")
    );
    user.extensions[0].schema.attributes[0].required = false;
    let bare = json!({"schemas": [USER_URN], "userName": "ann"});
    let fault = user.read(bare.as_object().unwrap().clone(), Rules::default()).unwrap_err().to_string();
    assert_eq!(fault, format!("required attribute `{urn}` is missing; map it in the identity provider"));
}

#[test]
fn schemas_must_list_the_core_schema() {
    for schemas in [json!(null), json!([]), json!([ENTERPRISE_USER_URN])] {
        let text = read(json!({"schemas": schemas, "userName": "a"})).unwrap_err().to_string();
        assert_eq!(text, format!("`schemas` must list `{USER_URN}`"));
    }
    assert!(read(json!({"schemas": "x", "userName": "a"})).unwrap_err().to_string().contains("list of URNs"));
    let strict = Rules { reject_foreign_schemas: true, ..Rules::default() };
    let body = json!({"schemas": [USER_URN, "urn:a:b"], "userName": "a"});
    assert!(user_type().read(body.as_object().unwrap().clone(), strict).is_err());
}
