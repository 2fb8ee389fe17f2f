//! Reading, refusing and writing rule documents.

use policy_groups::{RuleProblem, RuleSetDoc, rules::limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kit::{document, gid, tenant};

/// Reads one rule and expects this error, pointer included.
fn refused(rule: &str, expected: &str) {
    let text = format!("{{\"rules\": [{rule}]}}");
    assert_eq!(RuleSetDoc::parse(&text).unwrap_err().to_string(), expected, "{rule}");
}

fn refused_document(text: &str, expected: &str) {
    assert_eq!(RuleSetDoc::parse(text).unwrap_err().to_string(), expected, "{text}");
}

#[test]
fn unknown_keys_are_refused_with_a_suggestion() {
    refused(
        r#"{"action": "BLOCK", "condition": {}}"#,
        "`/rules/0/condition`: unknown key `condition`; did you mean `conditions`?",
    );
    refused(
        r#"{"action": "BLOCK", "conditions": {"user-groups": ["a"]}}"#,
        "`/rules/0/conditions/user-groups`: unknown key `user-groups`; did you mean `user_groups`?",
    );
    refused(
        r#"{"action": "BLOCK", "conditions": {"user_groups": {"anyof": ["a"]}}}"#,
        "`/rules/0/conditions/user_groups/anyof`: unknown key `anyof`; did you mean `any_of`?",
    );
    refused(r#"{"action": {"type": "BLOCK", "~a/b": 1}}"#, "`/rules/0/action/~0a~1b`: unknown key `~a/b`");
    refused_document(r#"{"rules": [], "default": 1}"#, "`/default`: unknown key `default`");
    // Null is the same as absent, but not for keys nobody knows.
    refused(r#"{"action": "BLOCK", "nme": null}"#, "`/rules/0/nme`: unknown key `nme`; did you mean `name`?");
}

#[test]
fn wrong_types_are_refused() {
    refused("7", "`/rules/0`: expected an object, found a number");
    refused("{}", "`/rules/0`: the key `action` is missing");
    refused(
        r#"{"action": 1}"#,
        "`/rules/0/action`: expected an action type, or an object with `type`, found a number",
    );
    refused(r#"{"action": {}}"#, "`/rules/0/action`: the key `type` is missing");
    refused(
        r#"{"action": "ALLOW", "enabled": "false"}"#,
        "`/rules/0/enabled`: expected a boolean, found a string",
    );
    refused(
        r#"{"action": "ALLOW", "sequence": "1"}"#,
        "`/rules/0/sequence`: expected an integer, found a string",
    );
    refused(
        r#"{"action": "ALLOW", "sequence": 1.5}"#,
        "`/rules/0/sequence`: expected an integer between -2^63 and 2^63-1",
    );
    refused(
        r#"{"action": "ALLOW", "conditions": {"user_groups": "a"}}"#,
        "`/rules/0/conditions/user_groups`: expected an array of group names, or an object with `any_of`, `all_of`, `none_of`, found a string",
    );
    refused(
        r#"{"action": "ALLOW", "conditions": {"user_groups": ["a", 1]}}"#,
        "`/rules/0/conditions/user_groups/1`: expected a group name, or an object with `id`, found a number",
    );
    refused(
        r#"{"action": "ALLOW", "conditions": {"user_groups": [{"id": "x"}]}}"#,
        "`/rules/0/conditions/user_groups/0/id`: `x` is not a UUID",
    );
    refused(
        r#"{"action": "ALLOW", "conditions": {"providers": "openai"}}"#,
        "`/rules/0/conditions/providers`: expected an array, found a string",
    );
    refused(
        r#"{"action": "ALLOW", "conditions": {"entity_confidence_min": 1.5}}"#,
        "`/rules/0/conditions/entity_confidence_min`: expected a number from 0 to 1",
    );
    refused_document("[]", "rule document: expected an object, found an array");
    refused_document("{}", "rule document: the key `rules` is missing");
    refused_document(r#"{"rules": {}}"#, "`/rules`: expected an array, found an object");
}

#[test]
fn unknown_words_are_refused_with_a_suggestion() {
    refused(
        r#"{"action": "block"}"#,
        "`/rules/0/action`: `block` is none of `ALLOW`, `BLOCK`, `CANCEL`, `ROUTE_TO`, `PROMPT`, `ALLOW_WITH_OVERRIDE`, `REDACT`; did you mean `BLOCK`?",
    );
    refused(
        r#"{"action": "ALLOW", "applies_to": "in"}"#,
        "`/rules/0/applies_to`: `in` is none of `input`, `output`, `both`",
    );
    refused_document(
        r#"{"combining": "deny-overrides", "rules": []}"#,
        "`/combining`: `deny-overrides` is none of `first_applicable`, `deny_overrides`; did you mean `deny_overrides`?",
    );
    refused_document(
        r#"{"default_action": "REDACT", "rules": []}"#,
        "`/default_action`: expected `ALLOW`, `BLOCK`, `CANCEL`, `PROMPT` or `ALLOW_WITH_OVERRIDE`",
    );
}

#[test]
fn a_group_condition_without_groups_is_refused() {
    let empty = ["[]", "{}", r#"{"any_of": []}"#, r#"{"any_of": [], "all_of": null, "none_of": []}"#];
    for groups in empty {
        refused(
            &format!(r#"{{"action": "BLOCK", "conditions": {{"user_groups": {groups}}}}}"#),
            "`/rules/0/conditions/user_groups`: names no group; list at least one, or leave `user_groups` out to match everybody",
        );
    }
}

#[test]
fn empty_lists_and_nulls_elsewhere_equal_omitted() {
    let full = json!({"rules": [{"id": null, "name": "r", "sequence": null, "applies_to": null, "enabled": null,
        "conditions": {"user_groups": {"any_of": ["a"], "all_of": [], "none_of": null},
                       "providers": [], "models": null, "entity_types": [], "content_regex": null},
        "action": {"type": "BLOCK", "message": null, "route": null}}], "combining": null, "default_action": null});
    let short = json!({"rules": [{"name": "r", "conditions": {"user_groups": ["a"]}, "action": "BLOCK"}]});
    assert_eq!(document(full), document(short));
}

#[test]
fn keys_that_do_not_go_together_are_refused() {
    refused(r#"{"action": "ROUTE_TO"}"#, "`/rules/0/action`: the key `route` is missing");
    refused(
        r#"{"action": {"type": "BLOCK", "route": "eu"}}"#,
        "`/rules/0/action/route`: `route` goes only with the action type `ROUTE_TO`",
    );
    refused(
        r#"{"action": {"type": "BLOCK", "replacement": "*"}}"#,
        "`/rules/0/action/replacement`: `replacement` goes only with the action type `REDACT`",
    );
    refused(
        r#"{"id": "1", "action": "ALLOW"}, {"id": "1", "action": "ALLOW"}"#,
        "`/rules/1/id`: the id `1` is used by another rule",
    );
}

#[test]
fn repeated_keys_are_refused_where_they_are() {
    refused(
        r#"{"action": "BLOCK", "conditions": {"providers": ["a"], "providers": []}}"#,
        "`/rules/0/conditions`: the key `providers` appears twice",
    );
    refused_document(r#"{"rules": [], "rules": []}"#, "rule document: the key `rules` appears twice");
}

#[test]
fn text_that_is_not_json_is_refused() {
    let error = RuleSetDoc::parse("{\"rules\": [").unwrap_err();
    assert!(matches!(error.problem(), RuleProblem::Syntax { .. }));
    assert!(error.to_string().starts_with("rule document: not valid JSON: EOF"), "{error}");
    assert!(RuleSetDoc::parse(r#"{"rules": []} x"#).is_err());
    assert!(RuleSetDoc::parse(&"[".repeat(100_000)).is_err());
}

fn too_many(value: &Value, pointer: &str, limit: usize) {
    let error = RuleSetDoc::from_value(value).unwrap_err();
    assert_eq!(error.pointer(), pointer);
    assert!(matches!(error.problem(), RuleProblem::TooMany { limit: l, .. } if *l == limit), "{error}");
}

#[test]
fn limits_hold_exactly() {
    let rules = |n: usize| json!({"rules": vec![json!({"action": "ALLOW"}); n]});
    assert!(RuleSetDoc::from_value(&rules(limits::RULES)).is_ok());
    too_many(&rules(limits::RULES + 1), "/rules", limits::RULES);

    let names = |n: usize| (0..n).map(|n| format!("g{n}")).collect::<Vec<_>>();
    let listed =
        |n| json!({"rules": [{"action": "ALLOW", "conditions": {"user_groups": {"all_of": names(n)}}}]});
    assert!(RuleSetDoc::from_value(&listed(limits::NAMES)).is_ok());
    too_many(&listed(limits::NAMES + 1), "/rules/0/conditions/user_groups/all_of", limits::NAMES);
    let models = json!({"rules": [{"action": "ALLOW", "conditions": {"models": names(limits::NAMES + 1)}}]});
    too_many(&models, "/rules/0/conditions/models", limits::NAMES);

    let atoms = |extra: usize| {
        let rule = |n: usize| {
            let list: Vec<String> = (0..limits::NAMES).map(|k| format!("{n}-{k}")).collect();
            json!({"action": "ALLOW", "conditions": {"user_groups": list}})
        };
        let mut rules: Vec<Value> = (0..limits::ATOMS / limits::NAMES).map(rule).collect();
        rules.extend(
            (0..extra).map(|n| json!({"action": "ALLOW", "conditions": {"user_groups": [format!("x{n}")]}})),
        );
        json!({"rules": rules})
    };
    assert!(RuleSetDoc::from_value(&atoms(0)).is_ok());
    too_many(&atoms(1), "/rules", limits::ATOMS);

    let sized =
        |n: usize| json!({"rules": [{"action": {"type": "BLOCK", "message": "x".repeat(n)}}]}).to_string();
    let frame = sized(0).len();
    assert!(RuleSetDoc::parse(&sized(limits::BYTES - frame)).is_ok());
    let large = sized(limits::BYTES - frame + 1);
    assert!(matches!(
        RuleSetDoc::parse(&large).unwrap_err().problem(),
        RuleProblem::TooMany { what: "bytes", .. }
    ));
    too_many(&serde_json::from_str(&large).unwrap(), "", limits::BYTES);
}

#[test]
fn an_edited_document_is_checked_again_when_installed() {
    let mut edited = document(json!({"rules": [{"action": "ALLOW", "conditions": {"user_groups": ["a"]}}]}));
    edited.rules[0].conditions.user_groups.as_mut().unwrap().any_of.clear();
    let tenant = tenant(vec![]);
    let error = tenant.install_rules(&edited, 1).unwrap_err();
    assert_eq!(error.pointer(), "/rules/0/conditions/user_groups");
    assert_eq!(tenant.snapshot().rules_version(), 0);
}

#[test]
fn the_canonical_form_is_stable() {
    let written = document(json!({"rules": [
        {"action": "BLOCK", "conditions": {"user_groups": ["b", {"id": gid(1)}], "providers": ["openai"]}, "sequence": 3},
        {"action": {"route": "eu", "type": "ROUTE_TO"}, "name": "n", "id": "i", "enabled": false, "applies_to": "output"},
    ]}))
    .to_json();
    assert_eq!(
        written,
        concat!(
            r#"{"combining":"first_applicable","default_action":"ALLOW","rules":["#,
            r#"{"name":"rule 1","sequence":3,"conditions":{"user_groups":{"any_of":["b",{"id":"00000000-0000-0002-0000-000000000001"}]},"#,
            r#""providers":["openai"]},"action":{"type":"BLOCK"}},"#,
            r#"{"id":"i","name":"n","applies_to":"output","enabled":false,"action":{"type":"ROUTE_TO","route":"eu"}}]}"#,
        )
    );
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(".{0,8}", 0..4)
}

fn rule() -> impl Strategy<Value = Value> {
    let groups = (names(), names(), names());
    let content = (prop::option::of(0.0..=1.0), prop::option::of(".{0,9}"));
    let action =
        prop::sample::select(vec!["ALLOW", "BLOCK", "CANCEL", "PROMPT", "ALLOW_WITH_OVERRIDE", "REDACT"]);
    (groups, names(), content, action, prop::option::of(any::<i64>()), any::<bool>()).prop_map(
        |((any, all, none), providers, (least, regex), action, sequence, enabled)| {
            let mut conditions =
                json!({"providers": providers, "entity_confidence_min": least, "content_regex": regex});
            if !(any.is_empty() && all.is_empty() && none.is_empty()) {
                conditions["user_groups"] = json!({"any_of": any, "all_of": all, "none_of": none});
            }
            json!({"conditions": conditions, "action": action, "sequence": sequence, "enabled": enabled})
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn writing_and_reading_gives_the_same_document(rules in prop::collection::vec(rule(), 0..5)) {
        let read = RuleSetDoc::from_value(&json!({"rules": rules})).unwrap();
        let text = read.to_json();
        let again: RuleSetDoc = text.parse().unwrap();
        prop_assert_eq!(&again, &read);
        prop_assert_eq!(again.to_json(), text);
        prop_assert_eq!(RuleSetDoc::from_value(&serde_json::to_value(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn no_text_makes_the_reader_fail_otherwise_than_by_an_error(text in ".{0,200}") {
        let _ = RuleSetDoc::parse(&text);
        let _ = RuleSetDoc::parse(&format!("{{\"rules\":[{text}]}}"));
    }
}
