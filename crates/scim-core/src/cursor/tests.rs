//! Tests of sealing and opening.

use super::*;

const QUERY: [&[u8]; 2] = [b"acme", b"title pr"];

fn key() -> CursorKey {
    CursorKey::new(std::array::from_fn(|i| i as u8))
}

fn position() -> Position {
    Position {
        kind: 0x0102,
        id: std::array::from_fn(|i| 0x10 + i as u8),
        mark: 0x2122_2324_2526_2728,
        count: 0x3132_3334,
        direction: Direction::Before,
        issued: 1_000_000,
    }
}

#[test]
fn a_cursor_is_made_of_characters_that_urls_leave_alone() {
    let cursor = key().seal(&QUERY, &position());
    assert_eq!(cursor.len(), LENGTH);
    assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)), "{cursor}");
}

#[test]
fn the_form_of_cursors_stays() {
    let cursor = key().seal(&QUERY, &position());
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    let head = [
        &[1, 1, 0x01, 0x02][..],
        &position().id,
        &[0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x31, 0x32, 0x33, 0x34],
        &1_000_000_i64.to_be_bytes(),
    ]
    .concat();
    assert_eq!(bytes[..POSITION], head);
    let secret: [u8; 32] = std::array::from_fn(|i| i as u8);
    let mut digest = <Hmac<Sha256> as Mac>::new_from_slice(&secret).unwrap();
    digest.update(&[0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4]);
    digest.update(b"acme\0\0\0\0\0\0\0\x08title pr");
    digest.update(&head);
    assert_eq!(bytes[POSITION..], digest.finalize().into_bytes()[..DIGEST]);
}

#[test]
fn only_the_same_query_opens_it() {
    let cursor = key().seal(&QUERY, &position());
    let open = |parts: &[&[u8]]| key().open(parts, &cursor, 1_000_000, 600);
    assert_eq!(open(&QUERY), Ok(position()));
    let others: [&[&[u8]]; 6] = [
        &[],
        &[b"acme"],
        &[b"acmetitle pr"],
        &[b"acmet", b"itle pr"],
        &[b"title pr", b"acme"],
        &[b"acme", b"title pr", b""],
    ];
    for parts in others {
        assert_eq!(open(parts), Err(CursorError::Invalid), "{parts:?}");
    }
    assert_eq!(CursorKey::new([0; 32]).open(&QUERY, &cursor, 1_000_000, 600), Err(CursorError::Invalid));
}

#[test]
fn what_is_no_cursor_is_invalid() {
    let cursor = key().seal(&QUERY, &position());
    let texts = [
        String::new(),
        "x".repeat(LENGTH),
        "é".repeat(LENGTH),
        "A".repeat(1 << 20),
        cursor[1..].to_owned(),
        format!("{cursor}="),
        format!("{cursor}A"),
        format!(" {}", &cursor[1..]),
    ];
    for text in texts {
        assert_eq!(key().open(&QUERY, &text, 1_000_000, 600), Err(CursorError::Invalid));
    }
}

#[test]
fn a_cursor_lives_as_long_as_it_may_and_a_forged_one_never_did() {
    let cursor = key().seal(&QUERY, &position());
    let open = |now, timeout| key().open(&QUERY, &cursor, now, timeout).map(|p| p.issued);
    assert_eq!(open(1_000_600, 600), Ok(1_000_000));
    assert_eq!(open(1_000_601, 600), Err(CursorError::Expired));
    assert_eq!(open(i64::MAX, i64::MAX), Ok(1_000_000));
    assert_eq!(open(0, 600), Ok(1_000_000), "clocks of servers differ");
    assert_eq!(key().open(&[], &cursor, i64::MAX, 600), Err(CursorError::Invalid));
    assert_eq!(CursorError::Expired.scim_type().as_str(), "expiredCursor");
    assert_eq!(CursorError::Invalid.scim_type().as_str(), "invalidCursor");
}

#[test]
fn the_key_is_not_shown() {
    assert_eq!(format!("{:?}", key()), "CursorKey { .. }");
}
