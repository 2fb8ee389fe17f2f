//! The PATCH message: from JSON to operations. It knows no schema.

use crate::dialect;
use crate::error::{Kind, PatchError};
use scim_core::fault::Findings;
use scim_core::value::kind_of;
use serde_json::{Map, Value};
use std::fmt;

/// The URN of the PATCH message.
pub const PATCH_OP_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The most operations that one message may hold.
pub const MAX_OPERATIONS: usize = 1000;

/// A PATCH message.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchRequest {
    // Invariant: between one and MAX_OPERATIONS.
    pub(crate) operations: Vec<Operation>,
    pub(crate) findings: Findings,
}

/// One operation as the client wrote it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    pub(crate) op: Op,
    /// Neither empty nor null.
    pub(crate) path: Option<String>,
    /// `Some(Null)` when the client wrote `null`.
    pub(crate) value: Option<Value>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Replace,
    Remove,
}

impl Op {
    const ALL: [Self; 3] = [Self::Add, Self::Replace, Self::Remove];

    fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PatchRequest {
    /// Reads the body of a PATCH.
    ///
    /// The names of members compare without case, and members that RFC 7644 does not define are
    /// ignored, in the message and in its operations. Paths and values are read by
    /// [`PatchRequest::plan`].
    ///
    /// # Errors
    /// When `schemas` does not name the message, when there is no operation or more than
    /// [`MAX_OPERATIONS`], and when an operation has no `op` or a `path` that is no text.
    pub fn parse(body: Map<String, Value>) -> Result<Self, PatchError> {
        let mut findings = Findings::default();
        let [schemas, operations] = members(body, ["schemas", "Operations"], &mut findings);
        if !is_patch(schemas.as_ref()) {
            return Err(Kind::NotAPatch.in_message());
        }
        let list = match operations {
            Some(Value::Array(list)) if !list.is_empty() => list,
            _ => return Err(Kind::NoOperations.in_message()),
        };
        if list.len() > MAX_OPERATIONS {
            return Err(Kind::TooManyOperations.in_message());
        }
        let operations = list
            .into_iter()
            .enumerate()
            .map(|(i, item)| operation(item, &mut findings).map_err(|kind| kind.at(i + 1)))
            .collect::<Result<_, _>>()?;
        Ok(Self { operations, findings })
    }
}

/// The members of an object that have these names, in whatever case; others are ignored.
fn members<const N: usize>(
    object: Map<String, Value>,
    names: [&str; N],
    findings: &mut Findings,
) -> [Option<Value>; N] {
    let mut found = [const { None }; N];
    for (given, value) in object {
        if let Some(i) = names.iter().position(|name| name.eq_ignore_ascii_case(&given)) {
            findings.spelling(&given, names[i]);
            found[i] = Some(value);
        }
    }
    found
}

fn is_patch(schemas: Option<&Value>) -> bool {
    let Some(Value::Array(urns)) = schemas else { return false };
    urns.iter().filter_map(Value::as_str).any(|urn| urn.eq_ignore_ascii_case(PATCH_OP_URN))
}

fn operation(item: Value, findings: &mut Findings) -> Result<Operation, Kind> {
    let object = match item {
        Value::Object(object) => object,
        other => return Err(Kind::NotAnObject(kind_of(&other))),
    };
    let [op, path, value] = members(object, ["op", "path", "value"], findings);
    let op = match op {
        Some(Value::String(op)) => op,
        None | Some(Value::Null) => return Err(Kind::NoOp),
        Some(other) => return Err(Kind::UnknownOp(kind_of(&other).to_owned())),
    };
    let Some(known) = Op::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(&op)) else {
        return Err(Kind::UnknownOp(op));
    };
    if known.as_str() != op {
        findings.dialect(dialect::OP_CASE);
    }
    let path = match path {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(path).filter(|path| !path.is_empty()),
        Some(other) => return Err(Kind::PathNotText(kind_of(&other))),
    };
    Ok(Operation { op: known, path, value })
}
