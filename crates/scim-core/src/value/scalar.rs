//! Values of simple types.

use super::kind_of;
use super::reference;
use crate::datetime::parse_date_time;
use crate::dialect;
use crate::fault::{FaultKind, Findings};
use crate::fold::fold;
use crate::schema::{Attribute, AttributeType, Uniqueness};
use serde_json::Value;

/// The most characters of a name that is unique in a tenant, such as `userName`.
pub const MAX_UNIQUE: usize = 512;

/// Checks a value, and rewrites it where clients have a habit of their own.
pub(super) fn check(
    attribute: &Attribute,
    value: Value,
    findings: &mut Findings,
) -> Result<Value, FaultKind> {
    let value = check_type(attribute.kind, value, findings)?;
    if attribute.uniqueness != Uniqueness::None {
        check_name(&value)?;
    }
    Ok(value)
}

/// Whether a value is one of those that the schema suggests, if it suggests any.
pub(super) fn is_suggested(attribute: &Attribute, value: &Value) -> bool {
    let suggested = &attribute.canonical_values;
    let Some(text) = value.as_str().filter(|_| !suggested.is_empty()) else { return true };
    if suggested.iter().any(|known| known == text) {
        return true;
    }
    let key = fold(text);
    !attribute.compares_by_case() && suggested.iter().any(|known| fold(known) == key)
}

fn check_type(kind: AttributeType, value: Value, findings: &mut Findings) -> Result<Value, FaultKind> {
    let found = kind_of(&value);
    let wrong = |found| FaultKind::WrongType { expected: kind.expected(), found };
    match (kind, value) {
        (AttributeType::Boolean, Value::Bool(b)) => Ok(Value::Bool(b)),
        (AttributeType::Boolean, Value::String(text)) => {
            let truth = if text.eq_ignore_ascii_case("true") {
                true
            } else if text.eq_ignore_ascii_case("false") {
                false
            } else {
                return Err(wrong("another string"));
            };
            findings.dialect(dialect::STRING_BOOLEAN);
            Ok(Value::Bool(truth))
        }
        (AttributeType::Integer, Value::Number(n)) if n.is_i64() => Ok(Value::Number(n)),
        (AttributeType::Integer, Value::Number(n)) => match n.as_f64() {
            // `5.0` is the whole number 5 (RFC 8259 makes no difference); larger ones were refused earlier.
            Some(f) if f.fract() == 0.0 && f.abs() < 9e15 => Ok(Value::from(f as i64)),
            _ => Err(wrong("a number that is not one")),
        },
        (AttributeType::Decimal, Value::Number(n)) => Ok(Value::Number(n)),
        (AttributeType::DateTime, Value::String(text)) => match parse_date_time(&text) {
            Some(_) => Ok(Value::String(text)),
            None => Err(wrong("another string")),
        },
        (AttributeType::Binary, Value::String(text)) if !is_base64(&text) => Err(wrong("another string")),
        (AttributeType::Reference, Value::String(text)) => match reference::fault(&text) {
            Some(found) => Err(wrong(found)),
            None => Ok(Value::String(text)),
        },
        (AttributeType::String | AttributeType::Binary, Value::String(text)) => {
            if text.chars().any(is_forbidden) {
                return Err(FaultKind::ControlCharacter);
            }
            Ok(Value::String(text))
        }
        _ => Err(wrong(found)),
    }
}

/// Characters that no text may hold: control characters other than tab and line ends, and the
/// noncharacters of Unicode.
fn is_forbidden(c: char) -> bool {
    is_noncharacter(c) || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

pub(super) fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe
}

/// Checks a name by which a resource is known: people and gateways must be able to show it.
fn check_name(value: &Value) -> Result<(), FaultKind> {
    let Some(name) = value.as_str() else { return Ok(()) };
    if name.chars().any(char::is_control) {
        return Err(FaultKind::ControlCharacter);
    }
    if name.trim().is_empty() {
        return Err(FaultKind::Blank);
    }
    if name.chars().nth(MAX_UNIQUE).is_some() {
        return Err(FaultKind::TooLong { limit: MAX_UNIQUE });
    }
    Ok(())
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(&b))
}
