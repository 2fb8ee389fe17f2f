//! Random histories, compared with the oracle after every batch.

use std::{collections::BTreeSet, sync::Arc};

use policy_groups::{
    Applied, ApplyError, Batch, Change, Context, Direction, Directory, GroupId, GroupMatch, GroupRef, KeyId,
    Member, Principal, RegexFinding, Snapshot, State, Tenant, TenantId, TenantOptions, UserGroups, UserId,
    Which, keys,
};
use serde_json::{Value, json};

use crate::kit::{EPOCH, Random, document, gid, kid, rev, uid};
use crate::oracle::{Model, Verdict};

const USERS: u64 = 12;
const GROUPS: u64 = 10;
const KEYS: u64 = 6;
const NAMES: [&str; 6] = ["a", "A", "a ", "b", "é", "e\u{301}"];

fn member(random: &mut Random) -> Member {
    if random.one_in(3) {
        Member::Group(gid(random.below(GROUPS)))
    } else {
        Member::User(uid(random.below(USERS)))
    }
}

fn members(random: &mut Random) -> Vec<Member> {
    (0..random.below(5)).map(|_| member(random)).collect()
}

fn change(random: &mut Random) -> Change {
    let group = gid(random.below(GROUPS));
    let user = uid(random.below(USERS));
    match random.below(24) {
        0..=3 => Change::UserPut { id: user, user_name: "u".to_owned(), active: !random.one_in(4) },
        4 => Change::UserDelete { id: user },
        5..=8 => Change::GroupPut { id: group, display_name: (*random.pick(&NAMES)).to_owned() },
        9 => Change::GroupDelete { id: group },
        10..=15 => Change::MembersAdd { group, members: members(random) },
        16..=17 => Change::MembersRemove { group, members: members(random) },
        18..=19 => Change::MembersReplace { group, members: members(random) },
        20..=21 => {
            let n = random.below(KEYS);
            // Two secrets per key, so that rotation happens and no two keys ever share one.
            let digest = keys::digest(&format!("{n} {}", random.below(2)));
            let expires_at = random.one_in(2).then(|| i64::try_from(random.below(100)).unwrap());
            Change::KeyPut { key: kid(n), digest, user, enabled: !random.one_in(4), expires_at }
        }
        22 => Change::KeyDelete { key: kid(random.below(KEYS)) },
        _ => Change::TenantSuspend(random.one_in(4)),
    }
}

/// A batch; mostly one that the model accepts.
fn batch(random: &mut Random, model: &Model) -> Vec<Change> {
    if random.one_in(8)
        && let [(a, name_a), .., (b, name_b)] = *model.groups.iter().collect::<Vec<_>>()
    {
        // Two groups swap their names.
        return vec![
            Change::GroupPut { id: *a, display_name: name_b.clone() },
            Change::GroupPut { id: *b, display_name: name_a.clone() },
        ];
    }
    let mut model = model.clone();
    let reckless = random.one_in(40);
    let mut changes = Vec::new();
    for _ in 0..=random.below(4) {
        let mut candidate = change(random);
        while !reckless && !model.clone().apply(&candidate) {
            candidate = change(random);
        }
        model.apply(&candidate);
        changes.push(candidate);
    }
    changes
}

fn references(random: &mut Random) -> Vec<Value> {
    let one = |random: &mut Random| {
        if random.one_in(4) { json!({"id": gid(random.below(GROUPS))}) } else { json!(random.pick(&NAMES)) }
    };
    (0..random.below(4)).map(|_| one(random)).collect()
}

