//! From expression to text: one blank between words, parentheses only where they are needed.

use super::ast::{Expr, Literal, Test};
use std::fmt;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Or(list) => chain(f, " or ", list, |e| matches!(e, Self::Or(_))),
            Self::And(list) => chain(f, " and ", list, |e| matches!(e, Self::Or(_) | Self::And(_))),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Attribute(term) => write!(f, "{} {}", term.path.node, term.test),
            Self::Element(term) => {
                write!(f, "{}[{}]", term.path.node, term.inner)?;
                match &term.part {
                    Some(part) => write!(f, ".{} {}", part.name.node, part.test),
                    None => Ok(()),
                }
            }
        }
    }
}

fn chain(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    list: &[Expr],
    needs_parentheses: fn(&Expr) -> bool,
) -> fmt::Result {
    for (i, expr) in list.iter().enumerate() {
        if i > 0 {
            f.write_str(word)?;
        }
        if needs_parentheses(expr) {
            write!(f, "({expr})")?;
        } else {
            write!(f, "{expr}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => f.write_str("pr"),
            Self::Compare { op, literal } => write!(f, "{} {}", op.node, literal.node),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Self::Number(number) => f.write_str(number),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Null => f.write_str("null"),
        }
    }
}
