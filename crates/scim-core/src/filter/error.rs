//! What is wrong with a filter, and where.

use super::ast::{CompareOp, Span};
use super::parse::{MAX_DEPTH, MAX_LENGTH, MAX_TERMS};
use crate::json::shortened;
use std::fmt;

/// Says why a filter was not accepted, or why it cannot be applied to a resource type.
///
/// The message names attributes and operators and never quotes a value; [`FilterError::caret`] shows
/// the text itself and is for the client that sent it, not for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    kind: FilterErrorKind,
    span: Span,
    // Invariant: at most MAX_LENGTH bytes, so that a hostile text is not kept alive by its error.
    text: String,
}

/// The kinds of fault of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterErrorKind {
    /// Something else was expected here.
    Expected {
        /// What was expected, such as "a value".
        what: &'static str,
        /// What stands before it.
        after: String,
    },
    /// A character that begins nothing.
    UnexpectedCharacter(char),
    /// A text without its closing quote.
    UnterminatedText,
    /// A text with an escape or a character that JSON does not allow.
    BadText,
    /// A number that JSON does not allow.
    BadNumber,
    /// A word that is no attribute path.
    BadName(String),
    /// A word where an operator was expected.
    UnknownOperator(String),
    /// `not` without parentheses.
    BareNot,
    /// Brackets inside brackets.
    NestedBrackets,
    /// Brackets after a sub-attribute.
    BracketsAfterSub,
    /// More than [`MAX_LENGTH`] bytes.
    TooLong,
    /// More than [`MAX_DEPTH`] levels of parentheses and brackets.
    TooDeep,
    /// More than [`MAX_TERMS`] conditions.
    TooManyTerms,
    /// No schema of the resource type defines the attribute.
    UnknownAttribute {
        /// The path, as it was written.
        path: String,
        /// Where it was looked for: a resource type, or an attribute in backticks.
        within: String,
        /// A name that is near.
        suggestion: Option<String>,
    },
    /// The attribute takes values of another type.
    WrongType {
        /// The attribute.
        attribute: String,
        /// What it takes.
        expected: &'static str,
        /// What the filter compares it with.
        found: &'static str,
    },
    /// The operator says nothing about values of the attribute's type.
    WrongOperator {
        /// The attribute.
        attribute: String,
        /// The operator.
        op: CompareOp,
        /// What the attribute takes.
        takes: &'static str,
    },
    /// The attribute is an object that has no `value` to compare.
    NoSingleValue {
        /// The attribute.
        attribute: String,
        /// One of its parts.
        part: Option<String>,
    },
    /// Brackets after an attribute that has no elements.
    NoElements(String),
}

/// A fault whose text is known to the caller.
#[derive(Debug)]
pub(super) struct Fault {
    // Boxed to keep the frames of the parser small.
    kind: Box<FilterErrorKind>,
    span: Span,
}

impl Fault {
    pub(super) fn new(kind: FilterErrorKind, span: Span) -> Self {
        Self { kind: Box::new(kind), span }
    }

    /// How little it says to somebody who asked several resource types: that one of them lacks an
    /// attribute may be as it should be, unless the name is a slip.
    pub(super) fn vagueness(&self) -> u8 {
        match &*self.kind {
            FilterErrorKind::UnknownAttribute { suggestion: None, .. } => 2,
            FilterErrorKind::UnknownAttribute { .. } => 1,
            _ => 0,
        }
    }

    /// The error about this fault in the given text.
    pub(super) fn in_text(self, text: &str) -> FilterError {
        let mut end = text.len().min(MAX_LENGTH);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        FilterError {
            kind: *self.kind,
            span: self.span,
            text: text.get(..end).unwrap_or_default().to_owned(),
        }
    }
}

impl FilterError {
    /// What is wrong.
    pub fn kind(&self) -> &FilterErrorKind {
        &self.kind
    }

    /// Where it is wrong, in bytes of the text.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The column of the fault, from 1, counted in characters.
    pub fn column(&self) -> usize {
        self.before().chars().count() + 1
    }

    /// Whether the filter is sound and names an attribute that is not defined.
    pub fn is_unknown_attribute(&self) -> bool {
        matches!(self.kind, FilterErrorKind::UnknownAttribute { .. })
    }

