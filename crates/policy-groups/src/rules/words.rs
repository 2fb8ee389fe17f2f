//! The fixed words of a rule document.

use std::fmt;

use serde::{Serialize, Serializer};

/// A word with one spelling in JSON.
pub(super) trait Word: Copy + 'static {
    const ALL: &'static [Self];
    fn text(self) -> &'static str;
}

/// How several matching rules become one decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Combining {
    /// The first rule with a terminal action decides.
    #[default]
    FirstApplicable,
    /// All rules are looked at, and the strictest terminal action decides: BLOCK, CANCEL, PROMPT, ROUTE_TO,
    /// ALLOW_WITH_OVERRIDE, ALLOW. Of equal ones the first in sequence.
    DenyOverrides,
}

/// The direction of the traffic that a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AppliesTo {
    /// Requests to the model.
    Input,
    /// Answers of the model.
    Output,
    /// Both.
    #[default]
    Both,
}

/// The action of a rule. All but [`ActionType::Redact`] are terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ActionType {
    /// Let the request pass.
    #[default]
    Allow,
    /// Refuse the request.
    Block,
    /// Refuse the request and end the exchange.
    Cancel,
    /// Let the request pass to another target.
    RouteTo,
    /// Refuse until the user has confirmed.
    Prompt,
    /// Let the request pass and record that it was an exception.
    AllowWithOverride,
    /// Replace what was found and go on to the next rule.
    Redact,
}

impl ActionType {
    /// Whether the action restricts: `BLOCK`, `CANCEL`, `PROMPT` and `REDACT` do, the others permit.
    #[must_use]
    pub const fn restricts(self) -> bool {
        match self {
            Self::Block | Self::Cancel | Self::Prompt | Self::Redact => true,
            Self::Allow | Self::RouteTo | Self::AllowWithOverride => false,
        }
    }

    /// Whether a match ends the walk through the rules.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        !matches!(self, Self::Redact)
    }
}

impl Word for Combining {
    const ALL: &'static [Self] = &[Self::FirstApplicable, Self::DenyOverrides];

    fn text(self) -> &'static str {
        match self {
            Self::FirstApplicable => "first_applicable",
            Self::DenyOverrides => "deny_overrides",
        }
    }
}

impl Word for AppliesTo {
    const ALL: &'static [Self] = &[Self::Input, Self::Output, Self::Both];

    fn text(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::Both => "both",
        }
    }
}

impl Word for ActionType {
    const ALL: &'static [Self] = &[
        Self::Allow,
        Self::Block,
        Self::Cancel,
        Self::RouteTo,
        Self::Prompt,
        Self::AllowWithOverride,
        Self::Redact,
    ];

    fn text(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Block => "BLOCK",
            Self::Cancel => "CANCEL",
            Self::RouteTo => "ROUTE_TO",
            Self::Prompt => "PROMPT",
            Self::AllowWithOverride => "ALLOW_WITH_OVERRIDE",
            Self::Redact => "REDACT",
        }
    }
}

impl fmt::Display for Combining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for AppliesTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Display for ActionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Serialize for Combining {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl Serialize for AppliesTo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl Serialize for ActionType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}
