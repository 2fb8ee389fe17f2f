//! Why a request was decided so: the slow, complete answer for people.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Serialize, Serializer};

use crate::{
    Context, Decision, GroupId, MatchKind, UserId,
    evaluate::{Held, Part, Truth, truth},
    rules::compile::{AtomId, CompiledRule, RuleRef},
    state::{Root, User, groups::GroupSlot, resolve::denoted},
};

/// Why a request was decided so.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision, equal to what `evaluate` answers.
    pub decision: Decision,
    /// One stable line for audit records, such as `user_groups any_of "openai_block" (via "contractors-emea")`.
    /// Names are escaped, so the line holds no control characters.
    pub match_reason: String,
    /// Whose request it was.
    pub user: UserId,
    /// Whether the user is active. Nothing is allowed to one who is not.
    pub user_active: bool,
    /// The groups the user counts as a member of, nesting included where it is on, by name and id.
    pub groups: Vec<GroupInfo>,
    /// Every rule in the order of evaluation.
    pub rules: Vec<RuleTrace>,
}

/// A group as explanations name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GroupInfo {
    /// The `displayName`.
    #[serde(serialize_with = "shared_text")]
    pub display_name: Arc<str>,
    /// The id.
    pub id: GroupId,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RuleTrace {
    /// The rule.
    pub rule: RuleRef,
    /// Whether its conditions hold.
    pub outcome: Outcome,
    /// Whether the decision depended on it. Under `first_applicable` rules after the deciding one are not reached.
    pub reached: bool,
    /// Why, in one stable line: the conditions that hold, or the first one that fails or cannot be decided.
    pub reason: String,
    /// For each group reference that holds the rule: the shortest way from a group the user is in directly to the
    /// group that the rule names. One element where the membership is direct.
    pub via: Vec<Vec<GroupInfo>>,
}

/// Whether the conditions of a rule hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All of them do.
    Matched,
    /// One of them does not.
    Failed,
    /// None fails, but one needs context that the caller did not give.
    Unknown,
}

/// Explains a decision that was made for this user and context.
pub(crate) fn explain(root: &Root, user: &User, context: &Context<'_>, decision: Decision) -> Explanation {
    let ways = Ways::of(root, user);
    let held = Held::by(root, user);
    // Rules that a refusal of the directory itself never asked are still traced, but not as reached.
    let asked = matches!(decision.matched, MatchKind::Rule | MatchKind::Default | MatchKind::Residual);
    let stop = match root.rules.document.combining {
        crate::Combining::FirstApplicable => decision
            .rule
            .as_ref()
            .filter(|_| decision.action != crate::Action::Redact)
            .map_or(usize::MAX, RuleRef::position),
        crate::Combining::DenyOverrides => usize::MAX,
    };
    let trace = |rule: &CompiledRule| {
        let truth = truth(root, rule, &held, context);
        let (outcome, reason) = match truth {
            Truth::Matched => (Outcome::Matched, ways.holding(rule, context)),
            Truth::Failed(part) => (Outcome::Failed, ways.missing(rule, part, context)),
            Truth::Unknown(part) => (Outcome::Unknown, format!("{} unknown", unknown(part))),
        };
        let via = ways.paths(rule);
        let reached = asked && rule.info.position() <= stop;
        RuleTrace { rule: rule.info.clone(), outcome, reached, reason, via }
    };
    let rules: Vec<RuleTrace> = root.rules.rules.iter().map(trace).collect();
    Explanation {
        match_reason: match_reason(root, &decision, &rules),
        decision,
        user: user.id,
        user_active: user.active,
        groups: ways.groups(),
        rules,
    }
}

fn match_reason(root: &Root, decision: &Decision, rules: &[RuleTrace]) -> String {
    let place = decision.rule.as_ref().and_then(|rule| rule.position().checked_sub(1));
    let trace = place.and_then(|place| rules.get(place));
    match (decision.matched, trace) {
        (MatchKind::Rule | MatchKind::Residual, Some(trace)) => trace.reason.clone(),
        (MatchKind::NotLive, _) => "directory not live".to_owned(),
        (MatchKind::Suspended, _) => "tenant suspended".to_owned(),
        (MatchKind::Inactive, _) => "user inactive".to_owned(),
        (MatchKind::Foreign, _) => "user of another snapshot".to_owned(),
        (MatchKind::Default | MatchKind::Rule | MatchKind::Residual, _) => {
            format!("no rule matched, default {}", root.rules.document.default_action)
        }
    }
}

/// The shortest ways from a user to every group the user counts as a member of.
struct Ways<'a> {
    root: &'a Root,
    /// For each group: the group one step nearer to the user; itself where the membership is direct.
    nearer: BTreeMap<GroupSlot, GroupSlot>,
    steps: BTreeMap<GroupSlot, usize>,
}

impl<'a> Ways<'a> {
    fn of(root: &'a Root, user: &User) -> Self {
        let mut ways = Self { root, nearer: BTreeMap::new(), steps: BTreeMap::new() };
        let mut level: Vec<GroupSlot> = Vec::new();
        for slot in user.groups.iter().filter(|slot| root.groups.get(**slot).is_some()) {
            ways.nearer.insert(*slot, *slot);
            level.push(*slot);
        }
        let mut step = 0;
        while !level.is_empty() {
            // Of several shortest ways the one through the smallest ids is shown, so that the answer is stable.
            level.sort_by_key(|slot| root.groups.get(*slot).map(|group| group.id));
            let mut farther = Vec::new();
            for slot in level {
                ways.steps.insert(slot, step);
                let parents = root.groups.get(slot).filter(|_| root.options.nesting);
                for parent in parents.into_iter().flat_map(|group| &group.parents) {
                    if !ways.nearer.contains_key(parent) {
                        ways.nearer.insert(*parent, slot);
                        farther.push(*parent);
                    }
                }
            }
            level = farther;
            step += 1;
        }
        ways
    }

