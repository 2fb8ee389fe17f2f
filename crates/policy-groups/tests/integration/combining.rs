//! How rules become one decision.

use policy_groups::{Action, Context, Direction, Entity, MatchKind, RegexFinding};
use serde_json::{Value, json};

use crate::kit::{action, add, decide, document, gid, group, install, tenant, uid, user};

/// Decides a request of a user who is in group `in` only.
fn decision(document: Value, context: &Context<'_>) -> policy_groups::Decision {
    let tenant = tenant(vec![user(1), group(1, "in"), group(2, "out"), add(1, &[1])]);
    tenant.install_rules(&crate::kit::document(document), 1).unwrap();
    decide(&tenant, 1, context)
}

fn verdict(rules: Value) -> Action {
    decision(json!({"rules": rules}), &Context::default()).action
}

fn strictest(rules: Value) -> Action {
    decision(json!({"combining": "deny_overrides", "rules": rules}), &Context::default()).action
}

#[test]
fn user_groups_any_all_none() {
    let cases = [
        (json!(["in"]), true),
        (json!(["out"]), false),
        (json!(["out", "in"]), true),
        (json!({"any_of": ["out", "nowhere", "in"]}), true),
        (json!({"any_of": ["nowhere"]}), false),
        (json!({"any_of": [{"id": gid(1)}]}), true),
        (json!({"any_of": [{"id": uid(1)}]}), false),
        (json!({"all_of": ["in"]}), true),
        (json!({"all_of": ["in", "out"]}), false),
        (json!({"all_of": ["in", "nowhere"]}), false),
        (json!({"none_of": ["out"]}), true),
        (json!({"none_of": ["out", "in"]}), false),
        (json!({"any_of": ["in"], "none_of": ["out"]}), true),
        (json!({"any_of": ["in"], "none_of": ["in"]}), false),
        (json!({"any_of": ["out"], "none_of": ["out"]}), false),
        (json!({"any_of": ["in"], "all_of": ["in"], "none_of": ["out"]}), true),
    ];
    for (groups, matches) in cases {
        let rules = json!([{"conditions": {"user_groups": groups}, "action": "BLOCK"}]);
        assert_eq!(verdict(rules) == Action::Block, matches, "{groups}");
    }
}

#[test]
fn a_dangling_none_of_is_read_on_the_stricter_side() {
    let matches = [
        ("BLOCK", true),
        ("CANCEL", true),
        ("PROMPT", true),
        ("REDACT", true),
        ("ALLOW", false),
        ("ALLOW_WITH_OVERRIDE", false),
    ];
    for (kind, expected) in matches {
        let rule = json!({"conditions": {"user_groups": {"none_of": ["nowhere"]}}, "action": kind});
        let found = decision(json!({"rules": [rule]}), &Context::default());
        assert_eq!(found.matched == MatchKind::Rule, expected, "{kind}");
    }
    // Deleting the group of an exception must not hand out the permission.
    let rules = json!([
        {"conditions": {"user_groups": {"none_of": ["nowhere"]}}, "action": {"type": "ROUTE_TO", "route": "x"}},
        {"action": "BLOCK"}]);
    assert_eq!(verdict(rules), Action::Block);
}

#[test]
fn no_rule_means_the_default() {
    assert_eq!(verdict(json!([])), Action::Allow);
    let found = decision(json!({"default_action": "BLOCK", "rules": []}), &Context::default());
    assert_eq!((found.action, found.matched, found.rule), (Action::Block, MatchKind::Default, None));
    assert_eq!(verdict(json!([{"action": "BLOCK", "enabled": false}])), Action::Allow);
    assert_eq!(verdict(json!([{"action": "BLOCK"}])), Action::Block, "no conditions match everybody");
}

#[test]
fn the_first_terminal_rule_decides() {
    assert_eq!(verdict(json!([{"action": "ALLOW"}, {"action": "BLOCK"}])), Action::Allow);
    assert_eq!(verdict(json!([{"action": "PROMPT"}, {"action": "BLOCK"}])), Action::Prompt);
    assert_eq!(
        verdict(json!([{"action": "ALLOW", "sequence": 2}, {"action": "BLOCK", "sequence": 1}])),
        Action::Block
    );
    assert_eq!(
        verdict(json!([{"action": "ALLOW", "sequence": 1}, {"action": "BLOCK", "sequence": 1}])),
        Action::Allow
    );
    assert_eq!(
        verdict(json!([{"action": "BLOCK", "sequence": 0}, {"action": "ALLOW", "sequence": -1}])),
        Action::Allow
    );
}

