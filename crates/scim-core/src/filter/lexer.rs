//! Words, texts, numbers and signs of a filter.

use super::ast::Span;
use super::error::{Fault, FilterErrorKind as Kind};

/// A piece of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'t> {
    /// A name, a path or a keyword.
    Word(&'t str),
    /// A JSON string, decoded.
    Text(String),
    /// A JSON number, as it was written.
    Number(&'t str),
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Dot,
    End,
}

/// Reads one token after the other; each byte is looked at a bounded number of times.
pub(super) struct Lexer<'t> {
    text: &'t str,
    // Invariant: a character boundary of `text`.
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The text of a span.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The next token and its place; at the end, `End` again and again.
    pub(super) fn next(&mut self) -> Result<(Token<'t>, Span), Fault> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, Span { start: self.at, end: self.at }));
        };
        match first {
            '(' => Ok(self.take(Token::Open, 1)),
            ')' => Ok(self.take(Token::Close, 1)),
            '[' => Ok(self.take(Token::OpenBracket, 1)),
            ']' => Ok(self.take(Token::CloseBracket, 1)),
            '.' => Ok(self.take(Token::Dot, 1)),
            '"' => self.string(rest),
            '-' | '0'..='9' => self.number(rest),
            'a'..='z' | 'A'..='Z' | '$' => {
                let length = rest.bytes().take_while(|&b| is_word_byte(b)).count();
                Ok(self.take(Token::Word(&rest[..length]), length))
            }
            other => Err(Fault::new(Kind::UnexpectedCharacter(other), self.span(other.len_utf8()))),
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn span(&self, length: usize) -> Span {
        Span { start: self.at, end: self.at + length }
    }

    fn take(&mut self, token: Token<'t>, length: usize) -> (Token<'t>, Span) {
        let span = self.span(length);
        self.at = span.end;
        (token, span)
    }

    fn string(&mut self, rest: &'t str) -> Result<(Token<'t>, Span), Fault> {
        let mut escaped = false;
        for (i, byte) in rest.bytes().enumerate().skip(1) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let literal = &rest[..=i];
                    return serde_json::from_str(literal)
                        .map(|text| self.take(Token::Text(text), literal.len()))
                        .map_err(|_| Fault::new(Kind::BadText, self.span(literal.len())));
                }
                _ => {}
            }
        }
        Err(Fault::new(Kind::UnterminatedText, self.span(rest.len())))
    }

    fn number(&mut self, rest: &'t str) -> Result<(Token<'t>, Span), Fault> {
        let part = |b: &u8| b.is_ascii_alphanumeric() || b"+-._".contains(b);
        let length = rest.bytes().take_while(part).count();
        let literal = &rest[..length];
        if is_json_number(literal) {
            Ok(self.take(Token::Number(literal), length))
        } else {
            Err(Fault::new(Kind::BadNumber, self.span(length)))
        }
    }
}

/// The bytes of names, paths and URNs after the first one.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":-._~+/%#=@!$&'*,;".contains(&byte)
}

/// RFC 8259 section 6: `-`, digits without leading zeros, fraction, exponent.
fn is_json_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json() {
        for good in ["0", "-0", "10", "-3", "2.50", "25e-1", "1E+9", "0.5e3"] {
            assert!(is_json_number(good), "{good}");
        }
        for bad in ["", "-", "01", "+1", ".5", "1.", "0x10", "1e", "1e+", "1.2.3", "--1", "1_0"] {
            assert!(!is_json_number(bad), "{bad}");
        }
    }
}