    /// The attribute that the fault is about, where the filter names one.
    pub fn attribute(&self) -> Option<&str> {
        use FilterErrorKind as Kind;
        match &self.kind {
            Kind::UnknownAttribute { path, .. } => Some(path),
            Kind::WrongType { attribute, .. }
            | Kind::WrongOperator { attribute, .. }
            | Kind::NoSingleValue { attribute, .. }
            | Kind::NoElements(attribute) => Some(attribute),
            Kind::Expected { .. }
            | Kind::UnexpectedCharacter(_)
            | Kind::UnterminatedText
            | Kind::BadText
            | Kind::BadNumber
            | Kind::BadName(_)
            | Kind::UnknownOperator(_)
            | Kind::BareNot
            | Kind::NestedBrackets
            | Kind::BracketsAfterSub
            | Kind::TooLong
            | Kind::TooDeep
            | Kind::TooManyTerms => None,
        }
    }

    /// Two lines: the text around the fault, and carets under the fault.
    pub fn caret(&self) -> String {
        const BEFORE: usize = 40;
        const AFTER: usize = 30;
        let fault = self.text.get(self.span.start..self.span.end).unwrap_or_default();
        let column = self.column() - 1;
        let skipped = column.saturating_sub(BEFORE);
        let width = fault.chars().count().clamp(1, AFTER);
        let shown: String = self
            .text
            .chars()
            .skip(skipped)
            .take(column - skipped + width + AFTER)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        format!("{shown}\n{}{}", " ".repeat(column - skipped), "^".repeat(width))
    }

    fn before(&self) -> &str {
        self.text.get(..self.span.start).unwrap_or(&self.text)
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use FilterErrorKind as Kind;
        match &self.kind {
            Kind::TooLong => return write!(f, "the filter is longer than {MAX_LENGTH} bytes"),
            Kind::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels")?,
            Kind::TooManyTerms => write!(f, "more than {MAX_TERMS} conditions")?,
            Kind::Expected { what, after } if after.is_empty() => write!(f, "expected {what}")?,
            Kind::Expected { what, after } => write!(f, "expected {what} after `{}`", shortened(after))?,
            Kind::UnexpectedCharacter(c @ ('\'' | '"' | '\\')) => write!(f, "unexpected character `{c}`")?,
            Kind::UnexpectedCharacter(c) => write!(f, "unexpected character `{}`", c.escape_debug())?,
            Kind::UnterminatedText => f.write_str("a text without its closing quote begins")?,
            Kind::BadText => f.write_str("not a valid JSON string")?,
            Kind::BadNumber => f.write_str("not a valid number")?,
            Kind::BadName(name) => write!(f, "`{}` is not the name of an attribute", shortened(name))?,
            // Not quoted: where the operator was forgotten, the word is a value.
            Kind::UnknownOperator(_) => f.write_str("unknown operator")?,
            Kind::BareNot => f.write_str("`not` without parentheses")?,
            Kind::NestedBrackets => f.write_str("brackets inside brackets")?,
            Kind::BracketsAfterSub => f.write_str("brackets after a sub-attribute")?,
            Kind::UnknownAttribute { path, within, .. } => {
                write!(f, "unknown attribute `{}` on {within}", shortened(path))?;
            }
            Kind::WrongType { attribute, expected, found } => {
                write!(f, "attribute `{attribute}` takes {expected}, not {found},")?;
            }
            Kind::WrongOperator { attribute, op, takes } => {
                write!(f, "`{op}` does not apply to attribute `{attribute}`, which takes {takes},")?;
            }
            Kind::NoSingleValue { attribute, .. } => {
                write!(f, "attribute `{attribute}` has no single value to compare")?;
            }
            Kind::NoElements(attribute) => write!(f, "attribute `{attribute}` takes no brackets")?,
        }
        write!(f, " at column {}", self.column())?;
        match &self.kind {
            Kind::UnknownAttribute { suggestion: Some(near), .. } => write!(f, "; did you mean `{near}`?"),
            Kind::NoSingleValue { attribute, part: Some(part) } => {
                write!(f, "; name one of its parts, such as `{attribute}.{part}`")
            }
            Kind::BareNot => f.write_str("; write `not (…)`"),
            Kind::UnknownOperator(_) => f.write_str("; the operators are eq ne co sw ew gt ge lt le pr"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for FilterError {}
