//! Filters (RFC 7644 section 3.4.2.2): from text to meaning in two steps.
//!
//! ```
//! use scim_core::{filter::Filter, schema::user_type};
//! use serde_json::json;
//!
//! let filter: Filter = r#"userType eq "Employee" and emails[type eq "work"]"#.parse()?;
//! let wanted = filter.resolve(&user_type())?;
//! let ann = json!({"userType": "employee", "emails": [{"value": "ann@contoso.test", "type": "work"}]});
//! assert!(ann.as_object().is_some_and(|ann| wanted.matches(ann)));
//!
//! let error = r#"departmnt eq "Sales""#.parse::<Filter>()?.resolve(&user_type()).unwrap_err();
//! assert!(error.to_string().starts_with("unknown attribute `departmnt` on User at column 1; did you mean"));
//! # Ok::<(), scim_core::filter::FilterError>(())
//! ```
//!
//! A [`Filter`] is what the text says, a [`Predicate`] what it means for a resource type. Hostile
//! texts are refused while they are read: [`MAX_LENGTH`], [`MAX_DEPTH`], [`MAX_TERMS`].

mod ast;
mod error;
mod lexer;
mod matches;
mod operand;
mod parse;
mod predicate;
mod print;
mod resolve;
mod resolve_each;
#[cfg(test)]
mod tests;

pub use ast::{CompareOp, Span};
pub use error::{FilterError, FilterErrorKind};
pub use parse::{MAX_DEPTH, MAX_LENGTH, MAX_TERMS};
pub use predicate::{Operand, Place, Predicate};

pub(crate) use resolve::{find, value_part};

use crate::name::AttributeName;
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType};
use ast::{Expr, Literal, Test};
use resolve::Names;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// A filter as it was written. It knows no schema.
///
/// Two filters are equal when they say the same in the same order, whatever their blanks and needless
/// parentheses. Printing gives a text that reads as the same filter; blanks that were missing in the
/// original can make it a little longer.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The text that the spans of the expression refer to; for a filter in the path of a PATCH
    /// operation, the whole path.
    text: String,
    expr: Expr,
}

impl Filter {
    /// What the filter means for the resources of a type.
    ///
    /// # Errors
    /// When it names an attribute that is not defined, or compares one in a way that its type does
    /// not allow.
    pub fn resolve(&self, resource_type: &ResourceType) -> Result<Predicate, FilterError> {
        Names::Resource(resource_type).resolve(&self.expr).map_err(|fault| fault.in_text(&self.text))
    }

    /// What the filter means where resources of several types are asked at once, type by type (RFC 7644
    /// section 3.4.2.1).
    ///
    /// An attribute that a type does not define has no value there: of the conditions on it only
    /// `eq null` holds. So it is with a condition that does not fit the attribute as the type defines it.
    ///
    /// # Errors
    /// When a condition can be applied in none of the types.
    pub fn resolve_each(&self, types: &[&ResourceType]) -> Result<Vec<Predicate>, FilterError> {
        let names: Vec<Names<'_>> = types.iter().map(|&t| Names::Resource(t)).collect();
        resolve_each::resolve(&self.expr, &names).map_err(|fault| fault.in_text(&self.text))
    }

    /// What the filter means for the elements of an attribute, as in `emails[type eq "work"]`.
    ///
    /// Names are those of the sub-attributes; the elements of a simple attribute are called `value`.
    ///
    /// # Errors
    /// As [`Filter::resolve`].
    pub fn resolve_element(&self, attribute: &Attribute) -> Result<Predicate, FilterError> {
        Names::Element(attribute).resolve(&self.expr).map_err(|fault| fault.in_text(&self.text))
    }

    /// The element that the filter describes: the parts and values of its comparisons, if these are
    /// all `eq` with a value, joined by `and`, and do not contradict each other.
    pub fn described_element(&self) -> Option<Vec<(AttributeName, Value)>> {
        let mut parts = Vec::new();
        describe(&self.expr, &mut parts)?;
        Some(parts)
    }

    /// The attribute and the text of `attribute eq "text"`, where the filter is that and nothing more.
    pub fn looked_up(&self) -> Option<(&AttributePath, &str)> {
        let Expr::Attribute(term) = &self.expr else { return None };
        match &term.test {
            Test::Compare { op, literal } if op.node == CompareOp::Eq => match &literal.node {
                Literal::Text(text) => Some((&term.path.node, text)),
                Literal::Number(_) | Literal::Boolean(_) | Literal::Null => None,
            },
            Test::Compare { .. } | Test::Present => None,
        }
    }
}

fn describe(expr: &Expr, parts: &mut Vec<(AttributeName, Value)>) -> Option<()> {
    match expr {
        Expr::And(list) => list.iter().try_for_each(|expr| describe(expr, parts)),
        Expr::Attribute(term) => {
            let AttributePath { uri: None, name, sub: None } = &term.path.node else { return None };
            let Test::Compare { op, literal } = &term.test else { return None };
            if op.node != CompareOp::Eq {
                return None;
            }
            let value = match &literal.node {
                Literal::Text(text) => Value::from(text.as_str()),
                Literal::Number(number) => Value::Number(serde_json::from_str(number).ok()?),
                Literal::Boolean(truth) => Value::Bool(*truth),
                Literal::Null => return None,
            };
            match parts.iter().find(|(known, _)| known == name) {
                None => parts.push((name.clone(), value)),
                Some((_, same)) if *same == value => {}
                Some(_) => return None,
            }
            Some(())
        }
        Expr::Or(_) | Expr::Not(_) | Expr::Element(_) => None,
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        match parse::filter(text) {
            Ok(expr) => Ok(Self { text: text.to_owned(), expr }),
            Err(fault) => Err(fault.in_text(text)),
        }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

/// The path of a PATCH operation, in parts.
pub(crate) struct Target {
    pub(crate) path: AttributePath,
    pub(crate) filter: Option<Filter>,
    pub(crate) sub: Option<AttributeName>,
}

/// Reads the path of a PATCH operation. The flag says whether the fault lies in its filter.
pub(crate) fn parse_target(text: &str) -> Result<Target, (FilterError, bool)> {
    let (path, inner, sub) =
        parse::target(text).map_err(|(fault, in_filter)| (fault.in_text(text), in_filter))?;
    let filter = inner.map(|expr| Filter { text: text.to_owned(), expr });
    Ok(Target { path, filter, sub })
}
