//! What clients send, and what becomes of it.

use super::*;
use crate::schema::{ENTERPRISE_USER_URN, group_type, user_type};
use serde_json::json;

fn read(attribute: &str, value: Value) -> (Option<Value>, Findings) {
    let user = user_type();
    let found =
        user.attribute(attribute).or_else(|| user.extension(ENTERPRISE_USER_URN)?.attribute(attribute));
    let mut findings = Findings::default();
    let value = normalise(found.unwrap(), value, attribute, Rules::default(), &mut findings);
    (value, findings)
}

fn rewritten(attribute: &str, value: Value, dialect: &str) -> Option<Value> {
    let (value, findings) = read(attribute, value);
    assert!(findings.is_sound(), "{findings:?}");
    assert!(findings.dialects.contains(dialect), "{dialect} is not in {findings:?}");
    value
}

fn fault(attribute: &str, value: Value) -> String {
    read(attribute, value).1.into_result().unwrap_err().to_string()
}

#[test]
fn the_habits_of_clients_are_rewritten_by_name() {
    assert_eq!(rewritten("active", json!("False"), "string-boolean"), Some(json!(false)));
    assert_eq!(rewritten("title", json!(""), "empty-string"), None);
    assert_eq!(rewritten("manager", json!("m1"), "bare-value"), Some(json!({"value": "m1"})));
    assert_eq!(rewritten("manager", json!(""), "empty-string"), None);
    assert_eq!(rewritten("manager", json!([{"value": "m1"}]), "list-of-one"), Some(json!({"value": "m1"})));
    assert_eq!(
        rewritten("roles", json!("{\"value\":\"admin\"}"), "stringified-json"),
        Some(json!([{"value": "admin"}]))
    );
    assert_eq!(
        rewritten("emails", json!({"value": "a@b"}), "single-as-list"),
        Some(json!([{"value": "a@b"}]))
    );
}

#[test]
fn names_take_the_spelling_of_the_schema() {
    let (value, _) = read("emails", json!([{"Value": "a@b", "TYPE": "work"}]));
    assert_eq!(value, Some(json!([{"value": "a@b", "type": "work"}])));
}

#[test]
fn nothing_in_it_means_unassigned() {
    for empty in [json!(null), json!([]), json!([null]), json!([{}]), json!([{"value": null}])] {
        assert_eq!(read("emails", empty).0, None);
    }
}

#[test]
fn faults_name_the_place_and_the_remedy() {
    assert_eq!(
        fault("emails", json!([{"value": "a@b"}, {"value": 5}])),
        "attribute `emails[1].value` takes a string, not a number; correct or remove its attribute mapping"
    );
    assert!(fault("name", json!({"givnName": "Ann"})).contains("did you mean `name.givenName`?"));
    assert!(fault("active", json!("yes")).contains("takes true or false"));
    assert!(fault("title", json!("a\u{0}b")).contains("control character"));
    assert!(fault("title", json!("a\u{fdd0}b")).contains("control character"));
    assert!(fault("userName", json!("a\nb")).contains("control character"));
    assert!(fault("userName", json!(" ")).contains("is blank"));
    assert!(fault("userName", json!("x".repeat(MAX_UNIQUE + 1))).contains("longer than 512"));
    assert!(
        fault("emails", json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]))
            .contains("primary")
    );
    assert!(fault("name", json!("Ann")).contains("takes an object"));
    assert!(fault("manager", json!([[["x"]]])).contains("takes an object"));
}

#[test]
fn read_only_parts_are_ignored_once_by_name() {
    let group = group_type();
    let mut findings = Findings::default();
    let members = json!([{"value": "a", "display": "Ann"}, {"value": "b", "display": "Bob"}]);
    let attribute = group.attribute("members").unwrap();
    let kept = normalise(attribute, members, "members", Rules::default(), &mut findings);
    assert_eq!(kept, Some(json!([{"value": "a"}, {"value": "b"}])));
    assert_eq!(findings.ignored.into_iter().collect::<Vec<_>>(), ["members.display"]);
}
