//! From literals to operands of the attribute's type.

use super::ast::{CompareOp, Literal, Spanned};
use super::error::{Fault, FilterErrorKind as Kind};
use super::predicate::{Operand, Place};
use crate::datetime::parse_date_time;
use crate::fold::fold;
use crate::schema::AttributeType;

/// The operand that a literal is for a place; `shown` is its name for messages.
pub(super) fn operand(
    place: &Place,
    shown: &str,
    op: &Spanned<CompareOp>,
    literal: &Spanned<Literal>,
) -> Result<Operand, Fault> {
    if !applies(op.node, place.kind) {
        let takes = place.kind.expected();
        return Err(Fault::new(
            Kind::WrongOperator { attribute: shown.to_owned(), op: op.node, takes },
            op.span,
        ));
    }
    read(place, &literal.node).ok_or_else(|| {
        let (expected, found) = (place.kind.expected(), describe(&literal.node));
        Fault::new(Kind::WrongType { attribute: shown.to_owned(), expected, found }, literal.span)
    })
}

/// Whether an operator means something for a type (RFC 7644 table 3).
fn applies(op: CompareOp, kind: AttributeType) -> bool {
    match kind {
        AttributeType::String | AttributeType::Reference => true,
        AttributeType::Binary => !op.is_ordering(),
        AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime => !op.is_substring(),
        AttributeType::Boolean | AttributeType::Complex => !op.is_ordering() && !op.is_substring(),
    }
}

fn read(place: &Place, literal: &Literal) -> Option<Operand> {
    match (place.kind, literal) {
        (AttributeType::String | AttributeType::Reference | AttributeType::Binary, Literal::Text(text)) => {
            let key = if place.case_exact { text.clone() } else { fold(text).into_owned() };
            Some(Operand::Text { given: text.clone(), key })
        }
        (AttributeType::Boolean, Literal::Boolean(truth)) => Some(Operand::Boolean(*truth)),
        // Entra writes booleans as texts.
        (AttributeType::Boolean, Literal::Text(text)) if text.eq_ignore_ascii_case("true") => {
            Some(Operand::Boolean(true))
        }
        (AttributeType::Boolean, Literal::Text(text)) if text.eq_ignore_ascii_case("false") => {
            Some(Operand::Boolean(false))
        }
        (AttributeType::Integer | AttributeType::Decimal, Literal::Number(text)) => number(text),
        (AttributeType::DateTime, Literal::Text(text)) => parse_date_time(text).map(Operand::Instant),
        _ => None,
    }
}

fn describe(literal: &Literal) -> &'static str {
    match literal {
        Literal::Text(_) => "a string",
        Literal::Number(_) => "a number",
        Literal::Boolean(_) => "a boolean",
        Literal::Null => "null",
    }
}

/// The operand that a JSON number is: whole numbers of 64 bits stay exact, however they are written.
fn number(text: &str) -> Option<Operand> {
    if let Some(whole) = whole(text) {
        return Some(Operand::Integer(whole));
    }
    text.parse().ok().filter(|f: &f64| !f.is_nan()).map(Operand::Decimal)
}

/// The whole number that `5`, `5.00` or `0.5e1` is, if it fits 64 bits.
fn whole(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let after = after.trim_end_matches('0');
    let shift = i64::from(exponent) - i64::try_from(after.len()).ok()?;
    let digits = format!("{before}{after}");
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    let (digits, shift) = match shift {
        // `100e-1`: zeros at the end make up for a negative exponent.
        ..0 if zeros as i64 >= -shift => (&digits[..digits.len() - (-shift) as usize], 0),
        ..0 => return digits.trim_matches(['-', '0']).is_empty().then_some(0),
        _ => (digits.as_str(), shift),
    };
    let digits: i64 = digits.parse().ok()?;
    if digits == 0 {
        return Some(0);
    }
    digits.checked_mul(10_i64.checked_pow(u32::try_from(shift).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_stay_exact_in_every_notation() {
        for (text, expected) in [
            ("9007199254740993", 9_007_199_254_740_993),
            ("9007199254740993.0", 9_007_199_254_740_993),
            ("-9223372036854775808", i64::MIN),
            ("0.5e1", 5),
            ("100e-2", 1),
            ("-1200e-2", -12),
            ("1e3", 1000),
            ("-0", 0),
            ("0e99", 0),
            ("0.0e-99", 0),
        ] {
            assert_eq!(number(text), Some(Operand::Integer(expected)), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_decimals() {
        for (text, expected) in [
            ("2.50", 2.5),
            ("25e-1", 2.5),
            ("9223372036854775808", 9.223_372_036_854_776e18),
            ("1e999", f64::INFINITY),
            ("-1e999999999999", f64::NEG_INFINITY),
            ("1e-999", 0.0),
        ] {
            assert_eq!(number(text), Some(Operand::Decimal(expected)), "{text}");
        }
    }
}
