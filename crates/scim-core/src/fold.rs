//! Case folding: the keys by which texts that are not `caseExact` are equal.

use icu_casemap::CaseMapper;
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The version of the folding rule. A stored key is comparable only with keys of the same version;
/// a store that holds another one must fold again.
pub const FOLD_VERSION: u32 = 1;

/// The key under which a text that is not `caseExact` compares (RFC 7644 section 3.4.2.2).
///
/// Two texts are equal exactly when their keys are. The key is NFC of the full Unicode case folding
/// of NFC of the text, so `STRASSE` equals `Straße` and a composed `é` equals a decomposed one;
/// there is no locale. ASCII text without capitals is returned as it is.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    let composed: Cow<'_, str> =
        if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() };
    let folded = CaseMapper::new().fold_string(&composed);
    Cow::Owned(folded.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_equal_keys() {
        for (a, b) in [
            ("Ann@Contoso.TEST", "ann@contoso.test"),
            ("Straße", "STRASSE"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("caf\u{e9}", "CAFE\u{301}"),
            ("\u{212a}elvin", "kelvin"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} and {b}");
        }
        assert_ne!(fold("ann"), fold("änn"));
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["ẞ", "ΐ", "ŉ", "İ", "ǰ", "ﬁ", "Ω", "A\u{301}\u{345}"] {
            let once = fold(text).into_owned();
            assert_eq!(fold(&once), once, "{text}");
        }
    }
}
