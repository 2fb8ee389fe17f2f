//! What must hold of a document beyond its types. Run by the parser, and again at installation, because the
//! fields of a document can be edited after it was read.

use std::{collections::HashSet, io};

use serde_json::Value;

use super::{
    ActionType, Conditions, Rule, RuleAction, RuleSetDoc, UserGroups,
    error::{RuleError, RuleProblem},
    limits,
};

impl RuleSetDoc {
    /// Checks a document as the parser does, in case its fields were edited.
    ///
    /// # Errors
    /// The first thing that is wrong, with a JSON pointer to it.
    pub fn check(&self) -> Result<(), RuleError> {
        document(self)
    }
}

pub(super) fn document(document: &RuleSetDoc) -> Result<(), RuleError> {
    at_most("/rules", "rules", document.rules.len(), limits::RULES)?;
    if let ActionType::RouteTo | ActionType::Redact = document.default_action {
        let expected = "`ALLOW`, `BLOCK`, `CANCEL`, `PROMPT` or `ALLOW_WITH_OVERRIDE`";
        return Err(RuleError::new("/default_action", RuleProblem::OutOfRange { expected }));
    }
    let mut ids = HashSet::new();
    let mut atoms = HashSet::new();
    for (at, rule) in document.rules.iter().enumerate() {
        let pointer = format!("/rules/{at}");
        if let Some(id) = &rule.id
            && !ids.insert(id)
        {
            return Err(RuleError::new(format!("{pointer}/id"), RuleProblem::DuplicateId { id: id.clone() }));
        }
        self::rule(&pointer, rule)?;
        if let Some(groups) = &rule.conditions.user_groups {
            atoms.extend(groups.all());
        }
    }
    at_most("/rules", "distinct group references", atoms.len(), limits::ATOMS)
}

pub(super) fn size(bytes: usize) -> Result<(), RuleError> {
    at_most("", "bytes", bytes, limits::BYTES)
}

pub(super) fn value_size(value: &Value) -> Result<(), RuleError> {
    let mut counter = Counter(0);
    // The counter refuses nothing, and a value always has a text.
    let written = serde_json::to_writer(&mut counter, value);
    written.map_err(|error| RuleError::new("", RuleProblem::Syntax { message: error.to_string() }))?;
    size(counter.0)
}

pub(super) fn at_most(
    pointer: &str,
    what: &'static str,
    found: usize,
    limit: usize,
) -> Result<(), RuleError> {
    if found <= limit {
        Ok(())
    } else {
        Err(RuleError::new(pointer, RuleProblem::TooMany { what, found, limit }))
    }
}

fn rule(pointer: &str, rule: &Rule) -> Result<(), RuleError> {
    conditions(&format!("{pointer}/conditions"), &rule.conditions)?;
    action(&format!("{pointer}/action"), &rule.action)
}

fn conditions(pointer: &str, conditions: &Conditions) -> Result<(), RuleError> {
    let lists = [
        ("providers", conditions.providers.len()),
        ("models", conditions.models.len()),
        ("entity_types", conditions.entity_types.len()),
    ];
    for (key, found) in lists {
        at_most(&format!("{pointer}/{key}"), "entries", found, limits::NAMES)?;
    }
    if conditions.entity_confidence_min.is_some_and(|least| !(0.0..=1.0).contains(&least)) {
        let pointer = format!("{pointer}/entity_confidence_min");
        return Err(RuleError::new(pointer, RuleProblem::OutOfRange { expected: "a number from 0 to 1" }));
    }
    conditions
        .user_groups
        .as_ref()
        .map_or(Ok(()), |groups| user_groups(&format!("{pointer}/user_groups"), groups))
}

fn user_groups(pointer: &str, groups: &UserGroups) -> Result<(), RuleError> {
    if groups.all().next().is_none() {
        return Err(RuleError::new(pointer, RuleProblem::NoGroups));
    }
    for (key, list) in [("any_of", &groups.any_of), ("all_of", &groups.all_of), ("none_of", &groups.none_of)]
    {
        at_most(&format!("{pointer}/{key}"), "groups", list.len(), limits::NAMES)?;
    }
    Ok(())
}

fn action(pointer: &str, action: &RuleAction) -> Result<(), RuleError> {
    let misplaced = |key, belongs_to| {
        Err(RuleError::new(format!("{pointer}/{key}"), RuleProblem::Misplaced { key, belongs_to }))
    };
    match (action.kind, &action.route) {
        (ActionType::RouteTo, None) => {
            return Err(RuleError::new(pointer, RuleProblem::MissingKey { key: "route" }));
        }
        (ActionType::RouteTo, Some(_)) | (_, None) => {}
        (_, Some(_)) => return misplaced("route", "ROUTE_TO"),
    }
    match (action.kind, &action.replacement) {
        (ActionType::Redact, _) | (_, None) => Ok(()),
        (_, Some(_)) => misplaced("replacement", "REDACT"),
    }
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