fn rules(random: &mut Random, combining: &str) -> Value {
    let actions = ["ALLOW", "BLOCK", "CANCEL", "ROUTE_TO", "PROMPT", "ALLOW_WITH_OVERRIDE", "REDACT"];
    let rule = |random: &mut Random, n: u64| {
        let mut conditions = json!({});
        let (any, all, none) = (references(random), references(random), references(random));
        let none = if random.one_in(2) { none } else { Vec::new() };
        let all = if random.one_in(3) { all } else { Vec::new() };
        if !(any.is_empty() && all.is_empty() && none.is_empty()) {
            conditions["user_groups"] = json!({"any_of": any, "all_of": all, "none_of": none});
        }
        if random.one_in(3) {
            conditions["providers"] =
                if random.one_in(2) { json!(["openai"]) } else { json!(["anthropic", "openai"]) };
        }
        if random.one_in(8) {
            conditions["models"] = json!(["m"]);
        }
        if random.one_in(10) {
            conditions["content_regex"] = json!("x+");
        }
        let kind = *random.pick(&actions);
        let action = if kind == "ROUTE_TO" { json!({"type": kind, "route": "eu"}) } else { json!(kind) };
        let sequence = random.one_in(2).then(|| random.below(4));
        let applies_to = *random.pick(&["both", "both", "input", "output"]);
        json!({"name": format!("r{n}"), "sequence": sequence, "applies_to": applies_to,
               "enabled": !random.one_in(9), "conditions": conditions, "action": action})
    };
    let rules: Vec<Value> = (0..random.below(9)).map(|n| rule(random, n)).collect();
    json!({"combining": combining, "default_action": random.pick(&["ALLOW", "BLOCK"]), "rules": rules})
}

fn contexts() -> [Context<'static>; 4] {
    let hit: &'static [RegexFinding<'static>] = &[RegexFinding { pattern: "x+", matched: true }];
    [
        Context::default(),
        Context { provider: Some("openai"), model: Some("m"), ..Context::default() },
        Context { provider: Some("anthropic"), regexes: hit, ..Context::default() },
        Context {
            direction: Direction::Output,
            provider: Some("openai"),
            model: Some("n"),
            ..Context::default()
        },
    ]
}

/// Compares everything that can be asked; answers how many decisions were compared.
fn compare(snapshot: &Snapshot, model: &Model) -> usize {
    assert_eq!(snapshot.state(), State::Live);
    assert_eq!(snapshot.suspended(), model.suspended);
    assert_eq!(snapshot.counts(), (model.users.len(), model.groups.len()));
    for name in NAMES {
        let named: Vec<GroupId> = snapshot.group_by_name(name).map(GroupRef::id).collect();
        let expected = model.groups.iter().filter(|(_, other)| *other == name).map(|(id, _)| *id);
        assert!(named.into_iter().eq(expected), "groups named {name:?}");
    }
    for (key, (digest, user, ..)) in &model.keys {
        for now in [0, 50, 99, 100] {
            let answer = snapshot.authenticate(digest, now);
            assert_eq!(answer.is_ok(), model.opens(*key, now), "key {key} at {now}: {answer:?}");
            assert!(
                answer.is_ok_and(|found| found.user.id() == *user && found.key == *key)
                    || !model.opens(*key, now)
            );
        }
    }
    let mut decisions = 0;
    for id in (0..USERS).map(uid) {
        match snapshot.principal(id) {
            Principal::Active(_) => assert!(model.is_active(id)),
            Principal::Inactive => assert!(model.users.contains_key(&id) && !model.is_active(id)),
            Principal::NotProvisioned => assert!(!model.users.contains_key(&id)),
        }
        decisions += compare_user(snapshot, model, id);
    }
    decisions
}

fn compare_user(snapshot: &Snapshot, model: &Model, id: UserId) -> usize {
    let Some(user) = snapshot.user(id) else { return 0 };
    let ids = |which| snapshot.groups_of(user, which).map(GroupRef::id).collect::<BTreeSet<_>>();
    assert_eq!(ids(Which::Direct), model.direct(id));
    assert_eq!(ids(Which::Effective), model.distances(id).into_keys().collect());
    for name in NAMES {
        let expected = model.distances(id).keys().any(|group| model.groups[group] == name);
        assert_eq!(snapshot.is_member_any(user, &["nobody", name]), expected);
    }
    for context in contexts() {
        let decision = snapshot.evaluate(user, &context);
        if model.suspended || !model.is_active(id) {
            assert!(!decision.allows());
            continue;
        }
        let names =
            |rules: &[policy_groups::RuleRef]| rules.iter().map(|rule| rule.name().to_owned()).collect();
        let verdict = Verdict {
            action: decision.action,
            rule: decision.rule.as_ref().map(|rule| rule.name().to_owned()),
            redactions: names(&decision.redactions),
            undecided: names(&decision.undecided),
            matched: decision.matched,
        };
        assert_eq!(verdict, model.decide(id, &context), "{id} {context:?}\n{model:#?}");
        compare_ways(snapshot, model, id, &context);
    }
    contexts().len()
}

