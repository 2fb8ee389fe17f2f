//! No text brings the reader of cursors down, and none opens that this key did not seal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_core::cursor::{CursorError, CursorKey, Direction, Position};

/// The seeds of the corpus are sealed with this key, for this query.
const SECRET: [u8; 32] = *b"a key for fuzzing, and no other.";
const QUERY: [&[u8]; 2] = [b"acme", b"title pr"];

fuzz_target!(|bytes: &[u8]| {
    let key = CursorKey::new(SECRET);
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(position) = key.open(&QUERY, text, 0, i64::MAX)
    {
        assert_eq!(key.seal(&QUERY, &position), text, "one position, two cursors");
        assert_eq!(key.open(&QUERY[1..], text, 0, i64::MAX), Err(CursorError::Invalid));
    }

    let position = position(bytes);
    let (start, end) = bytes.split_at(bytes.len() / 2);
    let cursor = key.seal(&[start, end], &position);
    let open = |query: &[&[u8]], text: &str| key.open(query, text, position.issued, 0);
    assert_eq!(open(&[start, end], &cursor), Ok(position));
    assert_eq!(open(&[bytes], &cursor), Err(CursorError::Invalid));
    if start != end {
        assert_eq!(open(&[end, start], &cursor), Err(CursorError::Invalid));
    }
    // Another character somewhere: the first byte says where, the last one which.
    let (at, put) = (bytes.first().copied().unwrap_or(0), bytes.last().copied().unwrap_or(0));
    let mut changed = cursor.clone().into_bytes();
    let length = changed.len();
    changed[usize::from(at) % length] = put;
    if changed != cursor.as_bytes() {
        assert_eq!(open(&[start, end], &String::from_utf8_lossy(&changed)), Err(CursorError::Invalid));
    }
});

/// A position made of the first bytes, zeros after them.
fn position(bytes: &[u8]) -> Position {
    let mut bytes = bytes.iter().copied();
    let mut next = || bytes.next().unwrap_or(0);
    let direction = if next() % 2 == 0 { Direction::After } else { Direction::Before };
    Position {
        kind: u16::from_be_bytes([next(), next()]),
        id: std::array::from_fn(|_| next()),
        mark: u64::from_be_bytes(std::array::from_fn(|_| next())),
        count: u32::from_be_bytes(std::array::from_fn(|_| next())),
        direction,
        issued: i64::from_be_bytes(std::array::from_fn(|_| next())),
    }
}
