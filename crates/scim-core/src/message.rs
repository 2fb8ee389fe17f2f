//! What the messages of SCIM have in common: keys in any case.

use serde_json::{Map, Value};

/// A key that a message has in two spellings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Twice(pub(crate) &'static str);

/// Takes the value of a key out of a message; null counts as absent.
pub(crate) fn take(body: &mut Map<String, Value>, key: &'static str) -> Result<Option<Value>, Twice> {
    let mut spellings = body.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case(key));
    let value = spellings.next().map(|(_, value)| value.take()).filter(|value| !value.is_null());
    match spellings.next() {
        Some(_) => Err(Twice(key)),
        None => Ok(value),
    }
}
