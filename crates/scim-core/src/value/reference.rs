//! The syntax of references (RFC 7643 section 2.3.7): URI references of RFC 3986 section 4.1.

use super::scalar::is_noncharacter;

/// What is wrong with a reference, in words that follow "not"; `None` if it is sound.
///
/// Relative references such as `../Users/1` are as good as absolute ones, and letters outside ASCII
/// pass (RFC 3987), because people's pages have them. Whether anything is there is never asked.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    if text.chars().any(char::is_whitespace) {
        return Some("a string with blanks");
    }
    if text.chars().any(is_forbidden) {
        return Some("a string with characters that no URI has");
    }
    // Split at each `%`, every piece but the first begins with the digits of an escape.
    let is_escape = |piece: &str| {
        piece.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return Some("a string with a `%` that escapes nothing");
    }
    // A colon before the first slash ends a scheme; a relative reference has none there.
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    match first.split_once(':') {
        Some((scheme, _)) if !is_scheme(scheme) => Some("a string with a colon but no scheme before it"),
        _ => None,
    }
}

fn is_forbidden(c: char) -> bool {
    match c {
        '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => true,
        c => c.is_control() || is_noncharacter(c),
    }
}

fn is_scheme(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn uri_references_pass() {
        for sound in [
            "https://example.com/ann?x=1&y=%C3%A4#top",
            "../Users/26118915",
            "Users/26118915",
            "/v2/Users/26118915",
            "//example.com/x",
            "?query",
            "#part",
            "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
            "bulkId:qwerty",
            "mailto:ann@example.com",
            "https://[2001:db8::7]:8443/a:b",
            "https://example.com/müller",
            "data:image/png;base64,iVBORw0KGgo=",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
    }

    #[test]
    fn what_is_no_uri_reference_is_told_apart() {
        for (bad, why) in [
            ("my page", "blanks"),
            ("https://example.com/\u{a0}x", "blanks"),
            ("https://example.com/\n", "blanks"),
            ("https://example.com/\u{7}", "characters"),
            ("<https://example.com>", "characters"),
            ("C:\\photos\\ann.png", "characters"),
            ("https://example.com/{id}", "characters"),
            ("https://example.com/\u{fffe}", "characters"),
            ("https://example.com/100%", "escapes"),
            ("https://example.com/%zz", "escapes"),
            ("https://example.com/%4é", "escapes"),
            ("://example.com", "scheme"),
            ("2nd:floor", "scheme"),
        ] {
            assert!(fault(bad).is_some_and(|found| found.contains(why)), "{bad:?}: {:?}", fault(bad));
        }
    }
}
