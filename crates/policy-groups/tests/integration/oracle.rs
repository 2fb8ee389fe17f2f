//! The naive model: what the crate means, in sorted maps and searches per question. No interning, no masks, no
//! sharing; only the document types are the crate's own.

use std::collections::{BTreeMap, BTreeSet};

use policy_groups::{
    Action, ActionType, AppliesTo, Change, Combining, Context, Direction, GroupId, GroupMatch, KeyId,
    MatchKind, Member, Rule, RuleSetDoc, UserId,
};

type KeyRow = ([u8; 32], UserId, bool, Option<i64>);

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) users: BTreeMap<UserId, (String, bool)>,
    pub(crate) groups: BTreeMap<GroupId, String>,
    pub(crate) members: BTreeSet<(GroupId, Member)>,
    pub(crate) keys: BTreeMap<KeyId, KeyRow>,
    pub(crate) suspended: bool,
    pub(crate) nesting: bool,
    pub(crate) rules: RuleSetDoc,
}

/// What the model says about a request, as far as it is compared.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) action: Action,
    pub(crate) rule: Option<String>,
    pub(crate) redactions: Vec<String>,
    pub(crate) undecided: Vec<String>,
    pub(crate) matched: MatchKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Logic {
    Yes,
    No,
    Maybe,
}

impl Model {
    /// Applies a change; false if it refers to something unknown.
    pub(crate) fn apply(&mut self, change: &Change) -> bool {
        match change.clone() {
            Change::UserPut { id, user_name, active } => {
                self.users.insert(id, (user_name, active));
            }
            Change::UserDelete { id } => {
                self.users.remove(&id);
                self.members.retain(|(_, member)| *member != Member::User(id));
            }
            Change::GroupPut { id, display_name } => {
                self.groups.insert(id, display_name);
            }
            Change::GroupDelete { id } => {
                self.groups.remove(&id);
                self.members.retain(|(group, member)| *group != id && *member != Member::Group(id));
            }
            Change::MembersAdd { group, members } => return self.add(group, &members),
            Change::MembersRemove { group, members } => {
                if !self.groups.contains_key(&group) {
                    return false;
                }
                for member in members {
                    self.members.remove(&(group, member));
                }
            }
            Change::MembersReplace { group, members } => {
                self.members.retain(|(other, _)| *other != group);
                return self.add(group, &members);
            }
            Change::KeyPut { key, digest, user, enabled, expires_at } => {
                self.keys.insert(key, (digest, user, enabled, expires_at));
            }
            Change::KeyDelete { key } => {
                self.keys.remove(&key);
            }
            Change::TenantSuspend(suspended) => self.suspended = suspended,
        }
        true
    }

    fn add(&mut self, group: GroupId, members: &[Member]) -> bool {
        let known = |member: &Member| match member {
            Member::User(id) => self.users.contains_key(id),
            Member::Group(id) => self.groups.contains_key(id),
        };
        if !self.groups.contains_key(&group) || !members.iter().all(known) {
            return false;
        }
        self.members.extend(members.iter().map(|member| (group, *member)));
        true
    }

    /// The model as changes from which it can be loaded.
    pub(crate) fn dump(&self) -> Vec<Change> {
        let mut changes = vec![Change::TenantSuspend(self.suspended)];
        for (id, (user_name, active)) in &self.users {
            changes.push(Change::UserPut { id: *id, user_name: user_name.clone(), active: *active });
        }
        for (id, display_name) in &self.groups {
            changes.push(Change::GroupPut { id: *id, display_name: display_name.clone() });
        }
        for (group, member) in &self.members {
            changes.push(Change::MembersAdd { group: *group, members: vec![*member] });
        }
        for (key, (digest, user, enabled, expires_at)) in &self.keys {
            let (digest, user, enabled, expires_at) = (*digest, *user, *enabled, *expires_at);
            changes.push(Change::KeyPut { key: *key, digest, user, enabled, expires_at });
        }
        changes
    }

    pub(crate) fn is_active(&self, user: UserId) -> bool {
        self.users.get(&user).is_some_and(|(_, active)| *active)
    }

    pub(crate) fn opens(&self, key: KeyId, now: i64) -> bool {
        let Some((_, user, enabled, expires_at)) = self.keys.get(&key) else { return false };
        !self.suspended && *enabled && expires_at.is_none_or(|end| now < end) && self.is_active(*user)
    }

    pub(crate) fn direct(&self, user: UserId) -> BTreeSet<GroupId> {
        let listed = self.members.iter().filter(|(_, member)| *member == Member::User(user));
        listed.map(|(group, _)| *group).collect()
    }

    /// Every group the user counts in, with the number of steps from a direct one.
    pub(crate) fn distances(&self, user: UserId) -> BTreeMap<GroupId, usize> {
        let mut found: BTreeMap<GroupId, usize> =
            self.direct(user).into_iter().map(|group| (group, 0)).collect();
        for step in 1..=self.groups.len() {
            if !self.nesting {
                break;
            }
            for (parent, member) in &self.members {
                if let Member::Group(child) = member
                    && found.get(child) == Some(&(step - 1))
                    && !found.contains_key(parent)
                {
                    found.insert(*parent, step);
                }
            }
        }
        found
    }

    pub(crate) fn denoted(&self, reference: &GroupMatch) -> BTreeSet<GroupId> {
        let matches = |id: &GroupId, name: &str| match reference {
            GroupMatch::Name(wanted) => wanted == name,
            GroupMatch::Id(wanted) => wanted == id,
        };
        self.groups.iter().filter(|(id, name)| matches(id, name)).map(|(id, _)| *id).collect()
    }