#[test]
fn a_rule_without_sequence_stays_behind_the_rule_before_it() {
    let tenant = tenant(vec![user(1)]);
    let names = ["a", "b", "c", "d"];
    let sequences = [json!(20), Value::Null, json!(10), Value::Null];
    let rules: Vec<Value> = names
        .iter()
        .zip(sequences)
        .map(|(name, sequence)| json!({"name": name, "sequence": sequence, "action": "REDACT"}))
        .collect();
    install(&tenant, json!(rules));
    let order: Vec<(String, i64, usize)> = decide(&tenant, 1, &Context::default())
        .redactions
        .iter()
        .map(|rule| (rule.name().to_owned(), rule.sequence(), rule.position()))
        .collect();
    let expected = [("c", 10, 1), ("d", 10, 2), ("a", 20, 3), ("b", 20, 4)];
    assert!(order.iter().map(|(name, sequence, at)| (name.as_str(), *sequence, *at)).eq(expected));
}

#[test]
fn the_strictest_terminal_rule_decides() {
    let order = ["BLOCK", "CANCEL", "PROMPT", "ROUTE_TO", "ALLOW_WITH_OVERRIDE", "ALLOW"];
    let rule = |kind: &str| {
        if kind == "ROUTE_TO" {
            json!({"action": {"type": kind, "route": "eu"}})
        } else {
            json!({"action": kind})
        }
    };
    for (at, strict) in order.iter().enumerate() {
        for mild in &order[at..] {
            let strict = rule(strict);
            let expected = verdict(json!([strict]));
            assert_eq!(strictest(json!([rule(mild), strict])), expected, "{mild} {strict}");
            assert_eq!(strictest(json!([strict, rule(mild)])), expected, "{strict} {mild}");
        }
    }
    let found = decision(
        json!({"combining": "deny_overrides", "rules": [
            {"name": "1", "action": "BLOCK"}, {"name": "2", "action": {"type": "BLOCK", "message": "m"}}]}),
        &Context::default(),
    );
    assert_eq!(found.rule.unwrap().name(), "1", "of equals the first");
}

#[test]
fn redactions_accumulate_up_to_the_decision() {
    let rules = json!([
        {"name": "1", "action": {"type": "REDACT", "replacement": "#"}}, {"name": "2", "action": "REDACT"},
        {"name": "3", "action": {"type": "ROUTE_TO", "route": "eu"}}, {"name": "4", "action": "REDACT"}]);
    let names = |found: &policy_groups::Decision| {
        found.redactions.iter().map(|rule| rule.name().to_owned()).collect::<Vec<_>>()
    };
    let first = decision(json!({"rules": rules}), &Context::default());
    assert_eq!((first.action, first.route.as_deref()), (Action::RouteTo, Some("eu")));
    assert_eq!(names(&first), ["1", "2"]);
    assert_eq!(first.redactions[0].rule().action.replacement.as_deref(), Some("#"));
    assert!(first.allows());
    let all = decision(json!({"combining": "deny_overrides", "rules": rules}), &Context::default());
    assert_eq!(names(&all), ["1", "2", "4"]);

    let only = decision(json!({"rules": [{"name": "1", "action": "REDACT"}]}), &Context::default());
    assert_eq!((only.action, only.matched, only.allows()), (Action::Redact, MatchKind::Rule, true));
    let closed =
        decision(json!({"default_action": "BLOCK", "rules": [{"action": "REDACT"}]}), &Context::default());
    assert_eq!(
        (closed.action, closed.matched, closed.redactions.len()),
        (Action::Block, MatchKind::Default, 1)
    );
}

#[test]
fn providers_models_and_direction() {
    let rules = json!({"rules": [{"applies_to": "input", "action": "BLOCK",
        "conditions": {"providers": ["openai", "azure"], "models": ["gpt-4o"]}}]});
    let ask = |provider, model, direction| {
        decision(rules.clone(), &Context { provider, model, direction, ..Context::default() }).action
    };
    assert_eq!(ask(Some("azure"), Some("gpt-4o"), Direction::Input), Action::Block);
    assert_eq!(ask(Some("azure"), Some("gpt-4"), Direction::Input), Action::Allow);
    assert_eq!(ask(Some("OpenAI"), Some("gpt-4o"), Direction::Input), Action::Allow);
    assert_eq!(ask(Some("azure"), Some("gpt-4o"), Direction::Output), Action::Allow);
    assert_eq!(
        ask(None, Some("gpt-4"), Direction::Input),
        Action::Allow,
        "one condition that fails settles it"
    );
    assert_eq!(ask(None, Some("gpt-4o"), Direction::Input), Action::ContextRequired);
    assert_eq!(ask(None, None, Direction::Output), Action::Allow);
}