/// Every way that an explanation shows exists, starts at the user, leads to the named group and is a shortest one.
fn compare_ways(snapshot: &Snapshot, model: &Model, id: UserId, context: &Context<'_>) {
    let user = snapshot.user(id).unwrap();
    let explanation = snapshot.explain(user, context);
    assert_eq!(explanation.decision, snapshot.evaluate(user, context));
    let distances = model.distances(id);
    for trace in &explanation.rules {
        let mut wanted = BTreeSet::new();
        if let Some(groups) = &trace.rule.rule().conditions.user_groups {
            for reference in groups.any_of.iter().chain(&groups.all_of) {
                let near =
                    model.denoted(reference).into_iter().filter_map(|group| distances.get(&group)).min();
                wanted.extend(near.map(|steps| (reference.clone(), *steps)));
            }
        }
        assert_eq!(trace.via.len(), wanted.len());
        for path in &trace.via {
            assert_eq!(distances[&path[0].id], 0);
            assert!(
                path.windows(2).all(|pair| model.members.contains(&(pair[1].id, Member::Group(pair[0].id))))
            );
            let end = path.last().unwrap().id;
            let leads = |(reference, steps): &(_, usize)| {
                *steps + 1 == path.len() && model.denoted(reference).contains(&end)
            };
            assert!(wanted.iter().any(leads), "{path:?} {wanted:?}");
        }
    }
}

/// The announcement of an accepted batch names exactly those who lost something.
fn compare_announcement(applied: &Applied, before: &Model, after: &Model) {
    let users = (0..USERS).map(uid).filter(|id| before.is_active(*id) && !after.is_active(*id));
    assert!(applied.deactivated.iter().copied().eq(users), "{applied:?}");
    let lost = |key: &KeyId| {
        before.keys.get(key).is_some_and(|(digest, user, enabled, _)| {
            let same = after.keys.get(key).is_some_and(|now| (now.0, now.1, now.2) == (*digest, *user, true));
            *enabled && !same
        })
    };
    assert!(applied.keys_revoked.iter().copied().eq((0..KEYS).map(kid).filter(lost)), "{applied:?}");
    let rules = before.rules.rules.iter().filter_map(|rule| rule.conditions.user_groups.as_ref());
    let references: BTreeSet<GroupMatch> = rules.flat_map(UserGroups::all).cloned().collect();
    let gone = |one: &&GroupMatch| !before.denoted(one).is_empty() && after.denoted(one).is_empty();
    let dangling: BTreeSet<String> = references.iter().filter(gone).map(GroupMatch::text).collect();
    assert_eq!(applied.dangling.iter().cloned().collect::<BTreeSet<_>>(), dangling);
    let touched = before.groups.keys().chain(after.groups.keys()).filter(|id| {
        let members = |model: &Model| {
            model.members.iter().filter(|(group, _)| group == *id).copied().collect::<Vec<_>>()
        };
        let nested = |(_, member): &(GroupId, Member)| matches!(member, Member::User(_));
        let users = |model| members(model).into_iter().filter(nested).collect::<Vec<_>>();
        before.groups.get(id) != after.groups.get(id) || users(before) != users(after)
    });
    for id in touched {
        assert!(applied.groups_changed.contains(id), "{id} is missing in {applied:?}");
    }
}

fn open(directory: &Directory, n: i64, nesting: bool) -> Arc<Tenant> {
    let tenant = directory.open(TenantId(n), TenantOptions { nesting });
    tenant.reset(rev(0), std::iter::empty()).unwrap();
    tenant
}