    fn holds(&self, user: UserId, rule: &Rule, context: &Context<'_>) -> Logic {
        let groups = self.distances(user);
        let member =
            |reference: &GroupMatch| self.denoted(reference).iter().any(|id| groups.contains_key(id));
        let direction = match rule.applies_to {
            AppliesTo::Both => true,
            AppliesTo::Input => context.direction == Direction::Input,
            AppliesTo::Output => context.direction == Direction::Output,
        };
        let permits = matches!(
            rule.action.kind,
            ActionType::Allow | ActionType::RouteTo | ActionType::AllowWithOverride
        );
        let mut parts = vec![rule.enabled, direction];
        if let Some(wanted) = &rule.conditions.user_groups {
            parts.push(wanted.any_of.is_empty() || wanted.any_of.iter().any(member));
            parts.push(wanted.all_of.iter().all(member));
            parts.push(!wanted.none_of.iter().any(member));
            parts.push(
                !(permits && wanted.none_of.iter().any(|reference| self.denoted(reference).is_empty())),
            );
        }
        let mut logic: Vec<Logic> = parts.into_iter().map(yes_or_no).collect();
        for (list, value) in
            [(&rule.conditions.providers, context.provider), (&rule.conditions.models, context.model)]
        {
            if !list.is_empty() {
                logic.push(value.map_or(Logic::Maybe, |value| yes_or_no(list.contains(&value.to_owned()))));
            }
        }
        if let Some(pattern) = &rule.conditions.content_regex {
            let finding = context.regexes.iter().find(|finding| finding.pattern == pattern);
            logic.push(finding.map_or(Logic::Maybe, |finding| yes_or_no(finding.matched)));
        }
        if logic.contains(&Logic::No) {
            Logic::No
        } else if logic.contains(&Logic::Maybe) {
            Logic::Maybe
        } else {
            Logic::Yes
        }
    }

    fn ordered(&self) -> Vec<&Rule> {
        let mut inherited = 0;
        let mut keyed: BTreeMap<(i64, usize), &Rule> = BTreeMap::new();
        for (at, rule) in self.rules.rules.iter().enumerate() {
            inherited = rule.sequence.unwrap_or(inherited);
            keyed.insert((inherited, at), rule);
        }
        keyed.into_values().collect()
    }

    pub(crate) fn decide(&self, user: UserId, context: &Context<'_>) -> Verdict {
        let name = |rule: &&Rule| rule.name.clone();
        let judged: Vec<(&Rule, Logic)> =
            self.ordered().into_iter().map(|rule| (rule, self.holds(user, rule, context))).collect();
        let refuses = |rule: &Rule| matches!(rule.action.kind, ActionType::Block | ActionType::Cancel);
        let decisive = |(rule, logic): &(&Rule, Logic)| match logic {
            Logic::Yes => rule.action.kind != ActionType::Redact,
            Logic::Maybe => refuses(rule),
            Logic::No => false,
        };
        let all = judged.len();
        let end = match self.rules.combining {
            Combining::FirstApplicable => judged.iter().position(decisive).map_or(all, |at| at + 1),
            Combining::DenyOverrides => all,
        };
        let seen = &judged[..end];
        let of = |kind: ActionType, wanted: Logic| {
            seen.iter()
                .find(|(rule, logic)| rule.action.kind == kind && *logic == wanted)
                .map(|(rule, _)| *rule)
        };
        let residual =
            seen.iter().find(|(rule, logic)| refuses(rule) && *logic == Logic::Maybe).map(|(rule, _)| *rule);
        let redactions: Vec<String> = seen
            .iter()
            .filter(|(rule, logic)| rule.action.kind == ActionType::Redact && *logic == Logic::Yes)
            .map(|(rule, _)| name(rule))
            .collect();
        let steps = [
            (of(ActionType::Block, Logic::Yes), Action::Block),
            (of(ActionType::Cancel, Logic::Yes), Action::Cancel),
            (residual, Action::ContextRequired),
            (of(ActionType::Prompt, Logic::Yes), Action::Prompt),
            (of(ActionType::RouteTo, Logic::Yes), Action::RouteTo),
            (of(ActionType::AllowWithOverride, Logic::Yes), Action::AllowWithOverride),
            (of(ActionType::Allow, Logic::Yes), Action::Allow),
        ];
        let decided = steps.into_iter().find_map(|(rule, action)| Some((rule?, action)));
        let (action, rule, matched) = match decided {
            Some((rule, Action::ContextRequired)) => {
                (Action::ContextRequired, Some(rule.name.clone()), MatchKind::Residual)
            }
            Some((rule, action)) => (action, Some(rule.name.clone()), MatchKind::Rule),
            None if self.rules.default_action == ActionType::Allow && !redactions.is_empty() => {
                (Action::Redact, redactions.first().cloned(), MatchKind::Rule)
            }
            None => (Action::from(self.rules.default_action), None, MatchKind::Default),
        };
        let undecided =
            seen.iter().filter(|(_, logic)| *logic == Logic::Maybe).map(|(rule, _)| name(rule)).collect();
        Verdict { action, rule, redactions, undecided, matched }
    }
}

fn yes_or_no(holds: bool) -> Logic {
    if holds { Logic::Yes } else { Logic::No }
}
