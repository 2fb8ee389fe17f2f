//! Tests of the choice of attributes.

use super::*;
use crate::schema::{ENTERPRISE_USER_URN, user_type};
use serde_json::json;

fn ann() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "u1",
        "userName": "ann",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"value": "a@work", "type": "work", "primary": true}, {"value": "a@home", "type": "home"}],
        "password": "secret",
        (ENTERPRISE_USER_URN): {"department": "Sales", "manager": {"value": "u2", "displayName": "Bob"}},
        "meta": {"resourceType": "User", "version": "W/\"1\""}
    })
}

/// What is left of Ann, without what is always there.
fn left(attributes: Option<&str>, excluded: Option<&str>) -> Value {
    let user = user_type();
    let mut map = ann().as_object().unwrap().clone();
    Projection::parse(attributes, excluded, &user).unwrap().apply(&user, &mut map);
    for always in ["schemas", "id"] {
        assert!(map.shift_remove(always).is_some(), "{always} is missing");
    }
    assert!(!map.contains_key("password"));
    Value::Object(map)
}

fn only(attributes: &str, expected: Value) {
    assert_eq!(left(Some(attributes), None), expected, "attributes={attributes}");
}

/// Excluding takes the named members away, and nothing else.
fn except(excluded: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let mut expected = ann();
    let map = expected.as_object_mut().unwrap();
    for name in ["schemas", "id", "password"] {
        map.shift_remove(name);
    }
    change(map);
    assert_eq!(left(None, Some(excluded)), expected, "excludedAttributes={excluded}");
}

#[test]
fn without_a_choice_everything_but_the_hidden_is_left() {
    except("", |_| {});
    except("nope, no such, urn:a:b:c", |_| {});
    assert_eq!(left(None, None), left(Some(" "), Some("")));
}

#[test]
fn attributes_names_what_is_left() {
    only("userName", json!({"userName": "ann"}));
    only("USERNAME , name.GivenName", json!({"userName": "ann", "name": {"givenName": "Ann"}}));
    only(
        "urn:ietf:params:scim:schemas:core:2.0:User:name",
        json!({"name": {"givenName": "Ann", "familyName": "Lee"}}),
    );
    only("meta.version", json!({"meta": {"version": "W/\"1\""}}));
    only("id", json!({}));
    only("nope", json!({}));
    only("password", json!({}));
    only(
        "emails.type,emails.primary",
        json!({"emails": [{"type": "work", "primary": true}, {"type": "home"}]}),
    );
    only("emails.primary", json!({"emails": [{"primary": true}]}));
    only("name,name.givenName", json!({"name": {"givenName": "Ann", "familyName": "Lee"}}));
}

#[test]
fn extensions_are_named_whole_or_in_part() {
    let sales = json!({(ENTERPRISE_USER_URN): {"department": "Sales"}});
    only(&format!("{ENTERPRISE_USER_URN}:department"), sales.clone());
    only("department", sales);
    only(
        &format!("{}:manager.value", ENTERPRISE_USER_URN.to_uppercase()),
        json!({(ENTERPRISE_USER_URN): {"manager": {"value": "u2"}}}),
    );
    only(ENTERPRISE_USER_URN, json!({(ENTERPRISE_USER_URN): ann()[ENTERPRISE_USER_URN]}));
    except(ENTERPRISE_USER_URN, |map| {
        map.shift_remove(ENTERPRISE_USER_URN);
    });
    except(&format!("{ENTERPRISE_USER_URN}:manager"), |map| {
        map[ENTERPRISE_USER_URN] = json!({"department": "Sales"});
    });
    except("manager,department", |map| {
        map.shift_remove(ENTERPRISE_USER_URN);
    });
}

#[test]
fn excluded_attributes_names_what_is_gone() {
    except("emails,ID,schemas", |map| {
        map.shift_remove("emails");
    });
    except("name.givenName", |map| map["name"] = json!({"familyName": "Lee"}));
    except("name.givenName,name.familyName", |map| {
        map.shift_remove("name");
    });
}

#[test]
fn brackets_name_elements() {
    only(
        "emails[type eq \"work\"]",
        json!({"emails": [{"value": "a@work", "type": "work", "primary": true}]}),
    );
    only("emails[type eq \"work\"].value", json!({"emails": [{"value": "a@work"}]}));
    only("emails[type eq \"a,]b\"],userName", json!({"userName": "ann"}));
    only(
        "emails[type eq \"home\"],emails.type",
        json!({"emails": [{"type": "work"}, {"value": "a@home", "type": "home"}]}),
    );
    except("emails[type eq \"work\"]", |map| map["emails"] = json!([{"value": "a@home", "type": "home"}]));
    except("emails[type eq \"work\"].value", |map| {
        map["emails"] = json!([{"type": "work", "primary": true}, {"value": "a@home", "type": "home"}]);
    });
}

#[test]
fn what_is_not_wanted_need_not_be_computed() {
    let user = user_type();
    let parse = |attributes, excluded| Projection::parse(attributes, excluded, &user).unwrap();
    assert!(Projection::all().wants("groups") && parse(None, None).wants("groups"));
    assert!(parse(Some("userName,GROUPS.display"), None).wants("groups"));
    assert!(!parse(Some("userName"), None).wants("groups"));
    assert!(parse(Some("userName"), None).wants("id"));
    assert!(!parse(None, Some("groups,title")).wants("Groups"));
    assert!(parse(None, Some("groups.display")).wants("groups"));
    assert!(parse(None, Some("id")).wants("id"));
    assert!(parse(Some("department"), None).wants(ENTERPRISE_USER_URN));
    assert!(parse(None, Some("department")).wants(ENTERPRISE_USER_URN));
    assert!(!parse(None, Some(ENTERPRISE_USER_URN)).wants(ENTERPRISE_USER_URN));
}

