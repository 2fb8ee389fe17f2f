//! From a user's groups and a context to a decision.

use crate::{
    Action, AppliesTo, Combining, Context, Decision, Direction, MatchKind,
    rules::{
        ActionType,
        compile::{AtomId, CompiledRule, RuleRef},
    },
    state::{Root, User},
};

/// The group references that hold for one user.
pub(crate) struct Held(Vec<u64>);

impl Held {
    pub(crate) fn by(root: &Root, user: &User) -> Self {
        let mut bits = vec![0_u64; root.rules.atoms.len().div_ceil(64)];
        for slot in &user.groups {
            for atom in root.resolved.satisfied_by(*slot) {
                if let Some(word) = bits.get_mut(atom / 64) {
                    *word |= 1 << (atom % 64);
                }
            }
        }
        Self(bits)
    }

    pub(crate) fn has(&self, atom: AtomId) -> bool {
        self.0.get(atom / 64).is_some_and(|word| word & (1 << (atom % 64)) != 0)
    }
}

/// One condition of a rule, as far as it can fail or be unknown on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Enabled,
    Direction,
    AnyOf,
    AllOf(AtomId),
    NoneOf(AtomId),
    /// The reference denotes no group, and the action permits.
    NoneOfDangling(AtomId),
    Providers,
    Models,
    Entities,
    Regex,
}

/// What is known about a rule. The first condition that fails settles it, whatever else is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Matched,
    Failed(Part),
    Unknown(Part),
}

/// Whether the conditions of a rule hold.
pub(crate) fn truth(root: &Root, rule: &CompiledRule, held: &Held, context: &Context<'_>) -> Truth {
    if let Some(part) = group_failure(root, rule, held, context) {
        return Truth::Failed(part);
    }
    let conditions = &rule.rule().conditions;
    let parts = [
        (Part::Providers, listed(&conditions.providers, context.provider)),
        (Part::Models, listed(&conditions.models, context.model)),
        (Part::Entities, entities(rule, context)),
        (Part::Regex, regex(rule, context)),
    ];
    if let Some((part, _)) = parts.iter().find(|(_, holds)| *holds == Some(false)) {
        return Truth::Failed(*part);
    }
    parts.iter().find(|(_, holds)| holds.is_none()).map_or(Truth::Matched, |(part, _)| Truth::Unknown(*part))
}

/// The first of those conditions that fails which are never unknown.
fn group_failure(root: &Root, rule: &CompiledRule, held: &Held, context: &Context<'_>) -> Option<Part> {
    if !rule.rule().enabled {
        return Some(Part::Enabled);
    }
    match (rule.rule().applies_to, context.direction) {
        (AppliesTo::Input, Direction::Output) | (AppliesTo::Output, Direction::Input) => {
            return Some(Part::Direction);
        }
        (AppliesTo::Both, _)
        | (AppliesTo::Input, Direction::Input)
        | (AppliesTo::Output, Direction::Output) => {}
    }
    if !rule.any_of.is_empty() && !rule.any_of.iter().any(|atom| held.has(*atom)) {
        return Some(Part::AnyOf);
    }
    if let Some(atom) = rule.all_of.iter().find(|atom| !held.has(**atom)) {
        return Some(Part::AllOf(*atom));
    }
    if let Some(atom) = rule.none_of.iter().find(|atom| held.has(**atom)) {
        return Some(Part::NoneOf(*atom));
    }
    // A group that is not there cannot be searched for the user. A rule that restricts goes on to match; one that
    // permits does not, or deleting the group would hand out the permission to those it withheld it from.
    let dangling = rule.none_of.iter().find(|atom| root.resolved.is_dangling(**atom));
    dangling.filter(|_| !rule.kind().restricts()).map(|atom| Part::NoneOfDangling(*atom))
}

fn listed(list: &[String], value: Option<&str>) -> Option<bool> {
    if list.is_empty() { Some(true) } else { value.map(|value| list.iter().any(|entry| entry == value)) }
}

