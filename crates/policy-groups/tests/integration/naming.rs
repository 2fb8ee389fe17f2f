//! The naming rules of the design, one test each (B05, B06).

use policy_groups::{Change, Context, GroupId, GroupRef, Which};
use serde_json::json;

use crate::kit::{add, apply, block, blocked, decide, gid, group, inactive, nest, nested, tenant, uid, user};

#[test]
fn b06_names_match_byte_for_byte() {
    let near = ["OpenAI_Block", "openai_block ", " openai_block", "openai_block\0", "openai-block", ""];
    let tenant = tenant(vec![user(1), group(1, "x"), add(1, &[1])]);
    block(&tenant, json!(["openai_block"]));
    for name in near {
        apply(&tenant, vec![group(1, name)]);
        assert!(!blocked(&tenant, 1), "{name:?}");
    }
    apply(&tenant, vec![group(1, "openai_block")]);
    assert!(blocked(&tenant, 1));
}

#[test]
fn b06_normalisation_forms_are_different_names() {
    let tenant =
        tenant(vec![user(1), user(2), group(1, "é"), group(2, "e\u{301}"), add(1, &[1]), add(2, &[2])]);
    block(&tenant, json!(["e\u{301}"]));
    assert!(!blocked(&tenant, 1));
    assert!(blocked(&tenant, 2));
}

#[test]
fn b05_membership_takes_effect_with_the_batch_that_brings_it() {
    let tenant = tenant(vec![user(1), group(1, "openai_block")]);
    block(&tenant, json!(["openai_block"]));
    assert!(!blocked(&tenant, 1));
    apply(&tenant, vec![add(1, &[1])]);
    assert!(blocked(&tenant, 1));
    apply(&tenant, vec![Change::MembersReplace { group: gid(1), members: vec![] }]);
    assert!(!blocked(&tenant, 1));
}

#[test]
fn groups_of_one_name_are_one_for_rules() {
    let tenant = tenant(vec![user(1), user(2), group(1, "g"), group(2, "g"), add(1, &[1]), add(2, &[2])]);
    block(&tenant, json!(["g"]));
    assert!(blocked(&tenant, 1) && blocked(&tenant, 2));
    let both: Vec<GroupId> = tenant.snapshot().group_by_name("g").map(GroupRef::id).collect();
    assert_eq!(both, [gid(1), gid(2)]);

    apply(&tenant, vec![Change::GroupDelete { id: gid(1) }]);
    assert!(!blocked(&tenant, 1) && blocked(&tenant, 2));
    apply(&tenant, vec![group(2, "h")]);
    assert!(!blocked(&tenant, 2));
    assert_eq!(tenant.snapshot().group_by_name("g").count(), 0);
}

#[test]
fn a_rename_ends_one_name_and_starts_the_other_in_one_revision() {
    let tenant = tenant(vec![user(1), user(2), group(1, "old"), group(2, "new"), add(1, &[1]), add(2, &[2])]);
    block(&tenant, json!(["new"]));
    assert!(!blocked(&tenant, 1) && blocked(&tenant, 2));
    apply(&tenant, vec![group(1, "new"), group(2, "old")]);
    assert!(blocked(&tenant, 1) && !blocked(&tenant, 2));
    assert_eq!(tenant.snapshot().revision().seq, 1);
}

#[test]
fn a_reference_by_id_survives_a_rename() {
    let tenant = tenant(vec![user(1), group(1, "a"), add(1, &[1])]);
    block(&tenant, json!({"any_of": [{"id": gid(1)}]}));
    assert!(blocked(&tenant, 1));
    apply(&tenant, vec![group(1, "b")]);
    assert!(blocked(&tenant, 1));
    apply(&tenant, vec![Change::GroupDelete { id: gid(1) }]);
    assert!(!blocked(&tenant, 1));
}