#[test]
fn what_may_block_and_cannot_be_decided_refuses() {
    let unknown = |kind: &str| json!({"name": kind, "action": kind, "conditions": {"providers": ["openai"]}});
    for kind in ["BLOCK", "CANCEL"] {
        let found = decision(json!({"rules": [unknown(kind), {"action": "ALLOW"}]}), &Context::default());
        assert_eq!((found.action, found.matched), (Action::ContextRequired, MatchKind::Residual));
        assert_eq!((found.rule.unwrap().name(), found.undecided.len()), (kind, 1));
        assert_eq!(verdict(json!([{"action": "ALLOW"}, unknown(kind)])), Action::Allow, "not reached");
        assert_eq!(strictest(json!([{"action": "ALLOW"}, unknown(kind)])), Action::ContextRequired);
        assert_eq!(strictest(json!([unknown(kind), {"action": "BLOCK"}])), Action::Block);
        assert_eq!(strictest(json!([unknown(kind), {"action": "CANCEL"}])), Action::Cancel);
        assert_eq!(strictest(json!([unknown(kind), {"action": "PROMPT"}])), Action::ContextRequired);
    }
    let found = decision(
        json!({"rules": [unknown("ALLOW"), unknown("REDACT"), {"action": "BLOCK"}]}),
        &Context::default(),
    );
    assert_eq!((found.action, found.undecided.len()), (Action::Block, 2));
    let other = json!([{"action": "BLOCK", "conditions": {"user_groups": ["out"], "providers": ["openai"]}}]);
    assert_eq!(verdict(other), Action::Allow, "for users the rule is not about nothing is unknown");
}

#[test]
fn content_conditions_need_findings() {
    let rules = json!({"rules": [{"action": "BLOCK",
        "conditions": {"entity_types": ["card"], "entity_confidence_min": 0.8, "content_regex": "s+"}}]});
    let ask = |entities: Option<&[Entity<'_>]>, regexes: &[RegexFinding<'_>]| {
        decision(rules.clone(), &Context { entities, regexes, ..Context::default() }).action
    };
    let card = |confidence| [Entity { entity_type: "card", confidence }];
    let hit = [RegexFinding { pattern: "s+", matched: true }];
    let miss = [RegexFinding { pattern: "s+", matched: false }];
    let other = [RegexFinding { pattern: "other", matched: true }];
    assert_eq!(ask(None, &[]), Action::ContextRequired);
    assert_eq!(ask(None, &hit), Action::ContextRequired);
    assert_eq!(ask(None, &miss), Action::Allow);
    assert_eq!(ask(Some(&[]), &[]), Action::Allow);
    assert_eq!(ask(Some(&card(0.8)), &other), Action::ContextRequired);
    assert_eq!(ask(Some(&card(0.8)), &hit), Action::Block);
    assert_eq!(ask(Some(&card(0.7)), &hit), Action::Allow);
    assert_eq!(ask(Some(&card(f64::NAN)), &hit), Action::Block);
    assert_eq!(ask(Some(&[Entity { entity_type: "name", confidence: 1.0 }]), &hit), Action::Allow);
}

#[test]
fn rules_beyond_a_thousand_atoms_are_not_cut_off() {
    let names: Vec<String> = (0..500).map(|n| format!("x{n}")).collect();
    let mut rules: Vec<Value> = (0..8)
        .map(|block| {
            let list: Vec<String> = names.iter().map(|name| format!("{block}{name}")).collect();
            json!({"conditions": {"user_groups": list}, "action": "BLOCK"})
        })
        .collect();
    rules.push(json!({"conditions": {"user_groups": ["in"]}, "action": "PROMPT"}));
    assert_eq!(verdict(json!(rules)), Action::Prompt);
}

#[test]
fn a_decision_names_its_revision_and_rules_and_writes_itself_as_json() {
    let tenant = tenant(vec![user(1)]);
    let rule = json!({"id": "r-1", "name": "n", "sequence": 5, "action": {"type": "BLOCK", "message": "no"}});
    tenant.install_rules(&document(json!({"rules": [rule]})), 42).unwrap();
    assert_eq!(action(&tenant, 1), Action::Block);
    assert_eq!(
        serde_json::to_value(decide(&tenant, 1, &Context::default())).unwrap(),
        json!({"action": "BLOCK", "rule": {"id": "r-1", "name": "n", "sequence": 5, "position": 1, "message": "no"},
               "route": null, "redactions": [], "undecided": [], "matched": "rule", "revision": "7.0", "rules_version": 42})
    );
}
