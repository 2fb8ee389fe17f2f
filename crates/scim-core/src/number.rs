//! Numbers that compare without rounding.

use serde_json::Number;
use std::cmp::Ordering;

/// A number of JSON. Whole numbers of 64 bits (`i64`) compare exactly, against fractions too; all others
/// are decimals of double precision, in resources as in filters.
///
/// Equal numbers are equal however they were written: `5` and `5.0`, `0` and `-0.0`.
#[derive(Debug, Clone, Copy)]
pub struct ExactNumber(Form);

#[derive(Debug, Clone, Copy)]
enum Form {
    Whole(i64),
    // Invariant: not NaN.
    Decimal(f64),
}

impl ExactNumber {
    /// The number that a decimal is; none for what is no number.
    pub(crate) fn of_decimal(decimal: f64) -> Option<Self> {
        (!decimal.is_nan()).then_some(Self(Form::Decimal(decimal)))
    }

    /// The number that a number of JSON is.
    pub(crate) fn of_json(number: &Number) -> Option<Self> {
        match number.as_i64() {
            Some(whole) => Some(Self(Form::Whole(whole))),
            None => Self::of_decimal(number.as_f64()?),
        }
    }
}

impl From<i64> for ExactNumber {
    fn from(whole: i64) -> Self {
        Self(Form::Whole(whole))
    }
}

impl Ord for ExactNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (Form::Whole(a), Form::Whole(b)) => a.cmp(&b),
            (Form::Whole(a), Form::Decimal(b)) => whole_against(a, b),
            (Form::Decimal(a), Form::Whole(b)) => whole_against(b, a).reverse(),
            // Without NaN there is always an order, and 0 equals -0 in it.
            (Form::Decimal(a), Form::Decimal(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        }
    }
}

impl PartialOrd for ExactNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ExactNumber {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ExactNumber {}

/// Compares without rounding the whole number; `decimal` is not NaN.
fn whole_against(whole: i64, decimal: f64) -> Ordering {
    // In 128 bits the conversion saturates far outside of what `whole` can be.
    let floor = decimal.floor();
    i128::from(whole).cmp(&(floor as i128)).then(if decimal > floor {
        Ordering::Less
    } else {
        Ordering::Equal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> ExactNumber {
        ExactNumber::of_json(&serde_json::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn numbers_compare_without_rounding() {
        for (number, decimal, expected) in [
            ("9007199254740993", 9_007_199_254_740_992.0, Ordering::Greater),
            ("18446744073709551615", 1.8446744073709552e19, Ordering::Equal),
            ("9223372036854775807", 9.223_372_036_854_776e18, Ordering::Less),
            ("5", 5.0, Ordering::Equal),
            ("5", 4.5, Ordering::Greater),
            ("-5", -4.5, Ordering::Less),
            ("2.5", 2.5, Ordering::Equal),
            ("0", -0.0, Ordering::Equal),
            ("0.0", -0.0, Ordering::Equal),
            ("9223372036854775807", f64::INFINITY, Ordering::Less),
            ("-9223372036854775808", f64::NEG_INFINITY, Ordering::Greater),
        ] {
            let decimal = ExactNumber::of_decimal(decimal).unwrap();
            assert_eq!(json(number).cmp(&decimal), expected, "{number} and {decimal:?}");
            assert_eq!(decimal.cmp(&json(number)), expected.reverse(), "{decimal:?} and {number}");
        }
        assert!(json("9007199254740992.0") < ExactNumber::from(9_007_199_254_740_993));
        assert!(json("-0.5") < ExactNumber::from(0));
        assert!(ExactNumber::of_decimal(f64::NAN).is_none());
    }
}
