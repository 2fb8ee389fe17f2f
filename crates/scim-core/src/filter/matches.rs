//! Whether a resource satisfies a predicate: the meaning that every other reading must agree with.

use super::ast::CompareOp;
use super::predicate::{Operand, Place, Predicate};
use crate::datetime::parse_date_time;
use crate::fold::fold;
use crate::number::ExactNumber;
use serde_json::{Map, Number, Value};
use std::cmp::Ordering;

impl Predicate {
    /// Whether a resource satisfies the predicate, spelled as its schema spells it.
    ///
    /// What the caller has not put in (`id`, `meta`, `groups`, `members`) counts as absent.
    pub fn matches(&self, attributes: &Map<String, Value>) -> bool {
        self.holds(Scope::Resource(attributes))
    }

    /// Whether an element satisfies a predicate that was resolved with
    /// [`Filter::resolve_element`](super::Filter::resolve_element).
    pub fn matches_element(&self, element: &Value) -> bool {
        self.holds(Scope::Element(element))
    }

    fn holds(&self, scope: Scope<'_>) -> bool {
        match self {
            Self::And(list) => list.iter().all(|p| p.holds(scope)),
            Self::Or(list) => list.iter().any(|p| p.holds(scope)),
            Self::Not(inner) => !inner.holds(scope),
            Self::Compare { place, op: CompareOp::Eq, operand: Operand::Null } => {
                !any_value(place, scope, is_present)
            }
            Self::Compare { place, op: CompareOp::Ne, operand: Operand::Null } | Self::Present(place) => {
                any_value(place, scope, is_present)
            }
            Self::Compare { place, op, operand } => {
                any_value(place, scope, |value| compares(value, *op, operand, place.case_exact))
            }
            Self::Element { place, inner } => {
                any_value(place, scope, |value| is_present(value) && inner.matches_element(value))
            }
            Self::Never => false,
        }
    }
}

/// What the names of a predicate are looked up in.
#[derive(Clone, Copy)]
enum Scope<'v> {
    Resource(&'v Map<String, Value>),
    Element(&'v Value),
}

impl<'v> Scope<'v> {
    fn get(self, place: &Place) -> Option<&'v Value> {
        match (self, &place.extension) {
            (Self::Resource(attributes), None) => attributes.get(&place.attribute),
            (Self::Resource(attributes), Some(urn)) => attributes.get(urn)?.get(&place.attribute),
            (Self::Element(Value::Object(parts)), _) => parts.get(&place.attribute),
            (Self::Element(simple), _) => (place.attribute == "value").then_some(simple),
        }
    }
}

/// Whether the test holds for some value of the place.
fn any_value(place: &Place, scope: Scope<'_>, test: impl Fn(&Value) -> bool) -> bool {
    let Some(value) = scope.get(place) else { return false };
    any_item(value, |item| match &place.sub {
        None => test(item),
        Some(sub) => item.get(sub).is_some_and(|part| any_item(part, &test)),
    })
}

/// Whether the test holds for an item of a list, or for a value that is no list.
fn any_item(value: &Value, test: impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(list) => list.iter().any(test),
        one => test(one),
    }
}

/// Whether a value is assigned (RFC 7643 section 2.5, RFC 7644 table 3: "non-empty").
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(|item| !item.is_null()),
        Value::Object(parts) => parts.values().any(|part| !part.is_null()),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compares(value: &Value, op: CompareOp, operand: &Operand, case_exact: bool) -> bool {
    match (value, operand) {
        (Value::String(text), Operand::Text { key, .. }) if case_exact => text_compares(text, op, key),
        (Value::String(text), Operand::Text { key, .. }) => text_compares(&fold(text), op, key),
        (Value::String(text), Operand::Instant(instant)) => {
            parse_date_time(text).is_some_and(|given| satisfies(op, given.cmp(instant)))
        }
        (Value::Bool(truth), Operand::Boolean(wanted)) => satisfies(op, truth.cmp(wanted)),
        (Value::Number(number), Operand::Integer(wanted)) => {
            number_compares(number, op, Some(ExactNumber::from(*wanted)))
        }
        (Value::Number(number), Operand::Decimal(wanted)) => {
            number_compares(number, op, ExactNumber::of_decimal(*wanted))
        }
        _ => false,
    }
}

fn text_compares(text: &str, op: CompareOp, key: &str) -> bool {
    match op {
        CompareOp::Co => text.contains(key),
        CompareOp::Sw => text.starts_with(key),
        CompareOp::Ew => text.ends_with(key),
        _ => satisfies(op, text.cmp(key)),
    }
}

fn number_compares(number: &Number, op: CompareOp, wanted: Option<ExactNumber>) -> bool {
    let given = ExactNumber::of_json(number);
    given.zip(wanted).is_some_and(|(given, wanted)| satisfies(op, given.cmp(&wanted)))
}

fn satisfies(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}