#[test]
fn random_histories_agree_with_the_oracle() {
    let (mut decisions, mut refused) = (0, 0);
    for seed in 0..60 {
        let mut random = Random(seed);
        let nesting = seed % 2 == 0;
        let tenant = open(&Directory::new(), 1, nesting);
        let feed = tenant.subscribe();
        let mut model = Model { nesting, ..Model::default() };
        for seq in 0..40 {
            let changes = batch(&mut random, &model);
            let mut after = model.clone();
            let accepted = changes.iter().all(|change| after.apply(change));
            let batch = Batch { from: rev(seq), to: rev(seq + 1), changes };
            let answer = tenant.apply(&batch);
            if accepted {
                assert_eq!(answer, Ok(rev(seq + 1)));
                assert_eq!(tenant.apply(&batch), Ok(rev(seq + 1)), "twice is once");
                compare_announcement(&feed.try_recv().unwrap(), &model, &after);
                model = after;
            } else {
                refused += 1;
                assert!(matches!(answer, Err(ApplyError::UnknownId { .. })));
                assert_eq!(tenant.snapshot().state(), State::Diverged);
                assert_eq!(tenant.snapshot().revision(), rev(seq), "nothing of it is visible");
                for (digest, ..) in model.keys.values() {
                    assert!(tenant.snapshot().authenticate(digest, 0).is_err());
                }
                tenant.reset(rev(seq + 1), model.dump().into_iter()).unwrap();
                while feed.try_recv().is_ok() {}
            }
            // Before the rules are installed again, so that they were brought up to date by the batch alone.
            decisions += compare(&tenant.snapshot(), &model);
            if random.one_in(4) {
                model.rules = document(rules(&mut random, "first_applicable"));
            }
            for combining in
                [policy_groups::Combining::FirstApplicable, policy_groups::Combining::DenyOverrides]
            {
                model.rules.combining = combining;
                tenant.install_rules(&model.rules, seq).unwrap();
                decisions += compare(&tenant.snapshot(), &model);
            }
        }
    }
    assert!(decisions > 100_000, "only {decisions} decisions were compared");
    assert!(refused > 5, "only {refused} batches were refused");
}

#[test]
fn ways_to_the_same_state_are_equal() {
    for seed in 1_000..1_030 {
        let mut random = Random(seed);
        let nesting = seed % 2 == 0;
        let directories = [Directory::new(), Directory::new(), Directory::new(), Directory::new()];
        let [whole, split, loaded, shuffled] =
            directories.each_ref().map(|directory| open(directory, 1, nesting));
        let mut model = Model { nesting, ..Model::default() };
        let mut seq = 0;
        for step in 0..30 {
            let changes = batch(&mut random, &model);
            if !changes.iter().all(|change| model.apply(change)) {
                break;
            }
            for change in &changes {
                let changes = vec![change.clone()];
                split.apply(&Batch { from: rev(seq), to: rev(seq + 1), changes }).unwrap();
                seq += 1;
            }
            whole.apply(&Batch { from: rev(step), to: rev(step + 1), changes }).unwrap();
            // A later load must forget the earlier state completely.
            loaded.reset(rev(step + 1), model.dump().into_iter()).unwrap();
            let mut dump = model.dump();
            let (put, rest): (Vec<_>, Vec<_>) = dump
                .drain(..)
                .partition(|change| matches!(change, Change::UserPut { .. } | Change::GroupPut { .. }));
            shuffled.reset(rev(step + 1), put.into_iter().rev().chain(rest.into_iter().rev())).unwrap();
            if step % 10 == 0 {
                model.rules = document(rules(&mut random, "first_applicable"));
                for tenant in [&whole, &split, &loaded, &shuffled] {
                    tenant.install_rules(&model.rules, 1).unwrap();
                }
            }
            for tenant in [&whole, &split, &loaded, &shuffled] {
                compare(&tenant.snapshot(), &model);
            }
        }
        assert_eq!(whole.snapshot().revision().epoch, EPOCH);
    }
}

#[test]
fn switching_nesting_switches_every_decision() {
    for seed in 2_000..2_020 {
        let mut random = Random(seed);
        let tenant = open(&Directory::new(), 1, false);
        let mut model = Model::default();
        for seq in 0..20 {
            let changes = batch(&mut random, &model);
            if !changes.iter().all(|change| model.apply(change)) {
                break;
            }
            tenant.apply(&Batch { from: rev(seq), to: rev(seq + 1), changes }).unwrap();
            model.rules = document(rules(&mut random, "deny_overrides"));
            tenant.install_rules(&model.rules, 1).unwrap();
            model.nesting = !model.nesting;
            tenant.set_options(TenantOptions { nesting: model.nesting });
            compare(&tenant.snapshot(), &model);
        }
    }
}
