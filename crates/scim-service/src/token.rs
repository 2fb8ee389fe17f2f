//! Bearer tokens and API keys: their form, how they are made, how they are checked.
//!
//! A token is `scimd_<accessor>_<secret><checksum>`: 10, 43 and 6 characters of base62. The accessor
//! is public and names the token in logs and lists. The secret has 256 random bits, so a plain
//! SHA-256 of it is all that is stored. The CRC-32 tells a truncated token from an unknown one
//! before anything is looked up.

use crate::secret::Secret;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const PREFIX: &str = "scimd_";
const ACCESSOR: usize = 10;
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
const TOKEN: usize = PREFIX.len() + ACCESSOR + 1 + SECRET + CHECKSUM;

/// The start of every API key.
pub(crate) const KEY_PREFIX: &str = "arb_live_";

/// The machine's source of random numbers failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the operating system gave no random numbers")
    }
}

impl std::error::Error for NoRandomness {}

/// `count` characters of base62, each chosen evenly.
fn random_text(count: usize) -> Result<String, NoRandomness> {
    let mut text = String::with_capacity(count);
    let mut bytes = [0_u8; 64];
    while text.len() < count {
        getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
        // 248 is the greatest multiple of 62 in a byte; what is above would favour some characters.
        let even = bytes.iter().filter(|b| **b < 248).map(|b| char::from(ALPHABET[usize::from(b % 62)]));
        text.extend(even.take(count - text.len()));
    }
    Ok(text)
}

/// A random number that is not negative, for the epoch of a change log.
pub(crate) fn random_epoch() -> Result<i64, NoRandomness> {
    let bits = getrandom::u64().map_err(|_| NoRandomness)?;
    // Within 53 bits, so that readers of JSON in any language keep it exactly.
    Ok(i64::try_from(bits >> 11).unwrap_or(0))
}

/// CRC-32 in base62, six digits.
fn checksum(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes()) as usize;
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[rest % 62];
        rest /= 62;
    }
    digits.iter().map(|&b| char::from(b)).collect()
}

/// A new token: the text to hand out once, and what is stored of it.
pub(crate) struct NewToken {
    /// The whole token.
    pub(crate) plain: Secret,
    /// The public part.
    pub(crate) accessor: String,
    /// SHA-256 of the secret part.
    pub(crate) digest: [u8; 32],
}

/// Makes a token.
///
/// # Errors
/// When the operating system gives no random numbers.
pub(crate) fn generate() -> Result<NewToken, NoRandomness> {
    let accessor = random_text(ACCESSOR)?;
    let secret = random_text(SECRET)?;
    let body = format!("{PREFIX}{accessor}_{secret}");
    let plain = Secret::new(format!("{body}{}", checksum(&body)));
    Ok(NewToken { plain, digest: Sha256::digest(&secret).into(), accessor })
}

/// A new API key of a gateway user: the text to hand out once, and its SHA-256.
///
/// # Errors
/// When the operating system gives no random numbers.
pub(crate) fn generate_key() -> Result<(Secret, [u8; 32]), NoRandomness> {
    let plain = format!("{KEY_PREFIX}{}", random_text(SECRET)?);
    let digest = policy_groups::keys::digest(&plain);
    Ok((Secret::new(plain), digest))
}

/// A token as a client presented it: well-formed, not yet known to be genuine.
pub(crate) struct PresentedToken {
    accessor: String,
    digest: [u8; 32],
}

/// Why a text is no token of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// There is nothing.
    Empty,
    /// It does not begin as tokens do.
    NotAToken,
    /// It begins as tokens do and is too short.
    Truncated,
    /// It is too long or has blanks in it.
    Overlong,
    /// The checksum does not fit: a character was lost or changed.
    Mistyped,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the token is empty",
            Self::NotAToken => "the text is no token of this server",
            Self::Truncated => "the token is truncated",
            Self::Overlong => "the token is too long or holds blanks",
            Self::Mistyped => "the token's checksum does not fit; it was copied wrongly",
        })
    }
}

impl FromStr for PresentedToken {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed::Empty);
        }
        let rest = text.strip_prefix(PREFIX).ok_or(Malformed::NotAToken)?;
        if text.len() > TOKEN || text.contains(char::is_whitespace) {
            return Err(Malformed::Overlong);
        }
        if text.len() < TOKEN {
            return Err(Malformed::Truncated);
        }
        let (accessor, rest) = rest.split_once('_').ok_or(Malformed::Mistyped)?;
        let base62 = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
        if accessor.len() != ACCESSOR || !base62(accessor) || !base62(rest) {
            return Err(Malformed::Mistyped);
        }
        let (body, sum) = text.split_at(TOKEN - CHECKSUM);
        if checksum(body) != sum {
            return Err(Malformed::Mistyped);
        }
        let (secret, _) = rest.split_at(SECRET);
        Ok(Self { accessor: accessor.to_owned(), digest: Sha256::digest(secret).into() })
    }
}

impl PresentedToken {
    /// The public part, by which the token is looked up.
    pub(crate) fn accessor(&self) -> &str {
        &self.accessor
    }

    /// Whether the secret part is the one whose digest was stored. Takes the same time either way.
    pub(crate) fn is_genuine(&self, stored: &[u8]) -> bool {
        self.digest.ct_eq(stored).into()
    }
}

/// The accessor that a text would have if it were a token, for logs about tokens that are none.
pub(crate) fn accessor_of(text: &str) -> Option<&str> {
    let accessor = text.strip_prefix(PREFIX)?.split('_').next()?;
    (accessor.len() == ACCESSOR && accessor.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(accessor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Malformed {
        text.parse::<PresentedToken>().err().expect("a fault")
    }

    #[test]
    fn a_new_token_is_recognised_and_only_it() {
        let (token, other) = (generate().unwrap(), generate().unwrap());
        assert_eq!(token.plain.reveal().len(), TOKEN);
        let presented: PresentedToken = token.plain.reveal().parse().ok().unwrap();
        assert_eq!(presented.accessor(), token.accessor);
        assert!(presented.is_genuine(&token.digest));
        assert!(!presented.is_genuine(&other.digest));
        assert!(!presented.is_genuine(&[]));
    }

    #[test]
    fn a_damaged_token_says_how_it_is_damaged() {
        let plain = generate().unwrap().plain;
        let plain = plain.reveal();
        assert_eq!(fault(""), Malformed::Empty);
        assert_eq!(fault("non-token"), Malformed::NotAToken);
        assert_eq!(fault(&plain[..TOKEN - 1]), Malformed::Truncated);
        assert_eq!(fault(&format!("{plain} ")), Malformed::Overlong);
        assert_eq!(fault(&format!("{plain}x")), Malformed::Overlong);
        let swapped = if plain.ends_with('x') { 'y' } else { 'x' };
        assert_eq!(fault(&format!("{}{swapped}", &plain[..TOKEN - 1])), Malformed::Mistyped);
        assert_eq!(fault(&plain.replacen('_', "-", 2).replacen('-', "_", 1)), Malformed::Mistyped);
        let wide = format!("{PREFIX}{}", "ä".repeat((TOKEN - PREFIX.len()) / 2));
        assert_ne!(fault(&wide), Malformed::NotAToken);
        assert_eq!(accessor_of(&plain[..20]), Some(&plain[6..16]));
    }

    #[test]
    fn keys_are_long_and_different() {
        let (a, digest) = generate_key().unwrap();
        assert!(a.reveal().starts_with(KEY_PREFIX) && a.reveal().len() == KEY_PREFIX.len() + SECRET);
        assert_ne!(digest, generate_key().unwrap().1);
    }
}
