//! From the text of an API key to what the directory stores.

use sha2::{Digest, Sha256};

/// The SHA-256 digest of an API key, which is all that the directory ever sees of it.
///
/// The bytes are hashed as they are: no trim, no case fold. An API key is a random secret of high
/// entropy, so a slow password hash has no place on this path.
///
/// ```
/// let digest = policy_groups::keys::digest("arb_live_abc");
/// assert_ne!(digest, policy_groups::keys::digest("arb_live_abc "));
/// ```
#[must_use]
pub fn digest(api_key: &str) -> [u8; 32] {
    Sha256::digest(api_key.as_bytes()).into()
}