#[test]
fn what_is_wanted_follows_the_rules_of_return() {
    let mut user = user_type();
    let rule = |attributes: &mut Vec<Attribute>, name: &str, rule| {
        attributes.iter_mut().find(|a| a.name == name).unwrap().returned = rule;
    };
    rule(&mut user.schema.attributes, "groups", Returned::Request);
    let wants = |user: &ResourceType, attributes, excluded, name| {
        Projection::parse(attributes, excluded, user).unwrap().wants(name)
    };
    assert!(!wants(&user, None, None, "groups"));
    assert!(!wants(&user, None, Some("title"), "groups"));
    assert!(!wants(&user, Some("title"), None, "groups"));
    assert!(wants(&user, Some("title,groups"), None, "GROUPS"));
    assert!(wants(&user, Some("groups.display"), None, "groups"));
    for attributes in [None, Some("password")] {
        assert!(!wants(&user, attributes, None, "password"));
    }

    let enterprise = ENTERPRISE_USER_URN;
    rule(&mut user.extensions[0].schema.attributes, "department", Returned::Always);
    assert!(
        wants(&user, Some("title"), None, enterprise) && wants(&user, None, Some(enterprise), enterprise)
    );
    for attribute in &mut user.extensions[0].schema.attributes {
        attribute.returned = Returned::Request;
    }
    assert!(!wants(&user, None, None, enterprise) && !wants(&user, Some(enterprise), None, enterprise));
    assert!(wants(&user, Some("manager"), None, enterprise));
    for attribute in &mut user.extensions[0].schema.attributes {
        attribute.returned = Returned::Never;
    }
    assert!(!wants(&user, Some("manager"), None, enterprise));
}

#[test]
fn lists_are_read_as_parameters_are() {
    let user = user_type();
    let lists = |attributes: &[&str], excluded: &[&str]| Projection::parse_lists(attributes, excluded, &user);
    let one = Projection::parse(Some("title,emails[type eq \"a,b\"]"), None, &user);
    assert_eq!(lists(&["title", "emails[type eq \"a,b\"]"], &[]), one);
    assert_eq!(lists(&["title , emails[type eq \"a,b\"]", " "], &[""]), one);
    assert_eq!(lists(&["title"], &["name"]), Err(ProjectionError::Both));
    assert_eq!(lists(&["x"; MAX_LENGTH + 1], &[]), Err(ProjectionError::TooLong));
    assert!(lists(&[], &[" "]).unwrap().is_all() && Projection::all().is_all());
    assert!(!lists(&["nope"], &[]).unwrap().is_all() && !lists(&[], &["nope"]).unwrap().is_all());
}

#[test]
fn rules_of_return_hold_for_parts_too() {
    let mut user = user_type();
    let name = user.schema.attributes.iter_mut().find(|a| a.name == "name").unwrap();
    name.sub_attributes[1].returned = Returned::Request;
    name.sub_attributes[2].returned = Returned::Always;
    let left = |attributes, excluded| {
        let mut map = ann().as_object().unwrap().clone();
        Projection::parse(attributes, excluded, &user).unwrap().apply(&user, &mut map);
        map.get("name").cloned()
    };
    let (family, given) = (json!("Lee"), json!("Ann"));
    assert_eq!(left(None, None), Some(json!({"givenName": given})));
    assert_eq!(left(Some("name"), None), Some(json!({"givenName": given})));
    let both = json!({"givenName": given, "familyName": family});
    assert_eq!(left(Some("name.familyName"), None), Some(both));
    assert_eq!(left(None, Some("name.givenName")), Some(json!({"givenName": given})));
    assert_eq!(left(None, Some("name")), None);

    let title = user.schema.attributes.iter_mut().find(|a| a.name == "userName").unwrap();
    title.returned = Returned::Request;
    let left = |attributes| {
        let mut map = ann().as_object().unwrap().clone();
        Projection::parse(attributes, None, &user).unwrap().apply(&user, &mut map);
        map.contains_key("userName")
    };
    assert!(left(Some("userName")) && !left(None) && !left(Some("title")));
}

fn error(attributes: Option<&str>, excluded: Option<&str>) -> String {
    Projection::parse(attributes, excluded, &user_type()).unwrap_err().to_string()
}

#[test]
fn contradictions_are_refused() {
    assert_eq!(
        error(Some("title"), Some("name")),
        "use either `attributes` or `excludedAttributes`, not both"
    );
    assert!(error(Some(&"title,".repeat(2000)), None).contains("longer than"));
    let distinct: Vec<String> = (0..300).map(|i| format!("emails[type eq \"{i}\"]")).collect();
    assert!(error(Some(&distinct.join(",")), None).contains("more than 256"));
    assert!(Projection::parse(Some(&"title,".repeat(1000)), None, &user_type()).is_ok());
    assert!(error(Some("emails[type eq]"), None).starts_with("invalid path: expected a value after `eq`"));
    assert!(error(Some("emails[typ eq \"x\"]"), None).contains("did you mean `type`?"));
}