#[test]
fn an_unknown_name_is_legal_and_reported_with_near_misses() {
    let tenant =
        tenant(vec![user(1), group(1, "OpenAI_Block"), group(2, " openai_block"), group(3, "other")]);
    let rules = crate::kit::document(json!({"rules": [
        {"name": "r", "conditions": {"user_groups": {"any_of": ["openai_block", "other"], "none_of": [{"id": gid(9)}]}},
         "action": "BLOCK"}]}));
    let report = tenant.install_rules(&rules, 1).unwrap();
    assert_eq!((report.rules, report.atoms, report.dangling.len()), (1, 3, 2));
    assert_eq!(report.dangling[0].rule.name(), "r");
    assert_eq!(report.dangling[0].name, "openai_block");
    assert_eq!(report.dangling[0].near_misses, [" openai_block", "OpenAI_Block"]);
    assert_eq!(report.dangling[1].name, gid(9).to_string());
    assert!(!blocked(&tenant, 1));

    // The rule was there first; the group comes with the sync.
    apply(&tenant, vec![group(4, "openai_block"), add(4, &[1])]);
    assert!(blocked(&tenant, 1));
    assert_eq!(tenant.snapshot().rule_report().dangling.len(), 1);
}

#[test]
fn losing_the_last_group_of_a_name_is_announced() {
    let tenant = tenant(vec![group(1, "g"), group(2, "g"), group(3, "h")]);
    block(&tenant, json!({"any_of": ["g", {"id": gid(3)}]}));
    let feed = tenant.subscribe();
    apply(&tenant, vec![group(1, "x")]);
    assert_eq!(feed.recv().unwrap().dangling, [""; 0]);
    apply(&tenant, vec![Change::GroupDelete { id: gid(2) }, Change::GroupDelete { id: gid(3) }]);
    let applied = feed.recv().unwrap();
    assert_eq!(applied.dangling, ["g".to_owned(), gid(3).to_string()]);
    assert_eq!(applied.groups_changed, [gid(2), gid(3)]);
}

#[test]
fn b03_an_inactive_user_keeps_memberships_and_gets_them_back() {
    let tenant = tenant(vec![user(1), group(1, "g"), add(1, &[1])]);
    block(&tenant, json!(["g"]));
    apply(&tenant, vec![inactive(1)]);
    let snapshot = tenant.snapshot();
    let ann = snapshot.user(uid(1)).unwrap();
    assert!(!snapshot.evaluate(ann, &Context::default()).allows());
    assert_eq!(snapshot.groups_of(ann, Which::Direct).count(), 1);
    apply(&tenant, vec![user(1)]);
    assert!(blocked(&tenant, 1));
}

#[test]
fn a_group_made_anew_under_its_old_id_is_empty() {
    let tenant = tenant(vec![user(1), group(1, "g"), add(1, &[1])]);
    block(&tenant, json!(["g"]));
    apply(&tenant, vec![Change::GroupDelete { id: gid(1) }, group(1, "g")]);
    assert!(!blocked(&tenant, 1));
    assert_eq!(tenant.snapshot().group(gid(1)).unwrap().direct_users(), 0);
}

#[test]
fn nesting_is_off_unless_the_tenant_asks_for_it() {
    let changes = || vec![user(1), group(1, "outer"), group(2, "inner"), nest(1, 2), add(2, &[1])];
    let (flat, deep) = (tenant(changes()), nested(changes()));
    for tenant in [&flat, &deep] {
        block(tenant, json!(["outer"]));
    }
    assert!(!blocked(&flat, 1));
    assert!(blocked(&deep, 1));
    flat.set_options(policy_groups::TenantOptions { nesting: true });
    assert!(blocked(&flat, 1));
}

