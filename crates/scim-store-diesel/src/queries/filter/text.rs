//! Comparisons of texts. Databases compare bytes, and so do the folded keys and exact texts of scim-core.

use scim_core::filter::CompareOp;
use std::cmp::Ordering;

/// A character that no stored text holds (a noncharacter of Unicode): it marks the end of a text.
pub(super) const END: char = '\u{ffff}';

/// The least text that is greater than every text that starts with `prefix`, if there is one.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut rest: Vec<char> = prefix.chars().collect();
    while let Some(last) = rest.pop() {
        let next = (last as u32 + 1..=char::MAX as u32).find_map(char::from_u32);
        if let Some(next) = next {
            rest.push(next);
            return Some(rest.into_iter().collect());
        }
    }
    None
}

/// Whether a text that is known beforehand compares so.
pub(super) fn holds(text: &str, op: CompareOp, key: &str) -> bool {
    let ordering = text.cmp(key);
    match op {
        CompareOp::Eq => ordering == Ordering::Equal,
        CompareOp::Ne => ordering != Ordering::Equal,
        CompareOp::Co => text.contains(key),
        CompareOp::Sw => text.starts_with(key),
        CompareOp::Ew => text.ends_with(key),
        CompareOp::Gt => ordering == Ordering::Greater,
        CompareOp::Ge => ordering != Ordering::Less,
        CompareOp::Lt => ordering == Ordering::Less,
        CompareOp::Le => ordering != Ordering::Greater,
    }
}

/// A boxed condition: `$column`, an expression of type Text, compares so with `$key`.
///
/// `co` and `ew` ask for the position of a text in another, which knows no wildcards; `sw` is a range,
/// which an index can answer.
macro_rules! text_test {
    ($column:expr, $op:expr, $key:expr) => {{
        use super::super::text_position;
        use super::text::{END, after_prefix};
        let key: String = ($key).to_owned();
        match $op {
            CompareOp::Eq => Box::new($column.eq(key)) as ClauseOn<'_, _>,
            CompareOp::Ne => Box::new($column.ne(key)),
            CompareOp::Gt => Box::new($column.gt(key)),
            CompareOp::Ge => Box::new($column.ge(key)),
            CompareOp::Lt => Box::new($column.lt(key)),
            CompareOp::Le => Box::new($column.le(key)),
            CompareOp::Co => Box::new(text_position($column, key).gt(0)),
            CompareOp::Sw => match after_prefix(&key) {
                Some(end) => Box::new($column.ge(key).and($column.lt(end))) as ClauseOn<'_, _>,
                None => Box::new($column.ge(key)),
            },
            CompareOp::Ew => {
                let with_end = format!("{key}{END}");
                Box::new(text_position($column.concat(END.to_string()), with_end).gt(0))
            }
        }
    }};
}

pub(super) use text_test;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_after_a_prefix_is_the_least_that_is_greater() {
        for (prefix, after) in [
            ("a", Some("b")),
            ("az", Some("a{")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), after, "{prefix:?}");
        }
    }
}
