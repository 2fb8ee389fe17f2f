//! Why a rule document is refused, and where.

use std::fmt;

/// A rule document was refused. Nothing of it was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    pub(super) pointer: String,
    pub(super) problem: RuleProblem,
}

/// What is wrong with a rule document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleProblem {
    /// The text is not JSON.
    Syntax {
        /// What the JSON parser said, with line and column.
        message: String,
    },
    /// An object holds the same key twice.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// An object holds a key that means nothing here.
    UnknownKey {
        /// The key.
        key: String,
        /// A key that is near and would be accepted.
        near: Option<&'static str>,
    },
    /// A required key is absent.
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A value has the wrong JSON type.
    WrongType {
        /// What would be accepted.
        expected: &'static str,
        /// The JSON type that was found.
        found: &'static str,
    },
    /// A word is none of those accepted here.
    UnknownWord {
        /// The word.
        word: String,
        /// The accepted words, in backticks and separated by commas.
        expected: String,
        /// The one that is near.
        near: Option<&'static str>,
    },
    /// A group id is not a UUID.
    NotAnId {
        /// The text.
        text: String,
    },
    /// A `user_groups` condition names no group, so it would match everybody or nobody.
    NoGroups,
    /// A number is outside its range.
    OutOfRange {
        /// The range.
        expected: &'static str,
    },
    /// A key does not go with the type of the action.
    Misplaced {
        /// The key.
        key: &'static str,
        /// The action type it belongs to.
        belongs_to: &'static str,
    },
    /// Two rules share an id.
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A limit is exceeded.
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
}

impl RuleError {
    pub(super) fn new(pointer: impl Into<String>, problem: RuleProblem) -> Self {
        Self { pointer: pointer.into(), problem }
    }

    /// Where: an RFC 6901 JSON pointer, empty for the document itself.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong there.
    #[must_use]
    pub const fn problem(&self) -> &RuleProblem {
        &self.problem
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            write!(f, "rule document: {}", self.problem)
        } else {
            write!(f, "`{}`: {}", self.pointer.escape_debug(), self.problem)
        }
    }
}

impl std::error::Error for RuleError {}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { message } => write!(f, "not valid JSON: {message}"),
            Self::DuplicateKey { key } => write!(f, "the key `{}` appears twice", key.escape_debug()),
            Self::UnknownKey { key, near } => {
                write!(f, "unknown key `{}`", key.escape_debug())?;
                hint(f, *near)
            }
            Self::MissingKey { key } => write!(f, "the key `{key}` is missing"),
            Self::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::UnknownWord { word, expected, near } => {
                write!(f, "`{}` is none of {expected}", word.escape_debug())?;
                hint(f, *near)
            }
            Self::NotAnId { text } => write!(f, "`{}` is not a UUID", text.escape_debug()),
            Self::NoGroups => f.write_str(
                "names no group; list at least one, or leave `user_groups` out to match everybody",
            ),
            Self::OutOfRange { expected } => write!(f, "expected {expected}"),
            Self::Misplaced { key, belongs_to } => {
                write!(f, "`{key}` goes only with the action type `{belongs_to}`")
            }
            Self::DuplicateId { id } => write!(f, "the id `{}` is used by another rule", id.escape_debug()),
            Self::TooMany { what, found, limit } => write!(f, "{found} {what}, at most {limit} are allowed"),
        }
    }
}

fn hint(f: &mut fmt::Formatter<'_>, near: Option<&str>) -> fmt::Result {
    near.map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
}

/// The candidate that somebody who wrote `text` probably meant: equal but for case, `-` and white space, or at
/// most two edits away (one for words of up to four letters).
pub(super) fn nearest(text: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    // Nobody mistypes this much; and the distance is quadratic.
    if text.len() > 64 {
        return None;
    }
    let folded = text.trim().to_lowercase().replace(['-', ' '], "_");
    let allowed = if folded.len() <= 4 { 1 } else { 2 };
    let near = candidates.map(|candidate| (distance(&folded, &candidate.to_lowercase()), candidate));
    near.filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
