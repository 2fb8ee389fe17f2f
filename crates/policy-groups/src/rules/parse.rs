//! From JSON to a [`RuleSetDoc`], refusing everything that is not understood.

use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use super::{
    ActionType, Conditions, GroupMatch, Rule, RuleAction, RuleSetDoc, UserGroups, check,
    error::{RuleError, RuleProblem, nearest},
    json,
    json::Node,
    limits,
    words::Word,
};
use crate::GroupId;

impl RuleSetDoc {
    /// Reads a document from JSON text of at most [`limits::BYTES`].
    ///
    /// # Errors
    /// The first thing that is wrong, with a JSON pointer to it. Unknown keys, repeated keys and wrong types are
    /// errors, null is the same as absent.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        check::size(text.len())?;
        document(&Node::root(&json::read(text)?))
    }

    /// Reads a document from JSON that was parsed elsewhere. Prefer [`RuleSetDoc::parse`] where the text is at
    /// hand: only it can see repeated keys.
    ///
    /// # Errors
    /// As [`RuleSetDoc::parse`].
    pub fn from_value(value: &Value) -> Result<Self, RuleError> {
        check::value_size(value)?;
        document(&Node::root(value))
    }
}

impl FromStr for RuleSetDoc {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

fn document(node: &Node<'_>) -> Result<RuleSetDoc, RuleError> {
    node.object(&["combining", "default_action", "rules"])?;
    let rules = node.get("rules").ok_or_else(|| node.error(RuleProblem::MissingKey { key: "rules" }))?;
    let found = rules.value.as_array().map_or(0, Vec::len);
    check::at_most(&rules.pointer, "rules", found, limits::RULES)?;
    let document = RuleSetDoc {
        combining: node.get("combining").map(|node| word(&node)).transpose()?.unwrap_or_default(),
        default_action: node.get("default_action").map(|node| word(&node)).transpose()?.unwrap_or_default(),
        rules: rules.items()?.enumerate().map(|(at, node)| rule(&node, at)).collect::<Result<_, _>>()?,
    };
    check::document(&document)?;
    Ok(document)
}

fn rule(node: &Node<'_>, at: usize) -> Result<Rule, RuleError> {
    node.object(&["id", "name", "sequence", "applies_to", "enabled", "conditions", "action"])?;
    let action = node.get("action").ok_or_else(|| node.error(RuleProblem::MissingKey { key: "action" }))?;
    Ok(Rule {
        id: text(node, "id")?,
        name: text(node, "name")?.unwrap_or_else(|| format!("rule {}", at + 1)),
        sequence: node.get("sequence").map(|node| integer(&node)).transpose()?,
        applies_to: node.get("applies_to").map(|node| word(&node)).transpose()?.unwrap_or_default(),
        enabled: node.get("enabled").map(|node| boolean(&node)).transpose()?.unwrap_or(true),
        conditions: node.get("conditions").map(|node| conditions(&node)).transpose()?.unwrap_or_default(),
        action: self::action(&action)?,
    })
}

fn conditions(node: &Node<'_>) -> Result<Conditions, RuleError> {
    node.object(&[
        "user_groups",
        "providers",
        "models",
        "entity_types",
        "entity_confidence_min",
        "content_regex",
    ])?;
    Ok(Conditions {
        user_groups: node.get("user_groups").map(|node| user_groups(&node)).transpose()?,
        providers: strings(node, "providers")?,
        models: strings(node, "models")?,
        entity_types: strings(node, "entity_types")?,
        entity_confidence_min: node.get("entity_confidence_min").map(|node| number(&node)).transpose()?,
        content_regex: text(node, "content_regex")?,
    })
}

fn user_groups(node: &Node<'_>) -> Result<UserGroups, RuleError> {
    match node.value {
        Value::Array(_) => Ok(UserGroups { any_of: groups(node)?, ..UserGroups::default() }),
        Value::Object(_) => {
            node.object(&["any_of", "all_of", "none_of"])?;
            let list =
                |key| node.get(key).map(|node| groups(&node)).transpose().map(Option::unwrap_or_default);
            Ok(UserGroups { any_of: list("any_of")?, all_of: list("all_of")?, none_of: list("none_of")? })
        }
        _ => Err(node.wrong_type("an array of group names, or an object with `any_of`, `all_of`, `none_of`")),
    }
}

fn groups(node: &Node<'_>) -> Result<Vec<GroupMatch>, RuleError> {
    node.items()?.map(|item| group(&item)).collect()
}

fn group(node: &Node<'_>) -> Result<GroupMatch, RuleError> {
    match node.value {
        Value::String(name) => Ok(GroupMatch::Name(name.clone())),
        Value::Object(_) => {
            node.object(&["id"])?;
            let id = node.get("id").ok_or_else(|| node.error(RuleProblem::MissingKey { key: "id" }))?;
            let text = id.string()?;
            let uuid = Uuid::parse_str(text);
            uuid.map(|uuid| GroupMatch::Id(GroupId(uuid)))
                .map_err(|_| id.error(RuleProblem::NotAnId { text: text.to_owned() }))
        }
        _ => Err(node.wrong_type("a group name, or an object with `id`")),
    }
}

fn action(node: &Node<'_>) -> Result<RuleAction, RuleError> {
    let plain = |kind| RuleAction { kind, message: None, route: None, replacement: None };
    match node.value {
        Value::String(_) => word(node).map(plain),
        Value::Object(_) => {
            node.object(&["type", "message", "route", "replacement"])?;
            let kind = node.get("type").ok_or_else(|| node.error(RuleProblem::MissingKey { key: "type" }))?;
            Ok(RuleAction {
                kind: word::<ActionType>(&kind)?,
                message: text(node, "message")?,
                route: text(node, "route")?,
                replacement: text(node, "replacement")?,
            })
        }
        _ => Err(node.wrong_type("an action type, or an object with `type`")),
    }
}

fn text(node: &Node<'_>, key: &str) -> Result<Option<String>, RuleError> {
    node.get(key).map(|node| node.string().map(str::to_owned)).transpose()
}

fn strings(node: &Node<'_>, key: &str) -> Result<Vec<String>, RuleError> {
    let Some(list) = node.get(key) else { return Ok(Vec::new()) };
    list.items()?.map(|item| item.string().map(str::to_owned)).collect()
}

fn boolean(node: &Node<'_>) -> Result<bool, RuleError> {
    node.value.as_bool().ok_or_else(|| node.wrong_type("a boolean"))
}

fn integer(node: &Node<'_>) -> Result<i64, RuleError> {
    let Value::Number(number) = node.value else { return Err(node.wrong_type("an integer")) };
    let expected = "an integer between -2^63 and 2^63-1";
    number.as_i64().ok_or_else(|| node.error(RuleProblem::OutOfRange { expected }))
}

fn number(node: &Node<'_>) -> Result<f64, RuleError> {
    node.value.as_f64().ok_or_else(|| node.wrong_type("a number"))
}

fn word<W: Word>(node: &Node<'_>) -> Result<W, RuleError> {
    let text = node.string()?;
    W::ALL.iter().copied().find(|word| word.text() == text).ok_or_else(|| {
        let words: Vec<String> = W::ALL.iter().map(|word| format!("`{}`", word.text())).collect();
        let near = nearest(text, W::ALL.iter().map(|word| word.text()));
        node.error(RuleProblem::UnknownWord { word: text.to_owned(), expected: words.join(", "), near })
    })
}
