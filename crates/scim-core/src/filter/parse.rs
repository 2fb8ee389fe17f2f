//! From text to expression.
//!
//! The grammar is that of RFC 7644 figures 1 and 7, with the liberties that clients take:
//!
//! ```text
//! filter  = all *( "or" all )
//! all     = factor *( "and" factor )
//! factor  = "(" filter ")" / "not" "(" filter ")" / path test
//!         / path "[" filter "]" [ "." name test ]      ; no brackets inside brackets
//! test    = "pr" / op value
//! op      = "eq" / "ne" / "co" / "sw" / "ew" / "gt" / "ge" / "lt" / "le"
//! value   = JSON string / JSON number / "true" / "false" / "null"
//! path    = [ URN ":" ] name [ "." name ]              ; see AttributePath
//! target  = path / path "[" filter "]" [ "." name ]    ; the path of a PATCH operation
//! ```
//!
//! Words are read in any case, `true` among them. Blanks may stand between any two tokens and may be
//! missing where the tokens are distinct without them. A path that is `and`, `or` or `not` is refused.

use super::ast::{AttributeTest, CompareOp, ElementTest, Expr, Literal, PartTest, Span, Spanned, Test};
use super::error::{Fault, FilterErrorKind as Kind};
use super::lexer::{Lexer, Token};
use crate::name::AttributeName;
use crate::path::AttributePath;

/// The longest filter or PATCH path that is read, in bytes.
pub const MAX_LENGTH: usize = 8 * 1024;

/// The deepest nesting of parentheses and brackets. A chain of `and` or `or` is one level.
///
/// Everything that walks a filter (reading, resolving, matching, printing, dropping) recurses, and
/// a text of nested parentheses must not be able to exhaust the stack of a worker thread.
pub const MAX_DEPTH: usize = 32;

/// The most conditions in one filter, those in brackets counted one by one.
pub const MAX_TERMS: usize = 256;

/// Reads a whole filter.
pub(super) fn filter(text: &str) -> Result<Expr, Fault> {
    let mut parser = Parser::new(text)?;
    let expr = parser.filter()?;
    parser.end("`and`, `or` or the end of the filter")?;
    Ok(expr)
}

/// The attribute, the brackets and the sub-attribute of the path of a PATCH operation.
pub(super) type Target = (AttributePath, Option<Expr>, Option<AttributeName>);

