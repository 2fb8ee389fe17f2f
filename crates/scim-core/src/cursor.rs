//! Cursors: where a page of a list ended, in a text that the client hands back (RFC 9865).
//!
//! A cursor is opaque and cannot be forged: it carries its position under a keyed digest, which
//! covers besides what it is bound to: the tenant, the filter, the order, whatever makes the query.
//! The server keeps nothing, and its key alone decides which cursors live.
//!
//! ```
//! use scim_core::cursor::{CursorError, CursorKey, Direction, Position};
//!
//! let key = CursorKey::new([7; 32]);
//! let query: [&[u8]; 2] = [b"acme", b"title pr"];
//! let end = Position { kind: 0, id: [1; 16], mark: 100, count: 50, direction: Direction::After, issued: 1000 };
//!
//! let cursor = key.seal(&query, &end);
//! assert_eq!(key.open(&query, &cursor, 1010, 600), Ok(end));
//! assert_eq!(key.open(&query, &cursor, 1601, 600), Err(CursorError::Expired));
//! assert_eq!(key.open(&[b"other", b"title pr"], &cursor, 1010, 600), Err(CursorError::Invalid));
//! ```

use crate::error::ScimType;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

#[cfg(test)]
mod tests;

/// Where a page of a list ended, or began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The kind of the resource there, where resources of several types are listed.
    pub kind: u16,
    /// The resource there.
    pub id: [u8; 16],
    /// What the caller wants to find again, such as a digest of the key by which the list is sorted.
    pub mark: u64,
    /// The size of the page to come.
    pub count: u32,
    /// On which side of the resource that page lies.
    pub direction: Direction,
    /// When the cursor was made, in seconds since 1970.
    pub issued: i64,
}

/// On which side of a position a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It begins after the position.
    After,
    /// It ends before the position.
    Before,
}

/// Says why a cursor was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorError {
    /// Not made with this key, not for this query, or changed since.
    Invalid,
    /// Older than cursors may be.
    Expired,
}

impl CursorError {
    /// The keyword for the error message (RFC 9865 section 2.1). The status is always 400.
    pub fn scim_type(self) -> ScimType {
        match self {
            Self::Invalid => ScimType::InvalidCursor,
            Self::Expired => ScimType::ExpiredCursor,
        }
    }
}

impl fmt::Display for CursorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "the cursor does not belong to this query; begin again with an empty `cursor`",
            Self::Expired => "the cursor has expired; begin again with an empty `cursor`",
        })
    }
}

impl std::error::Error for CursorError {}

/// The form of the bytes below; a cursor of another form is invalid.
const VERSION: u8 = 1;

/// Version, direction, kind, id, mark, count, time.
const POSITION: usize = 1 + 1 + 2 + 16 + 8 + 4 + 8;

/// HMAC-SHA256, cut: nobody has 2^128 tries.
const DIGEST: usize = 16;

/// The length of every cursor, in characters.
const LENGTH: usize = ((POSITION + DIGEST) * 4).div_ceil(3);

/// Seals positions so that only who has the key can make them, each bound to one query.
#[derive(Clone)]
pub struct CursorKey {
    // The digest with the secret already in it.
    keyed: Hmac<Sha256>,
}

impl CursorKey {
    /// A key from 32 bytes that nobody can guess.
    pub fn new(secret: [u8; 32]) -> Self {
        // HMAC fills a short key up with zeros (RFC 2104 section 2); doing so here leaves no error.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&secret);
        Self { keyed: Hmac::new(&block.into()) }
    }

    /// Writes a position as a cursor: characters that a URL leaves alone (RFC 3986 section 2.3).
    ///
    /// `bound_to` are the parts that make the query. The cursor says nothing about them, and opens only
    /// with the same parts in the same order.
    pub fn seal(&self, bound_to: &[&[u8]], position: &Position) -> String {
        let mut bytes = [0; POSITION + DIGEST];
        let (head, digest) = bytes.split_at_mut(POSITION);
        head.copy_from_slice(&written(position));
        digest.copy_from_slice(&self.digest(bound_to, head).finalize().into_bytes()[..DIGEST]);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor of the query that `bound_to` makes. `now` is in seconds since 1970, `timeout` in
    /// seconds.
    ///
    /// # Errors
    /// When the cursor was not made with this key for this query, or is older than `timeout`. Only a
    /// genuine one is ever said to have expired.
    pub fn open(
        &self,
        bound_to: &[&[u8]],
        text: &str,
        now: i64,
        timeout: i64,
    ) -> Result<Position, CursorError> {
        let mut bytes = [0; POSITION + DIGEST];
        // All cursors have one length, so that a text of another is refused unread.
        let read =
            if text.len() == LENGTH { BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) } else { Ok(0) };
        if read != Ok(bytes.len()) {
            return Err(CursorError::Invalid);
        }
        let (head, digest) = bytes.split_at(POSITION);
        // Compares in constant time.
        let genuine = self.digest(bound_to, head).verify_truncated_left(digest);
        let position = genuine.ok().and_then(|()| read_position(head)).ok_or(CursorError::Invalid)?;
        if now.saturating_sub(position.issued) > timeout {
            return Err(CursorError::Expired);
        }
        Ok(position)
    }

    /// The digest over the parts and the position. Each part comes after its length, so that none can
    /// run into the next.
    fn digest(&self, bound_to: &[&[u8]], position: &[u8]) -> Hmac<Sha256> {
        let mut digest = self.keyed.clone();
        digest.update(&(bound_to.len() as u64).to_be_bytes());
        for part in bound_to {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.update(position);
        digest
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorKey").finish_non_exhaustive()
    }
}

fn written(position: &Position) -> [u8; POSITION] {
    let direction = match position.direction {
        Direction::After => 0,
        Direction::Before => 1,
    };
    let mut bytes = [0; POSITION];
    let mut rest = bytes.as_mut_slice();
    let mut put = |part: &[u8]| {
        let (own, after) = std::mem::take(&mut rest).split_at_mut(part.len());
        own.copy_from_slice(part);
        rest = after;
    };
    put(&[VERSION, direction]);
    put(&position.kind.to_be_bytes());
    put(&position.id);
    put(&position.mark.to_be_bytes());
    put(&position.count.to_be_bytes());
    put(&position.issued.to_be_bytes());
    bytes
}

fn read_position(mut bytes: &[u8]) -> Option<Position> {
    let [version, direction] = take(&mut bytes)?;
    let direction = match (version, direction) {
        (VERSION, 0) => Direction::After,
        (VERSION, 1) => Direction::Before,
        _ => return None,
    };
    Some(Position {
        kind: u16::from_be_bytes(take(&mut bytes)?),
        id: take(&mut bytes)?,
        mark: u64::from_be_bytes(take(&mut bytes)?),
        count: u32::from_be_bytes(take(&mut bytes)?),
        direction,
        issued: i64::from_be_bytes(take(&mut bytes)?),
    })
}

/// The next bytes.
fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (part, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*part)
}
