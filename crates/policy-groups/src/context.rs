//! What the caller knows about a request.

/// The facts of one request. What the caller leaves out is unknown, not absent: a rule that needs it
/// cannot be decided.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Which way the content flows; input unless said otherwise.
    pub direction: Direction,
    /// The provider of the model, such as `openai`. Compared byte for byte.
    pub provider: Option<&'a str>,
    /// The model, such as `gpt-4o`. Compared byte for byte.
    pub model: Option<&'a str>,
    /// Every entity that was found in the content. An empty slice says that the content was searched and
    /// nothing found; `None` that nobody looked.
    pub entities: Option<&'a [Entity<'a>]>,
    /// The verdicts of expressions that were run over the content. An expression that is not listed is unknown.
    pub regexes: &'a [RegexFinding<'a>],
}

/// Which way the content flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// To the model.
    #[default]
    Input,
    /// From the model.
    Output,
}

/// Something that a content scanner found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entity<'a> {
    /// Its type, such as `credit_card`. Compared byte for byte.
    pub entity_type: &'a str,
    /// How sure the scanner is, from 0 to 1. Not a number counts as certain.
    pub confidence: f64,
}

/// Whether an expression matches the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegexFinding<'a> {
    /// The expression, byte for byte as the rule has it.
    pub pattern: &'a str,
    /// Whether it matches.
    pub matched: bool,
}