/// Reads the path of a PATCH operation. The flag says whether the fault lies in the filter.
pub(super) fn target(text: &str) -> Result<Target, (Fault, bool)> {
    let mut parser = Parser::new(text).map_err(|fault| (fault, false))?;
    parser.target().map_err(|fault| (fault, parser.in_brackets))
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    token: Token<'t>,
    span: Span,
    /// The place of the token before.
    last: Span,
    depth: usize,
    terms: usize,
    in_brackets: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Self, Fault> {
        if text.len() > MAX_LENGTH {
            return Err(Fault::new(Kind::TooLong, Span { start: 0, end: 0 }));
        }
        let mut lexer = Lexer::new(text);
        let (token, span) = lexer.next()?;
        let last = Span::default();
        Ok(Self { lexer, token, span, last, depth: 0, terms: 0, in_brackets: false })
    }

    fn filter(&mut self) -> Result<Expr, Fault> {
        let first = self.all()?;
        if !self.at_word("or") {
            return Ok(first);
        }
        let mut list = vec![first];
        while self.at_word("or") {
            self.advance()?;
            list.push(self.all()?);
        }
        Ok(Expr::Or(list))
    }

    fn all(&mut self) -> Result<Expr, Fault> {
        let first = self.factor()?;
        if !self.at_word("and") {
            return Ok(first);
        }
        let mut list = vec![first];
        while self.at_word("and") {
            self.advance()?;
            list.push(self.factor()?);
        }
        Ok(Expr::And(list))
    }

    fn factor(&mut self) -> Result<Expr, Fault> {
        match self.token {
            Token::Open => self.group(),
            Token::Word(word) if word.eq_ignore_ascii_case("not") => {
                let not = self.span;
                self.advance()?;
                if self.token != Token::Open {
                    return Err(Fault::new(Kind::BareNot, not));
                }
                Ok(Expr::Not(Box::new(self.group()?)))
            }
            _ => self.term(),
        }
    }

    /// `( filter )`
    fn group(&mut self) -> Result<Expr, Fault> {
        self.enter()?;
        self.advance()?;
        let inner = self.filter()?;
        self.leave(&Token::Close, "`and`, `or` or `)`")?;
        self.advance()?;
        Ok(inner)
    }

    fn term(&mut self) -> Result<Expr, Fault> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(Fault::new(Kind::TooManyTerms, self.span));
        }
        let path = self.path()?;
        if self.token != Token::OpenBracket {
            let test = self.test()?;
            return Ok(Expr::Attribute(Box::new(AttributeTest { path, test })));
        }
        let inner = self.brackets(&path.node)?;
        let part = match self.sub()? {
            Some(name) => Some(PartTest { name, test: self.test()? }),
            None => None,
        };
        Ok(Expr::Element(Box::new(ElementTest { path, inner, part })))
    }

    fn target(&mut self) -> Result<Target, Fault> {
        let path = self.path()?.node;
        let (mut inner, mut sub) = (None, None);
        if self.token == Token::OpenBracket {
            inner = Some(self.brackets(&path)?);
            sub = self.sub()?.map(|name| name.node);
        }
        self.end("the end of the path")?;
        Ok((path, inner, sub))
    }

    fn path(&mut self) -> Result<Spanned<AttributePath>, Fault> {
        let Token::Word(word) = self.token else { return Err(self.expected("an attribute")) };
        if ["and", "or", "not"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword)) {
            return Err(self.expected("an attribute"));
        }
        let span = self.span;
        let node = word.parse().map_err(|_| Fault::new(Kind::BadName(word.to_owned()), span))?;
        self.advance()?;
        Ok(Spanned { node, span })
    }

    /// `[ filter ]`
    fn brackets(&mut self, path: &AttributePath) -> Result<Expr, Fault> {
        if self.in_brackets {
            return Err(Fault::new(Kind::NestedBrackets, self.span));
        }
        if path.sub.is_some() {
            return Err(Fault::new(Kind::BracketsAfterSub, self.span));
        }
        self.enter()?;
        self.in_brackets = true;
        self.advance()?;
        let inner = self.filter()?;
        self.leave(&Token::CloseBracket, "`and`, `or` or `]`")?;
        self.in_brackets = false;
        self.advance()?;
        Ok(inner)
    }

    /// `. name`, if it follows.
    fn sub(&mut self) -> Result<Option<Spanned<AttributeName>>, Fault> {
        if self.token != Token::Dot {
            return Ok(None);
        }
        self.advance()?;
        let Token::Word(word) = self.token else { return Err(self.expected("a sub-attribute")) };
        let span = self.span;
        let node = word.parse().map_err(|_| Fault::new(Kind::BadName(word.to_owned()), span))?;
        self.advance()?;
        Ok(Some(Spanned { node, span }))
    }

    fn test(&mut self) -> Result<Test, Fault> {
        let Token::Word(word) = self.token else { return Err(self.expected("an operator")) };
        if word.eq_ignore_ascii_case("pr") {
            self.advance()?;
            return Ok(Test::Present);
        }
        let span = self.span;
        let Some(node) = CompareOp::named(word) else {
            return Err(Fault::new(Kind::UnknownOperator(word.to_owned()), span));
        };
        self.advance()?;
        Ok(Test::Compare { op: Spanned { node, span }, literal: self.literal()? })
    }

    fn literal(&mut self) -> Result<Spanned<Literal>, Fault> {
        let span = self.span;
        let node = match &mut self.token {
            Token::Text(text) => Literal::Text(std::mem::take(text)),
            Token::Number(text) => Literal::Number((*text).to_owned()),
            Token::Word(word) if word.eq_ignore_ascii_case("true") => Literal::Boolean(true),
            Token::Word(word) if word.eq_ignore_ascii_case("false") => Literal::Boolean(false),
            Token::Word(word) if word.eq_ignore_ascii_case("null") => Literal::Null,
            Token::Word(_) => return Err(self.expected("a value (a text needs double quotes)")),
            _ => return Err(self.expected("a value")),
        };
        self.advance()?;
        Ok(Spanned { node, span })
    }

    fn at_word(&self, wanted: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(wanted))
    }

    fn advance(&mut self) -> Result<(), Fault> {
        let (token, span) = self.lexer.next()?;
        self.last = self.span;
        (self.token, self.span) = (token, span);
        Ok(())
    }

    fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::new(Kind::TooDeep, self.span));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self, sign: &Token<'_>, expected: &'static str) -> Result<(), Fault> {
        if self.token != *sign {
            return Err(self.expected(expected));
        }
        self.depth -= 1;
        Ok(())
    }

    fn end(&mut self, expected: &'static str) -> Result<(), Fault> {
        if self.token == Token::End { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// The fault that something else stands here; it quotes what stands before, unless that is a value.
    fn expected(&self, what: &'static str) -> Fault {
        let before = self.lexer.slice(self.last);
        let is_value = before.starts_with(['"', '-']) || before.starts_with(|c: char| c.is_ascii_digit());
        let after = if is_value { String::new() } else { before.to_owned() };
        Fault::new(Kind::Expected { what, after }, self.span)
    }
}