    fn groups(&self) -> Vec<GroupInfo> {
        let mut groups: Vec<GroupInfo> = self.nearer.keys().filter_map(|slot| self.info(*slot)).collect();
        groups.sort();
        groups
    }

    fn info(&self, slot: GroupSlot) -> Option<GroupInfo> {
        let group = self.root.groups.get(slot)?;
        Some(GroupInfo { display_name: Arc::clone(&group.name), id: group.id })
    }

    /// The shortest way to a group that the reference denotes, from the direct group on; empty if there is none.
    fn path(&self, atom: AtomId) -> Vec<GroupInfo> {
        let Some(reference) = self.root.rules.atoms.get(atom) else { return Vec::new() };
        let reached = denoted(reference, &self.root.groups)
            .filter_map(|group| Some((*self.steps.get(&group.slot)?, group.id, group.slot)))
            .min();
        let Some((_, _, mut slot)) = reached else { return Vec::new() };
        let mut path: Vec<GroupInfo> = self.info(slot).into_iter().collect();
        while let Some(nearer) = self.nearer.get(&slot).filter(|nearer| **nearer != slot) {
            slot = *nearer;
            path.extend(self.info(slot));
        }
        path.reverse();
        path
    }

    /// The ways to all groups that the any_of and all_of of a rule name and the user is in.
    fn paths(&self, rule: &CompiledRule) -> Vec<Vec<GroupInfo>> {
        let atoms: BTreeSet<AtomId> = rule.any_of.iter().chain(&rule.all_of).copied().collect();
        atoms.into_iter().map(|atom| self.path(atom)).filter(|path| !path.is_empty()).collect()
    }

    /// A reference with the way to it, as in `"openai_block" (via "contractors-emea")`.
    fn way(&self, atom: AtomId) -> Option<String> {
        let path = self.path(atom);
        let first = path.first()?;
        let how = if path.len() == 1 { "direct".to_owned() } else { format!("via {:?}", first.display_name) };
        Some(format!("{} ({how})", self.reference(atom)))
    }

    fn reference(&self, atom: AtomId) -> String {
        self.root.rules.atoms.get(atom).map_or_else(String::new, ToString::to_string)
    }

    /// Why a rule matches.
    fn holding(&self, rule: &CompiledRule, context: &Context<'_>) -> String {
        let conditions = &rule.rule().conditions;
        let mut parts = Vec::new();
        if let Some(way) = rule.any_of.iter().find_map(|atom| self.way(*atom)) {
            parts.push(format!("user_groups any_of {way}"));
        }
        if !rule.all_of.is_empty() {
            let ways: Vec<String> = rule.all_of.iter().filter_map(|atom| self.way(*atom)).collect();
            parts.push(format!("user_groups all_of {}", ways.join(", ")));
        }
        if !rule.none_of.is_empty() {
            let names: Vec<String> = rule.none_of.iter().map(|atom| self.reference(*atom)).collect();
            parts.push(format!("user_groups none_of {}", names.join(", ")));
        }
        let listed = [
            ("providers", &conditions.providers, context.provider),
            ("models", &conditions.models, context.model),
        ];
        for (key, _, value) in listed.into_iter().filter(|(_, list, _)| !list.is_empty()) {
            parts.push(format!("{key} {:?}", value.unwrap_or_default()));
        }
        if !conditions.entity_types.is_empty() || conditions.entity_confidence_min.is_some() {
            parts.push("entity found".to_owned());
        }
        if conditions.content_regex.is_some() {
            parts.push("content_regex matched".to_owned());
        }
        if parts.is_empty() { "no conditions".to_owned() } else { parts.join("; ") }
    }

    /// Why a rule does not match.
    fn missing(&self, rule: &CompiledRule, part: Part, context: &Context<'_>) -> String {
        match part {
            Part::Enabled => "rule is disabled".to_owned(),
            Part::Direction => format!("applies to {} only", rule.rule().applies_to),
            Part::AnyOf => "user_groups any_of: member of none".to_owned(),
            Part::AllOf(atom) => format!("user_groups all_of: not a member of {}", self.reference(atom)),
            Part::NoneOf(atom) => {
                format!("user_groups none_of: member of {}", self.way(atom).unwrap_or_default())
            }
            Part::NoneOfDangling(atom) => {
                format!("user_groups none_of: no group {} exists", self.reference(atom))
            }
            Part::Providers => format!("providers: {:?} is not listed", context.provider.unwrap_or_default()),
            Part::Models => format!("models: {:?} is not listed", context.model.unwrap_or_default()),
            Part::Entities => "no such entity found".to_owned(),
            Part::Regex => "content_regex does not match".to_owned(),
        }
    }
}

const fn unknown(part: Part) -> &'static str {
    match part {
        Part::Providers => "provider",
        Part::Models => "model",
        Part::Entities => "entities",
        Part::Regex => "content_regex",
        Part::Enabled
        | Part::Direction
        | Part::AnyOf
        | Part::AllOf(_)
        | Part::NoneOf(_)
        | Part::NoneOfDangling(_) => "",
    }
}

fn shared_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}
