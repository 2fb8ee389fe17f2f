//! What a filter says, with the place of each part in its text. It knows no schema.

use crate::name::AttributeName;
use crate::path::AttributePath;
use std::fmt;

/// A stretch of a text, in bytes; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// A part of a filter and its place. Two are equal when the parts are, wherever they stand.
#[derive(Debug, Clone)]
pub(super) struct Spanned<T> {
    pub(super) node: T,
    pub(super) span: Span,
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// An expression.
// Invariant: `And` and `Or` hold at least two parts, and no expression is nested so deep that its
// text would pass `MAX_DEPTH`; so recursion over one is bounded, dropping included. Conditions are
// boxed to keep the frames of that recursion small.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// Every part holds.
    And(Vec<Expr>),
    /// Some part holds.
    Or(Vec<Expr>),
    /// The expression does not hold.
    Not(Box<Expr>),
    /// `title pr`, `userName eq "ann"`.
    Attribute(Box<AttributeTest>),
    /// `emails[type eq "work"]`, `emails[type eq "work"].value eq "x"`.
    Element(Box<ElementTest>),
}

/// A condition on an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AttributeTest {
    pub(super) path: Spanned<AttributePath>,
    pub(super) test: Test,
}

/// A condition on the elements of an attribute.
// Invariant: the path has no sub-attribute, and `inner` holds no `Element`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ElementTest {
    pub(super) path: Spanned<AttributePath>,
    pub(super) inner: Expr,
    pub(super) part: Option<PartTest>,
}

/// A condition on a sub-attribute that follows brackets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PartTest {
    pub(super) name: Spanned<AttributeName>,
    pub(super) test: Test,
}

/// What is asked of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// It has a value.
    Present,
    /// It has a value that compares so with the literal.
    Compare { op: Spanned<CompareOp>, literal: Spanned<Literal> },
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    /// A JSON number, as it was written.
    Number(String),
    Boolean(bool),
    Null,
}

/// A comparison operator (RFC 7644 table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `eq`: identical.
    Eq,
    /// `ne`: not identical.
    Ne,
    /// `co`: the operand is a part of the value.
    Co,
    /// `sw`: the value starts with the operand.
    Sw,
    /// `ew`: the value ends with the operand.
    Ew,
    /// `gt`: the value is greater.
    Gt,
    /// `ge`: the value is greater or identical.
    Ge,
    /// `lt`: the value is less.
    Lt,
    /// `le`: the value is less or identical.
    Le,
}

impl CompareOp {
    /// All operators.
    pub(super) const ALL: [Self; 9] =
        [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// The operator as it is written in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// The operator that a word names, in any case.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| op.as_str().eq_ignore_ascii_case(word))
    }

    /// Whether it asks for an order: `gt`, `ge`, `lt`, `le`.
    pub fn is_ordering(self) -> bool {
        matches!(self, Self::Gt | Self::Ge | Self::Lt | Self::Le)
    }

    /// Whether it looks inside a text: `co`, `sw`, `ew`.
    pub fn is_substring(self) -> bool {
        matches!(self, Self::Co | Self::Sw | Self::Ew)
    }
}

impl fmt::Display for CompareOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
