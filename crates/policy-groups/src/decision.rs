//! The answer to a request.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Revision, rules::ActionType, rules::compile::RuleRef};

/// What to do with a request, and which rule of which revision says so.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// The rule that decided; for [`MatchKind::Residual`] the first one that could not be decided.
    pub rule: Option<RuleRef>,
    /// Where to send the request; present exactly for [`Action::RouteTo`].
    pub route: Option<String>,
    /// Rules that matched and demand redaction, in order. They apply only if the request passes.
    pub redactions: Vec<RuleRef>,
    /// Rules that were reached but could not be decided for want of context, in order.
    pub undecided: Vec<RuleRef>,
    /// How the action came about.
    pub matched: MatchKind,
    /// The directory revision that was asked.
    pub revision: Revision,
    /// The version of the rules that were asked; 0 while none are installed.
    pub rules_version: u64,
}

impl Decision {
    /// Whether the request may pass. True for `ALLOW`, `ALLOW_WITH_OVERRIDE`, `ROUTE_TO` and `REDACT` alone.
    #[must_use]
    pub const fn allows(&self) -> bool {
        self.action.allows()
    }

    /// The message of the deciding rule for the person who made the request.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.rule.as_ref().and_then(RuleRef::message)
    }
}

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Let it pass.
    Allow,
    /// Refuse it.
    Block,
    /// Refuse it and end the exchange.
    Cancel,
    /// Let it pass, to [`Decision::route`].
    RouteTo,
    /// Refuse it until the user has confirmed.
    Prompt,
    /// Let it pass and record the exception.
    AllowWithOverride,
    /// No rule decided, the default lets it pass, and [`Decision::redactions`] is not empty.
    Redact,
    /// Refuse it: a rule that may block needs context which the caller did not give.
    ContextRequired,
    /// Refuse it: the directory cannot decide for this user now, see [`Decision::matched`].
    Unavailable,
}

impl Action {
    /// Whether the request may pass.
    #[must_use]
    pub const fn allows(self) -> bool {
        match self {
            Self::Allow | Self::AllowWithOverride | Self::RouteTo | Self::Redact => true,
            Self::Block | Self::Cancel | Self::Prompt | Self::ContextRequired | Self::Unavailable => false,
        }
    }

    /// The action in upper case, as in `ALLOW_WITH_OVERRIDE`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block => "BLOCK",
            Self::Cancel => "CANCEL",
            Self::RouteTo => "ROUTE_TO",
            Self::Prompt => "PROMPT",
            Self::AllowWithOverride => "ALLOW_WITH_OVERRIDE",
            Self::Redact => "REDACT",
            Self::ContextRequired => "CONTEXT_REQUIRED",
            Self::Unavailable => "UNAVAILABLE",
        }
    }
}

impl From<ActionType> for Action {
    fn from(kind: ActionType) -> Self {
        match kind {
            ActionType::Allow => Self::Allow,
            ActionType::Block => Self::Block,
            ActionType::Cancel => Self::Cancel,
            ActionType::RouteTo => Self::RouteTo,
            ActionType::Prompt => Self::Prompt,
            ActionType::AllowWithOverride => Self::AllowWithOverride,
            ActionType::Redact => Self::Redact,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// How an action came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MatchKind {
    /// A rule matched.
    Rule,
    /// No rule decided, so the default action of the document applies.
    Default,
    /// A rule that may block could not be decided.
    Residual,
    /// The tenant is loading, stale or diverged.
    NotLive,
    /// The tenant is suspended.
    Suspended,
    /// The user is inactive.
    Inactive,
    /// The user comes from a snapshot of another tenant or another revision.
    Foreign,
}