fn entities(rule: &CompiledRule, context: &Context<'_>) -> Option<bool> {
    let conditions = &rule.rule().conditions;
    if conditions.entity_types.is_empty() && conditions.entity_confidence_min.is_none() {
        return Some(true);
    }
    let least = conditions.entity_confidence_min.unwrap_or(0.0);
    let found = context.entities?.iter().any(|entity| {
        let wanted = conditions.entity_types.is_empty()
            || conditions.entity_types.iter().any(|kind| kind == entity.entity_type);
        wanted && (entity.confidence.is_nan() || entity.confidence >= least)
    });
    Some(found)
}

fn regex(rule: &CompiledRule, context: &Context<'_>) -> Option<bool> {
    let Some(pattern) = &rule.rule().conditions.content_regex else { return Some(true) };
    context.regexes.iter().find(|finding| finding.pattern == pattern).map(|finding| finding.matched)
}

/// Decides a request of an active user of a live tenant.
pub(crate) fn evaluate(root: &Root, user: &User, context: &Context<'_>) -> Decision {
    let held = Held::by(root, user);
    let mut walk = Walk::default();
    for rule in &root.rules.rules {
        walk.step(rule, truth(root, rule, &held, context));
        if root.rules.document.combining == Combining::FirstApplicable
            && (walk.decided.is_some() || walk.residual.is_some())
        {
            break;
        }
    }
    walk.finish(root)
}

/// A refusal that no rule has a part in.
pub(crate) fn unavailable(root: &Root, matched: MatchKind) -> Decision {
    Decision {
        action: Action::Unavailable,
        rule: None,
        route: None,
        redactions: Vec::new(),
        undecided: Vec::new(),
        matched,
        revision: root.revision,
        rules_version: root.rules.version,
    }
}

#[derive(Default)]
struct Walk<'a> {
    decided: Option<&'a CompiledRule>,
    residual: Option<&'a CompiledRule>,
    redactions: Vec<RuleRef>,
    undecided: Vec<RuleRef>,
}

impl<'a> Walk<'a> {
    fn step(&mut self, rule: &'a CompiledRule, truth: Truth) {
        match truth {
            Truth::Failed(_) => {}
            Truth::Matched if !rule.kind().is_terminal() => self.redactions.push(rule.info.clone()),
            // Strictly greater: of equal actions the first in sequence stays.
            Truth::Matched => {
                if self.decided.is_none_or(|best| precedence(rule.kind()) > precedence(best.kind())) {
                    self.decided = Some(rule);
                }
            }
            Truth::Unknown(_) => {
                self.undecided.push(rule.info.clone());
                if let ActionType::Block | ActionType::Cancel = rule.kind() {
                    self.residual = self.residual.or(Some(rule));
                }
            }
        }
    }

    fn finish(self, root: &Root) -> Decision {
        let refuses = |rule: &CompiledRule| matches!(rule.kind(), ActionType::Block | ActionType::Cancel);
        // What may block outranks everything but what certainly does.
        let residual = self.residual.filter(|_| !self.decided.is_some_and(refuses));
        let (action, rule, matched) = match (residual, self.decided) {
            (Some(rule), _) => (Action::ContextRequired, Some(&rule.info), MatchKind::Residual),
            (None, Some(rule)) => (rule.kind().into(), Some(&rule.info), MatchKind::Rule),
            (None, None) => match (root.rules.document.default_action, self.redactions.first()) {
                (ActionType::Allow, Some(first)) => (Action::Redact, Some(first), MatchKind::Rule),
                (default, _) => (default.into(), None, MatchKind::Default),
            },
        };
        let rule = rule.cloned();
        let routed = rule.as_ref().filter(|_| action == Action::RouteTo);
        Decision {
            action,
            route: routed.and_then(|rule| rule.rule().action.route.clone()),
            rule,
            redactions: self.redactions,
            undecided: self.undecided,
            matched,
            revision: root.revision,
            rules_version: root.rules.version,
        }
    }
}

const fn precedence(kind: ActionType) -> u8 {
    match kind {
        ActionType::Redact => 0,
        ActionType::Allow => 1,
        ActionType::AllowWithOverride => 2,
        ActionType::RouteTo => 3,
        ActionType::Prompt => 4,
        ActionType::Cancel => 5,
        ActionType::Block => 6,
    }
}
