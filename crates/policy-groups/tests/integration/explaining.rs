//! Explanations: stable lines and shortest ways.

use policy_groups::{Context, Explanation, Outcome, Tenant};
use serde_json::json;

use crate::kit::{add, apply, gid, group, inactive, install, nest, nested, tenant, uid, user};

fn explain(tenant: &Tenant, context: &Context<'_>) -> Explanation {
    let snapshot = tenant.snapshot();
    snapshot.explain(snapshot.user(uid(1)).unwrap(), context)
}

fn reasons(explanation: &Explanation) -> Vec<(&str, Outcome, bool, &str)> {
    let line = |trace: &'_ policy_groups::RuleTrace| (trace.outcome, trace.reached);
    let traces = explanation.rules.iter();
    traces.map(|trace| (trace.rule.name(), line(trace).0, line(trace).1, trace.reason.as_str())).collect()
}

#[test]
fn the_way_is_shown_from_the_direct_group_on() {
    let tenant = nested(vec![
        user(1),
        group(1, "openai_block"),
        group(2, "contractors"),
        group(3, "contractors-emea"),
        nest(1, 2),
        nest(2, 3),
        add(3, &[1]),
    ]);
    install(&tenant, json!([{"conditions": {"user_groups": ["openai_block"]}, "action": "BLOCK"}]));
    let explanation = explain(&tenant, &Context::default());
    assert_eq!(explanation.match_reason, r#"user_groups any_of "openai_block" (via "contractors-emea")"#);
    let way: Vec<&str> = explanation.rules[0].via[0].iter().map(|group| &*group.display_name).collect();
    assert_eq!(way, ["contractors-emea", "contractors", "openai_block"]);
    assert_eq!(explanation.groups.len(), 3);

    apply(&tenant, vec![add(1, &[1])]);
    assert_eq!(
        explain(&tenant, &Context::default()).match_reason,
        r#"user_groups any_of "openai_block" (direct)"#
    );
}

#[test]
fn of_equally_short_ways_the_smallest_id_wins() {
    let tenant =
        nested(vec![user(1), group(9, "top"), group(2, "b"), group(1, "a"), add(2, &[1]), add(1, &[1])]);
    apply(&tenant, vec![nest(9, 2), nest(9, 1)]);
    install(&tenant, json!([{"conditions": {"user_groups": ["top"]}, "action": "BLOCK"}]));
    assert_eq!(explain(&tenant, &Context::default()).match_reason, r#"user_groups any_of "top" (via "a")"#);
}

#[test]
fn every_rule_says_what_became_of_it() {
    let tenant = tenant(vec![user(1), group(1, "in"), group(2, "out"), add(1, &[1])]);
    let rule = |name: &str, conditions: serde_json::Value| json!({"name": name, "conditions": conditions, "action": "PROMPT"});
    install(
        &tenant,
        json!([
            {"name": "off", "enabled": false, "action": "BLOCK"},
            {"name": "output", "applies_to": "output", "action": "BLOCK"},
            rule("any", json!({"user_groups": ["out"]})),
            rule("all", json!({"user_groups": {"all_of": ["in", "out"]}})),
            rule("none", json!({"user_groups": {"none_of": ["in"]}})),
            {"name": "dangling", "conditions": {"user_groups": {"none_of": ["gone"]}}, "action": "ALLOW"},
            rule("provider", json!({"providers": ["azure"]})),
            rule("model", json!({"models": ["m"]})),
            rule("match", json!({"user_groups": {"any_of": ["out", "in"], "all_of": [{"id": gid(1)}], "none_of": ["out"]},
                                 "providers": ["openai"]})),
            rule("after", json!({})),
        ]),
    );
    let explanation = explain(&tenant, &Context { provider: Some("openai"), ..Context::default() });
    let id = gid(1);
    let why = format!(
        r#"user_groups any_of "in" (direct); user_groups all_of id "{id}" (direct); user_groups none_of "out"; providers "openai""#
    );
    assert_eq!(
        reasons(&explanation),
        [
            ("off", Outcome::Failed, true, "rule is disabled"),
            ("output", Outcome::Failed, true, "applies to output only"),
            ("any", Outcome::Failed, true, "user_groups any_of: member of none"),
            ("all", Outcome::Failed, true, r#"user_groups all_of: not a member of "out""#),
            ("none", Outcome::Failed, true, r#"user_groups none_of: member of "in" (direct)"#),
            ("dangling", Outcome::Failed, true, r#"user_groups none_of: no group "gone" exists"#),
            ("provider", Outcome::Failed, true, r#"providers: "openai" is not listed"#),
            ("model", Outcome::Unknown, true, "model unknown"),
            ("match", Outcome::Matched, true, why.as_str()),
            ("after", Outcome::Matched, false, "no conditions"),
        ]
    );
    assert_eq!(explanation.match_reason, why);
}

#[test]
fn decisions_without_a_rule_are_explained_too() {
    let tenant = tenant(vec![user(1)]);
    assert_eq!(explain(&tenant, &Context::default()).match_reason, "no rule matched, default ALLOW");
    install(&tenant, json!([{"conditions": {"models": ["m"]}, "action": "BLOCK"}]));
    assert_eq!(explain(&tenant, &Context::default()).match_reason, "model unknown");
    apply(&tenant, vec![inactive(1)]);
    let explanation = explain(&tenant, &Context::default());
    assert_eq!((explanation.match_reason.as_str(), explanation.user_active), ("user inactive", false));
    assert!(!explanation.decision.allows() && !explanation.rules[0].reached);
    apply(&tenant, vec![policy_groups::Change::TenantSuspend(true)]);
    assert_eq!(explain(&tenant, &Context::default()).match_reason, "tenant suspended");
    assert!(serde_json::to_string(&explanation).unwrap().contains(r#""user_active":false"#));
}
