//! Why a PATCH is refused.

use crate::request::{MAX_OPERATIONS, Op, PATCH_OP_URN};
use scim_core::fault::{Fault, Faults};
use scim_core::json::shortened;
use scim_core::{FilterError, PathError, ScimType};
use std::fmt;

/// A PATCH that cannot be applied. `Display` names the operation, and never quotes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchError {
    operation: Option<usize>,
    kind: Box<Kind>,
}

impl PatchError {
    /// The number of the operation at fault, from 1; `None` when the message itself is at fault.
    pub fn operation(&self) -> Option<usize> {
        self.operation
    }

    /// The keyword for the error message (RFC 7644 table 9). The status is always 400.
    pub fn scim_type(&self) -> ScimType {
        match &*self.kind {
            Kind::NotAPatch
            | Kind::NoOperations
            | Kind::TooManyOperations
            | Kind::NotAnObject(_)
            | Kind::NoOp
            | Kind::UnknownOp(_) => ScimType::InvalidSyntax,
            Kind::NoValue(..) | Kind::NoObject(_) | Kind::MemberWithoutId | Kind::Value(_) => {
                ScimType::InvalidValue
            }
            Kind::PathNotText(_) | Kind::NoBrackets(_) | Kind::Unknown(_) => ScimType::InvalidPath,
            Kind::Path(error) => error.scim_type(),
            Kind::Filter(_) => ScimType::InvalidFilter,
            Kind::ReadOnly(_) | Kind::Immutable(_) | Kind::Required(_) | Kind::MemberPart => {
                ScimType::Mutability
            }
            Kind::NoPath | Kind::NoTarget(_) | Kind::ClearsWithoutPath(_) => ScimType::NoTarget,
            Kind::TooMuchWork => ScimType::TooMany,
        }
    }

    /// The paths of the attributes that are at fault, as the client or the schema spells them.
    pub fn attributes(&self) -> Vec<&str> {
        match &*self.kind {
            Kind::NotAPatch
            | Kind::NoOperations
            | Kind::TooManyOperations
            | Kind::NotAnObject(_)
            | Kind::NoOp
            | Kind::UnknownOp(_)
            | Kind::NoValue(_, None)
            | Kind::NoObject(_)
            | Kind::PathNotText(_)
            | Kind::NoPath
            | Kind::TooMuchWork => Vec::new(),
            Kind::Path(error) => error.fault().attribute().into_iter().collect(),
            Kind::Filter(error) => error.attribute().into_iter().collect(),
            Kind::Unknown(fault) => vec![&fault.path],
            Kind::Value(faults) => faults.faults.iter().map(|fault| fault.path.as_str()).collect(),
            Kind::NoValue(_, Some(path))
            | Kind::NoBrackets(path)
            | Kind::ReadOnly(path)
            | Kind::Immutable(path)
            | Kind::Required(path)
            | Kind::ClearsWithoutPath(path)
            | Kind::NoTarget(path) => vec![path],
            Kind::MemberPart | Kind::MemberWithoutId => vec!["members"],
        }
    }
}

impl std::error::Error for PatchError {}

/// What is wrong, without the number of the operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `schemas` does not name the PATCH message.
    NotAPatch,
    /// `Operations` is missing, empty or no list.
    NoOperations,
    /// More than [`MAX_OPERATIONS`].
    TooManyOperations,
    /// An operation that is something else than an object.
    NotAnObject(&'static str),
    /// An operation without `op`.
    NoOp,
    /// An `op` that does not exist.
    UnknownOp(String),
    /// `add` or `replace` without `value`, and of what.
    NoValue(Op, Option<String>),
    /// No path, and the value is something else than an object.
    NoObject(&'static str),
    /// A `path` that is no text.
    PathNotText(&'static str),
    /// A path that cannot be read.
    Path(Box<PathError>),
    /// A filter that does not fit the attribute.
    Filter(Box<FilterError>),
    /// Brackets after an attribute that has one value.
    NoBrackets(String),
    /// A path to an attribute that is not defined.
    Unknown(Box<Fault>),
    /// A value that does not fit.
    Value(Faults),
    /// A path to an attribute that the server sets.
    ReadOnly(String),
    /// A changed attribute that may be set only once.
    Immutable(String),
    /// A required attribute that would have no value.
    Required(String),
    /// A path into a member.
    MemberPart,
    /// A member without an id.
    MemberWithoutId,
    /// `remove` without a path.
    NoPath,
    /// `remove` without a path, of a list whose values are not named.
    ClearsWithoutPath(String),
    /// A filter that no value matches.
    NoTarget(String),
    /// Many operations on long lists.
    TooMuchWork,
}

impl Kind {
    /// The error about the operation of that number.
    pub(crate) fn at(self, operation: usize) -> PatchError {
        PatchError { operation: Some(operation), kind: Box::new(self) }
    }

    /// The error about the message.
    pub(crate) fn in_message(self) -> PatchError {
        PatchError { operation: None, kind: Box::new(self) }
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation {
            write!(f, "operation {operation}: ")?;
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPatch => write!(f, "`schemas` must list `{PATCH_OP_URN}`"),
            Self::NoOperations => f.write_str("`Operations` must be a list of at least one operation"),
            Self::TooManyOperations => {
                write!(f, "more than {MAX_OPERATIONS} operations; send them in several requests")
            }
            Self::NotAnObject(found) => write!(f, "an operation is an object, not {found}"),
            Self::NoOp => f.write_str("`op` is missing; it is `add`, `replace` or `remove`"),
            Self::UnknownOp(op) => {
                write!(f, "unknown `op` `{}`; it is `add`, `replace` or `remove`", shortened(op))
            }
            Self::NoValue(op, None) => write!(f, "`{op}` needs a `value`"),
            Self::NoValue(op, Some(path)) => write!(f, "`{op}` of `{}` needs a `value`", shortened(path)),
            Self::NoObject(found) => {
                write!(f, "an operation without `path` takes an object of attributes, not {found}")
            }
            Self::PathNotText(found) => write!(f, "`path` takes a string, not {found}"),
            Self::Path(error) => error.fmt(f),
            Self::Filter(error) => error.fmt(f),
            Self::NoBrackets(path) => {
                write!(f, "attribute `{path}` has one value at most and takes no brackets")
            }
            Self::Unknown(fault) => fault.fmt(f),
            Self::Value(faults) => faults.fmt(f),
            Self::ReadOnly(path) => {
                write!(f, "attribute `{path}` is set by the server alone; remove its attribute mapping")
            }
            Self::Immutable(path) => {
                write!(f, "attribute `{path}` has a value already and can be set only once")
            }
            Self::Required(path) => write!(f, "required attribute `{path}` cannot be removed"),
            Self::MemberPart => {
                f.write_str("the parts of a member never change; remove the member and add another")
            }
            Self::MemberWithoutId => f.write_str("a member has neither `value` nor `$ref`"),
            Self::NoPath => f.write_str("`remove` needs a `path`"),
            Self::ClearsWithoutPath(path) => {
                write!(f, "to remove all values of `{path}`, send it as the `path`")
            }
            Self::NoTarget(path) => {
                write!(
                    f,
                    "no value of `{path}` matches the filter in the path; name one that is there, or add it"
                )
            }
            Self::TooMuchWork => {
                f.write_str("so many operations on such long lists are not done at once; send fewer")
            }
        }
    }
}
