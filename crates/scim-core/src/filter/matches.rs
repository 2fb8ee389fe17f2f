//! Whether a resource satisfies a predicate: the meaning that every other reading must agree with.

use super::ast::CompareOp;
use super::predicate::{Operand, Place, Predicate};
use crate::datetime::parse_date_time;
use crate::fold::fold;
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
        (Value::Number(number), Operand::Integer(wanted)) => satisfies(op, compare_integer(number, *wanted)),
        (Value::Number(number), Operand::Decimal(wanted)) => {
            compare_decimal(number, *wanted).is_some_and(|ordering| satisfies(op, ordering))
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

fn compare_integer(number: &Number, wanted: i64) -> Ordering {
    match whole(number) {
        Some(given) => given.cmp(&i128::from(wanted)),
        None => whole_against(i128::from(wanted), number.as_f64().unwrap_or_default()).reverse(),
    }
}

fn compare_decimal(number: &Number, wanted: f64) -> Option<Ordering> {
    match whole(number) {
        Some(given) => Some(whole_against(given, wanted)),
        None => number.as_f64()?.partial_cmp(&wanted),
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// Compares without rounding the whole number; `decimal` is not NaN.
fn whole_against(whole: i128, decimal: f64) -> Ordering {
    // The conversion saturates; a whole number of 64 bits is then still on the right side.
    let floor = decimal.floor();
    whole.cmp(&(floor as i128)).then(if decimal > floor { Ordering::Less } else { Ordering::Equal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_without_rounding() {
        for (number, wanted, expected) in [
            ("9007199254740993", 9_007_199_254_740_992.0, Ordering::Greater),
            ("18446744073709551615", 1.8446744073709552e19, Ordering::Less),
            ("5", 5.0, Ordering::Equal),
            ("5", 4.5, Ordering::Greater),
            ("-5", -4.5, Ordering::Less),
            ("2.5", 2.5, Ordering::Equal),
            ("9223372036854775807", f64::INFINITY, Ordering::Less),
            ("-9223372036854775808", f64::NEG_INFINITY, Ordering::Greater),
        ] {
            let given: Number = serde_json::from_str(number).unwrap();
            assert_eq!(compare_decimal(&given, wanted), Some(expected), "{number} and {wanted}");
        }
        let half: Number = serde_json::from_str("9007199254740992.0").unwrap();
        assert_eq!(compare_integer(&half, 9_007_199_254_740_993), Ordering::Less);
        let fraction: Number = serde_json::from_str("-0.5").unwrap();
        assert_eq!(compare_integer(&fraction, 0), Ordering::Less);
    }
}
