//! Attribute paths: `userName`, `name.givenName`, `urn:…:User:department` (RFC 7644 section 3.10).

use crate::name::{AttributeName, InvalidName};
use std::fmt;
use std::str::FromStr;

/// The way to an attribute or sub-attribute. It knows no schema: see
/// [`ResourceType::resolve`](crate::schema::ResourceType::resolve).
///
/// Names and URNs compare without case.
#[derive(Debug, Clone)]
pub struct AttributePath {
    /// The URN of a schema, without the colon that ends it.
    pub uri: Option<String>,
    /// The attribute.
    pub name: AttributeName,
    /// The sub-attribute.
    pub sub: Option<AttributeName>,
}

impl PartialEq for AttributePath {
    fn eq(&self, other: &Self) -> bool {
        let uris_equal = match (&self.uri, &other.uri) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            _ => false,
        };
        uris_equal && self.name == other.name && self.sub == other.sub
    }
}

impl Eq for AttributePath {}

impl FromStr for AttributePath {
    type Err = InvalidName;

    /// Reads a path. What stands before the last colon is the URN; the dots of a URN are its own.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (uri, rest) = match text.rsplit_once(':') {
            Some((uri, rest)) if is_urn(uri) => (Some(uri.to_owned()), rest),
            Some(_) => return Err(InvalidName),
            None => (None, text),
        };
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub.parse()?)),
            None => (rest, None),
        };
        Ok(Self { uri, name: name.parse()?, sub })
    }
}

/// Whether a text can be a schema URN: `urn:` and printable characters without blanks or brackets.
fn is_urn(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
        && text.len() > 4
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b":-._~+/%#=@!$&'*,;".contains(&b))
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(uri) = &self.uri {
            write!(f, "{uri}:")?;
        }
        write!(f, "{}", self.name)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_prints_as_it_was_written() {
        for text in [
            "userName",
            "Name.Formatted",
            "members.$ref",
            "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
        ] {
            assert_eq!(text.parse::<AttributePath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for bad in ["", ".", "a.", ".a", "a.b.c", "http://x:y", "urn::", "urn:x:", "a b", "urn:x y:z"] {
            assert!(bad.parse::<AttributePath>().is_err(), "{bad:?} was accepted");
        }
    }
}
