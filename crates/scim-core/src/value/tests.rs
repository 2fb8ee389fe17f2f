//! What clients send, and what becomes of it.

use super::*;
use crate::schema::{ENTERPRISE_USER_URN, Uniqueness, group_type, user_type};
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

/// What becomes of a value of an attribute that is made for the purpose.
fn read_as(attribute: &Attribute, value: Value) -> Result<Option<Value>, String> {
    let mut findings = Findings::default();
    let value = complete(attribute, value, "x", Rules::default(), &mut findings);
    findings.into_result().map(|_| value).map_err(|faults| faults.to_string())
}

#[test]
fn each_type_takes_its_own_values() {
    use AttributeType::{Binary, Boolean, Decimal, Integer, Reference};
    let keeps = |kind, sent: Value, kept: Value| {
        assert_eq!(read_as(&Attribute::new("x", kind, ""), sent.clone()), Ok(Some(kept)), "{kind:?} {sent}");
    };
    keeps(Integer, json!(i64::MAX), json!(i64::MAX));
    keeps(Integer, json!(-3.0), json!(-3));
    keeps(Decimal, json!(2), json!(2));
    keeps(Decimal, json!(-0.25), json!(-0.25));
    keeps(Boolean, json!("TRUE"), json!(true));
    keeps(Boolean, json!([false]), json!(false));
    keeps(Binary, json!("aGk_-w==\r\n"), json!("aGk_-w==\r\n"));
    keeps(Reference, json!("../Users/1"), json!("../Users/1"));
    keeps(AttributeType::String, json!("a\tb\n"), json!("a\tb\n"));
    for instant in ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00.5-08:00", "2026-01-31T09:30:00"] {
        keeps(AttributeType::DateTime, json!(instant), json!(instant));
    }

    let refuses = |kind: AttributeType, sent: Value, found: &str| {
        let expected = kind.expected();
        let fault =
            format!("attribute `x` takes {expected}, not {found}; correct or remove its attribute mapping");
        assert_eq!(read_as(&Attribute::new("x", kind, ""), sent), Err(fault));
    };
    refuses(Integer, json!("5"), "a string");
    refuses(Integer, json!(0.5), "a number that is not one");
    refuses(Integer, json!(u64::MAX), "a number that is not one");
    refuses(Decimal, json!("2.5"), "a string");
    refuses(Decimal, json!(true), "a boolean");
    refuses(Boolean, json!(1), "a number");
    refuses(Boolean, json!("yes"), "another string");
    refuses(Binary, json!("a b"), "another string");
    refuses(Reference, json!("my page"), "a string with blanks");
    refuses(Reference, json!({"value": "x"}), "an object");
    refuses(AttributeType::String, json!({}), "an object");
    refuses(AttributeType::String, json!(["a", "b"]), "a list");
    for instant in ["2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T09:30:00+25:00", "tomorrow"] {
        refuses(AttributeType::DateTime, json!(instant), "another string");
    }
}

#[test]
fn lists_of_simple_values_are_checked_one_by_one() {
    let words = Attribute::string("x", "").multi();
    assert_eq!(read_as(&words, json!(["a", null, "", "b", "a"])), Ok(Some(json!(["a", "b", "a"]))));
    assert_eq!(read_as(&words, json!("a")), Ok(Some(json!(["a"]))));
    assert_eq!(read_as(&words, json!(["", null])), Ok(None));
    let numbers = Attribute::new("x", AttributeType::Integer, "").multi();
    assert_eq!(read_as(&numbers, json!([1, 2.0])), Ok(Some(json!([1, 2]))));
    let fault = read_as(&numbers, json!([1, "2", 3, [4, 5]])).unwrap_err();
    assert!(fault.contains("`x[1]` takes a whole number") && fault.contains("`x[3]`"), "{fault}");
    let parts = vec![Attribute::new("sizes", AttributeType::Integer, "").multi()];
    let nested = Attribute::complex("x", "", parts).multi();
    let fault = read_as(&nested, json!([{"sizes": [1]}, {"sizes": [1, "L"]}])).unwrap_err();
    assert!(fault.contains("`x[1].sizes[1]`"), "{fault}");
}

#[test]
fn required_parts_are_asked_for_in_elements_and_not_where_they_were_refused() {
    let part = |name: &str| Attribute::string(name, "").required();
    let set_by_server = part("ref").mutability(Mutability::ReadOnly);
    let thrown_away = part("pin").mutability(Mutability::WriteOnly).returned(Returned::Never);
    let list = Attribute::complex("x", "", vec![part("a"), part("b"), set_by_server, thrown_away]).multi();
    assert_eq!(
        read_as(&list, json!([{"a": "1", "b": "2", "ref": "r", "pin": "p"}])),
        Ok(Some(json!([{"a": "1", "b": "2"}])))
    );
    assert_eq!(
        read_as(&list, json!([null, {"a": 1, "b": ""}])).unwrap_err(),
        "attribute `x[1].a` takes a string, not a number; correct or remove its attribute mapping"
    );
    assert_eq!(
        read_as(&list, json!([{"a": "1", "b": ""}, {"b": "2"}])).unwrap_err(),
        "required attribute `x[0].b` is missing; map it in the identity provider; \
         required attribute `x[1].a` is missing; map it in the identity provider"
    );
    let mut findings = Findings::default();
    normalise(&list, json!([{"b": "2"}]), "x", Rules::default(), &mut findings);
    assert!(findings.is_sound(), "a PATCH may bring the parts one by one");
}

#[test]
fn values_that_nobody_suggested_are_kept_and_noted_by_name() {
    let emails = json!([{"value": "a@b", "type": "WORK"}, {"value": "c@d", "type": "untyped-secret"}]);
    let (value, findings) = read("emails", emails.clone());
    assert_eq!(value, Some(emails));
    assert!(findings.is_sound());
    assert_eq!(findings.uncanonical.iter().collect::<Vec<_>>(), ["emails.type"]);
    assert!(read("roles", json!([{"value": "admin", "type": "x"}])).1.uncanonical.is_empty());

    let exact = Attribute::string("x", "").case_exact().suggests(&["A"]);
    let mut all = Findings::default();
    normalise(&exact, json!("a"), "x", Rules::default(), &mut all);
    all.absorb(&findings);
    assert_eq!(all.uncanonical.iter().collect::<Vec<_>>(), ["emails.type", "x"]);
    (0..200).for_each(|i| all.uncanonical(format!("x{i}")));
    assert_eq!(all.uncanonical.len(), 100);
}

#[test]
fn unique_names_can_be_shown_whatever_they_are_unique_among() {
    for uniqueness in [Uniqueness::Server, Uniqueness::Global] {
        let attribute = Attribute { uniqueness, ..Attribute::string("x", "") };
        assert!(read_as(&attribute, json!("\t")).unwrap_err().contains("control character"));
        assert!(read_as(&attribute, json!("  ")).unwrap_err().contains("is blank"));
        assert_eq!(read_as(&attribute, json!("é".repeat(MAX_UNIQUE))).map(|v| v.is_some()), Ok(true));
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