#[test]
fn cycles_and_groups_within_themselves_are_legal() {
    let tenant = nested(vec![user(1), group(1, "a"), group(2, "b"), group(3, "c"), add(2, &[1])]);
    apply(&tenant, vec![nest(1, 2), nest(2, 1), nest(3, 3)]);
    for (name, expected) in [("a", true), ("b", true), ("c", false)] {
        block(&tenant, json!([name]));
        assert_eq!(blocked(&tenant, 1), expected, "{name}");
    }
    let remove = Change::MembersRemove { group: gid(1), members: vec![policy_groups::Member::Group(gid(2))] };
    apply(&tenant, vec![remove]);
    block(&tenant, json!(["a"]));
    assert!(!blocked(&tenant, 1));
}

#[test]
fn deleting_a_group_cuts_the_ways_through_it() {
    let groups = vec![user(1), group(1, "outer"), group(2, "between"), group(3, "inner"), add(3, &[1])];
    let tenant = nested(groups);
    block(&tenant, json!(["outer"]));
    apply(&tenant, vec![nest(1, 2), nest(2, 3)]);
    assert!(blocked(&tenant, 1));
    // No rule names the group in between.
    apply(&tenant, vec![Change::GroupDelete { id: gid(2) }]);
    assert!(!blocked(&tenant, 1));
}

#[test]
fn a_chain_of_ten_thousand_groups_needs_no_stack() {
    const DEPTH: u64 = 10_000;
    let mut changes: Vec<Change> = (0..DEPTH).map(|n| group(n, &format!("g{n}"))).collect();
    changes.extend((1..DEPTH).map(|n| nest(n, n - 1)));
    changes.extend([user(1), add(0, &[1])]);
    let tenant = nested(changes);
    block(&tenant, json!([format!("g{}", DEPTH - 1)]));
    // A thread with the smallest usual stack would not survive recursion.
    std::thread::scope(|scope| {
        let small = std::thread::Builder::new().stack_size(128 * 1024);
        let check = || {
            assert!(blocked(&tenant, 1));
            let snapshot = tenant.snapshot();
            let ann = snapshot.user(uid(1)).unwrap();
            let explanation = snapshot.explain(ann, &Context::default());
            assert_eq!(explanation.rules[0].via[0].len(), usize::try_from(DEPTH).unwrap());
            assert_eq!(explanation.match_reason, "user_groups any_of \"g9999\" (via \"g0\")");
            assert_eq!(snapshot.groups_of(ann, Which::Effective).count(), usize::try_from(DEPTH).unwrap());
        };
        small.spawn_scoped(scope, check).unwrap().join().unwrap();
    });
}

#[test]
fn hostile_names_are_names_like_any_other() {
    let long = "x".repeat(4096);
    let names = ["a\r\nX-Auth: 1", "a,b", "nul\0", "", "\u{202e}txt", "\"quoted\"", "🦀", long.as_str()];
    for name in names {
        let tenant = tenant(vec![user(1), user(2), group(1, name), add(1, &[1])]);
        block(&tenant, json!([name]));
        assert!(blocked(&tenant, 1) && !blocked(&tenant, 2), "{name:?}");
        let snapshot = tenant.snapshot();
        let reason = snapshot.explain(snapshot.user(uid(1)).unwrap(), &Context::default()).match_reason;
        assert!(!reason.contains(|c: char| c.is_control() || c == '\u{202e}'), "{reason:?}");
    }
}

#[test]
fn is_member_any_and_referenced_groups_go_by_exact_name() {
    let tenant = tenant(vec![user(1), group(1, "g"), group(2, "h"), add(1, &[1]), add(2, &[1])]);
    block(&tenant, json!(["h", "G"]));
    let snapshot = tenant.snapshot();
    let ann = snapshot.user(uid(1)).unwrap();
    assert!(snapshot.is_member_any(ann, &["x", "g"]));
    assert!(!snapshot.is_member_any(ann, &["G", "g "]));
    let referenced: Vec<&str> =
        snapshot.groups_of(ann, Which::Referenced).map(GroupRef::display_name).collect();
    assert_eq!(referenced, ["h"]);
    assert!(!decide(&tenant, 1, &Context::default()).allows());
}
