//! Rule documents: what an administrator writes and the portal shows.
//!
//! ```json
//! {"combining": "first_applicable", "default_action": "ALLOW", "rules": [
//!   {"name": "No OpenAI", "sequence": 10, "applies_to": "input", "enabled": true,
//!    "conditions": {"user_groups": {"any_of": ["openai_block"], "none_of": ["break_glass"]},
//!                   "providers": ["openai"], "models": null},
//!    "action": {"type": "BLOCK", "message": "OpenAI is not allowed for your team"}}]}
//! ```
//!
//! The only way to a [`RuleSetDoc`] is through its strict parser: a condition that was misspelt and ignored
//! would silently widen a rule.

mod check;
pub(crate) mod compile;
mod error;
mod json;
mod parse;
mod print;
mod report;
mod words;

use std::fmt;

use serde::Serialize;

use crate::GroupId;

pub use compile::RuleRef;
pub use error::{RuleError, RuleProblem};
pub use report::{DanglingName, RuleReport};
pub use words::{ActionType, AppliesTo, Combining};

pub(crate) use report::report;

/// Limits of a rule document, checked when it is read and again when it is installed.
pub mod limits {
    /// Rules in one document.
    pub const RULES: usize = 4_096;
    /// Distinct group references (names and ids) in one document.
    pub const ATOMS: usize = 16_384;
    /// Entries of one list, such as one `any_of` or one `models`.
    pub const NAMES: usize = 512;
    /// Bytes of one document as JSON.
    pub const BYTES: usize = 1 << 20;
}

/// A complete rule document.
///
/// Read one with [`RuleSetDoc::parse`] or [`RuleSetDoc::from_value`]; it serialises back to canonical JSON,
/// and reading that gives the same document.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct RuleSetDoc {
    /// How several matching rules become one decision; `first_applicable` unless given.
    pub combining: Combining,
    /// What happens when no rule decides; `ALLOW` unless given. Never `REDACT` or `ROUTE_TO`.
    pub default_action: ActionType,
    /// The rules in document order, at most [`limits::RULES`].
    pub rules: Vec<Rule>,
}

/// One rule: when all its conditions hold, its action is taken.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// Optional stable id for audit records, unique in its document.
    pub id: Option<String>,
    /// A name for people; `rule N` (its place in the document) unless given. Need not be unique.
    pub name: String,
    /// Rules run in ascending `sequence`, equal ones in document order. A rule without one takes that of
    /// the rule before it in the document, or 0.
    pub sequence: Option<i64>,
    /// Which direction of the traffic the rule looks at; both unless given.
    pub applies_to: AppliesTo,
    /// False switches the rule off; true unless given.
    pub enabled: bool,
    /// All of these must hold. Without any the rule always matches.
    pub conditions: Conditions,
    /// What to do on a match.
    pub action: RuleAction,
}

/// The conditions of a rule. Lists that are empty are not looked at.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Conditions {
    /// Who: groups of the user.
    pub user_groups: Option<UserGroups>,
    /// The provider of the request is one of these, byte for byte.
    pub providers: Vec<String>,
    /// The model of the request is one of these, byte for byte.
    pub models: Vec<String>,
    /// The content holds an entity of one of these types. Needs findings of the caller.
    pub entity_types: Vec<String>,
    /// Only entities of at least this confidence (0 to 1) count. Needs findings of the caller.
    pub entity_confidence_min: Option<f64>,
    /// The content matches this expression. Never run here: needs a finding of the caller.
    pub content_regex: Option<String>,
}

/// A condition on the groups of the user. All lists that are not empty must hold, and at least one is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UserGroups {
    /// Member of at least one of these. Unknown groups have no members.
    pub any_of: Vec<GroupMatch>,
    /// Member of every one of these. Unknown groups have no members.
    pub all_of: Vec<GroupMatch>,
    /// Member of none of these. A reference to an unknown group is read on the stricter side: the rule matches
    /// if its action restricts (`BLOCK`, `CANCEL`, `PROMPT`, `REDACT`) and does not if it permits.
    pub none_of: Vec<GroupMatch>,
}

/// A reference to groups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupMatch {
    /// Every group with exactly this `displayName`, byte for byte.
    Name(String),
    /// The group with this id, whatever its name.
    Id(GroupId),
}

impl GroupMatch {
    /// The name as it is, or the id as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Id(id) => id.to_string(),
        }
    }
}

/// Writes `"name"` (escaped) or `id "…"`.
impl fmt::Display for GroupMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Id(id) => write!(f, "id \"{id}\""),
        }
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RuleAction {
    /// The kind of action.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// Text for the person whose request was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where `ROUTE_TO` leads; present exactly for that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What `REDACT` writes in place of what it found; only for that kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}
