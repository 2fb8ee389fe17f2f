//! What holds for every filter, path, list and cursor. `SCIM_PROPERTY_CASES` says how many of each are
//! tried; the default takes a few seconds.

#![expect(clippy::unwrap_used, reason = "a property that cannot be tested does not hold")]

use proptest::prelude::*;
use scim_core::cursor::{CursorError, CursorKey, Direction, Position};
use scim_core::filter::{CompareOp, Filter, MAX_LENGTH};
use scim_core::schema::{Attribute, AttributeType, ENTERPRISE_USER_URN, Schema, USER_URN};
use scim_core::schema::{ResourceType, group_type, user_type};
use scim_core::value::Rules;
use scim_core::{PatchPath, Projection, SearchRequest, SortBy, SortKey, SortOrder, json};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static USER: LazyLock<ResourceType> = LazyLock::new(user_type);
static GROUP: LazyLock<ResourceType> = LazyLock::new(group_type);

fn config() -> ProptestConfig {
    let asked = std::env::var("SCIM_PROPERTY_CASES").ok();
    let cases = asked.map_or(500, |text| text.parse().unwrap());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn ann() -> Map<String, Value> {
    let ann = json!({
        "schemas": [USER_URN, ENTERPRISE_USER_URN],
        "id": "0198c5a2-0000-7000-8000-000000000001",
        "externalId": "E-1",
        "userName": "ann@contoso.test",
        "name": {"givenName": "Ann", "familyName": "Straße"},
        "title": "",
        "active": true,
        "password": "secret",
        "emails": [
            {"value": "ann@contoso.test", "type": "work", "primary": true},
            {"value": "ann@home.test", "type": "home"},
        ],
        "groups": [{"value": "g1", "display": "Sales"}],
        "roles": [],
        (ENTERPRISE_USER_URN): {"department": "R&D", "manager": {"value": "m1"}},
        "meta": {"resourceType": "User", "lastModified": "2026-01-31T09:30:00.000Z", "version": "W/\"1\""},
    });
    ann.as_object().unwrap().clone()
}

/// A path: known, unknown, or of an extension.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(&[
            "userName", "USERNAME", "externalId", "id", "title", "active", "password", "name.givenName", "name",
            "emails", "emails.value", "emails.type", "emails.primary", "groups.display", "roles", "schemas",
            "meta.lastModified", "meta.version", "members", "members.value", "displayName", "department", "manager",
            "x509Certificates", "urn:ietf:params:scim:schemas:core:2.0:User:userName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ][..]).prop_map(str::to_owned),
        1 => "[a-zA-Z][a-zA-Z0-9_-]{0,6}(\\.[a-z]{1,4})?".prop_filter("a keyword", |name| {
            !["and", "or", "not"].contains(&name.to_ascii_lowercase().as_str())
        }),
        1 => "urn:[a-z]{1,4}(:[a-z0-9.]{1,4}){0,2}:[a-z]{1,4}",
    ]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        prop::sample::select(
            &[
                "\"ann@contoso.test\"",
                "\"STRASSE\"",
                "\"work\"",
                "\"True\"",
                "\"2026-01-31T10:30:00+01:00\"",
                "\"\"",
                "true",
                "FALSE",
                "null",
                "0",
                "-1.5e-3",
                "9223372036854775808",
                "1e999",
            ][..]
        )
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|whole| whole.to_string()),
        any::<f64>().prop_filter_map("no number", |f| Some(serde_json::Number::from_f64(f)?.to_string())),
    ]
}

fn test() -> impl Strategy<Value = String> {
    let op = prop::sample::select(&["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "Eq", "CO"][..]);
    prop_oneof![
        1 => prop::sample::select(&["pr", "PR"][..]).prop_map(str::to_owned),
        4 => (op, literal()).prop_map(|(op, literal)| format!("{op} {literal}")),
    ]
}

fn joined(leaf: BoxedStrategy<String>) -> BoxedStrategy<String> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| list.join(" and ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| format!("({})", list.join(" OR "))),
            inner.clone().prop_map(|inner| format!("not ({inner})")),
            inner.prop_map(|inner| format!("( {inner})")),
        ]
    })
    .boxed()
}

/// The text of a sound filter, which may not fit any resource type.
fn filter() -> BoxedStrategy<String> {
    let attribute = (path(), test()).prop_map(|(path, test)| format!("{path} {test}")).boxed();
    let part = prop::sample::select(&["type", "value", "primary", "nope"][..]);
    let inside = joined((part.clone(), test()).prop_map(|(part, test)| format!("{part} {test}")).boxed());
    let after = prop::option::of((part, test()).prop_map(|(part, test)| format!(".{part} {test}")));
    let element =
        (prop::sample::select(&["emails", "members", "roles", "manager", "userName"][..]), inside, after)
            .prop_map(|(path, inside, after)| format!("{path}[{inside}]{}", after.unwrap_or_default()));
    joined(prop_oneof![3 => attribute, 1 => element].boxed())
}

/// A filter with a few slips in it: a piece lost, doubled, or put where it does not belong.
fn slipped() -> impl Strategy<Value = String> {
    let slip = (any::<prop::sample::Index>(), 0_usize..4, prop::option::of(".{1,2}"), any::<bool>());
    (filter(), prop::collection::vec(slip, 1..4)).prop_map(|(text, slips)| {
        let mut text: Vec<char> = text.chars().collect();
        for (at, length, put, doubled) in slips {
            let start = at.index(text.len() + 1);
            let end = (start + length).min(text.len());
            let lost: Vec<char> = text.splice(start..end, put.unwrap_or_default().chars()).collect();
            if doubled {
                text.splice(start..start, [lost.clone(), lost].concat());
            }
        }
        text.into_iter().collect()
    })
}

/// Everything that is done with a filter, and what must hold of it.
fn check_filter(text: &str) -> Result<(), TestCaseError> {
    let filter = match text.parse::<Filter>() {
        Ok(filter) => filter,
        Err(error) => {
            prop_assert_eq!(error.to_string().lines().count(), 1);
            prop_assert_eq!(error.caret().lines().count(), 2);
            return Ok(());
        }
    };
    let printed = filter.to_string();
    if printed.len() > MAX_LENGTH {
        return Ok(());
    }
    let again: Filter = printed.parse().map_err(|e| TestCaseError::fail(format!("{printed}: {e}")))?;
    prop_assert_eq!(&again, &filter, "{}", &printed);
    prop_assert_eq!(again.to_string(), printed);
    let (user, group) = (filter.resolve(&USER), filter.resolve(&GROUP));
    prop_assert_eq!(again.resolve(&USER).ok(), user.as_ref().ok().cloned());
    let alone = filter.resolve_each(&[&USER]).map(|mut list| list.pop().unwrap());
    prop_assert_eq!(&alone, &user);
    let each = filter.resolve_each(&[&USER, &GROUP]);
    if let Ok(user) = &user {
        let each = each.as_ref().map_err(|e| TestCaseError::fail(format!("{text}: {e}")))?;
        prop_assert_eq!(&each[0], user);
        prop_assert_eq!(user.matches(&ann()), again.resolve(&USER).unwrap().matches(&ann()));
    }
    if let Ok(group) = &group {
        prop_assert_eq!(&each.as_ref().unwrap()[1], group);
    }
    for error in [user.err(), group.err(), each.err()].iter().flatten() {
        prop_assert_eq!(error.to_string().lines().count(), 1);
        prop_assert_eq!(error.caret().lines().count(), 2);
    }
    let _ = filter.described_element();
    let _ = filter.resolve_element(USER.attribute("emails").unwrap()).map(|p| p.matches_element(&json!("x")));
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_filter_prints_as_a_filter_that_means_the_same(text in filter()) {
        prop_assert!(text.len() > MAX_LENGTH || text.parse::<Filter>().is_ok(), "{}", text);
        check_filter(&text)?;
    }

    #[test]
    fn no_slip_brings_a_reader_down(text in slipped()) {
        check_filter(&text)?;
        if let Ok(path) = text.parse::<PatchPath>() {
            prop_assert_eq!(path.to_string().parse::<PatchPath>(), Ok(path));
        }
    }

    #[test]
    fn no_bytes_bring_a_reader_down(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        check_filter(&text)?;
        let _ = text.parse::<PatchPath>().map(|path| path.to_string());
        let _ = text.parse::<SortOrder>();
        for parsed in [SortBy::parse(&text, &USER).map(|_| ()), SortBy::parse_each(&text, &[&USER, &GROUP]).map(|_| ())] {
            let _ = parsed.map_err(|error| error.to_string());
        }
        for (attributes, excluded) in [(Some(&*text), None), (None, Some(&*text))] {
            let _ = Projection::parse(attributes, excluded, &USER).map(|p| p.apply(&USER, &mut ann()));
        }
        if let Ok(Value::Object(body)) = json::from_slice(&bytes) {
            let _ = SearchRequest::parse(body.clone());
            let _ = USER.read(body, Rules::default());
        }
    }
}

/// A number, a boolean and texts that are often alike.
fn attributes() -> [Attribute; 6] {
    let new = |name: &str, kind| Attribute::new(name, kind, "");
    [
        Attribute::string("text", ""),
        Attribute::string("exact", "").case_exact(),
        new("whole", AttributeType::Integer),
        new("decimal", AttributeType::Decimal),
        new("instant", AttributeType::DateTime),
        new("truth", AttributeType::Boolean),
    ]
}

static THING: LazyLock<ResourceType> = LazyLock::new(|| {
    let (id, name, description) = ("urn:example:2.0:Thing".to_owned(), String::new(), String::new());
    let schema = Schema { id, name, description, attributes: attributes().to_vec() };
    ResourceType::new("Thing", "/Things", "Anything.", schema)
});

/// A value of the attribute of that number.
fn value(attribute: usize) -> BoxedStrategy<Value> {
    match attributes()[attribute].kind {
        AttributeType::String => prop_oneof![
            "[aAbB\u{e9}\u{c9}\u{df}sS]{1,3}".prop_map(Value::from),
            ".{1,6}".prop_map(Value::from),
        ]
        .boxed(),
        AttributeType::Integer => prop_oneof![
            any::<i64>().prop_map(Value::from),
            (-2_i64..2).prop_map(Value::from),
            (i64::MAX - 2..=i64::MAX).prop_map(Value::from),
        ]
        .boxed(),
        AttributeType::Decimal => prop_oneof![
            value(2),
            prop::sample::select(
                &[0.0, -0.0, 0.5, -0.5, 9_007_199_254_740_992.0, 9.223_372_036_854_776e18, 1e300][..]
            )
            .prop_map(Value::from),
            (u64::MAX - 2..=u64::MAX).prop_map(Value::from),
            any::<f64>().prop_filter("no number", |f| f.is_finite()).prop_map(Value::from),
        ]
        .boxed(),
        AttributeType::DateTime => (1_700_000_000_i64..1_700_000_003, 0..3_i64, -2..=2_i64)
            .prop_map(|(seconds, thirds, hours)| {
                let instant = chrono::DateTime::from_timestamp(seconds, thirds as u32 * 300_000_000).unwrap();
                let offset = chrono::FixedOffset::east_opt(hours as i32 * 3600).unwrap();
                Value::from(instant.with_timezone(&offset).to_rfc3339())
            })
            .boxed(),
        _ => any::<bool>().prop_map(Value::from).boxed(),
    }
}

fn thing(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

fn key(name: &str, value: &Value) -> SortKey {
    SortBy::parse(name, &THING).unwrap().key(&thing(name, value.clone()))
}

/// An attribute with two of its values.
fn two_values() -> impl Strategy<Value = (String, Value, Value)> {
    (0..attributes().len()).prop_flat_map(|n| (Just(attributes()[n].name.clone()), value(n), value(n)))
}

/// Any key, with what has none among them.
fn any_key() -> impl Strategy<Value = SortKey> {
    let known = (0..attributes().len()).prop_flat_map(|n| (Just(attributes()[n].name.clone()), value(n)));
    prop_oneof![9 => known.prop_map(|(name, value)| key(&name, &value)), 1 => Just(SortKey::Missing)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn lists_are_sorted_as_filters_compare((name, a, b) in two_values()) {
        let order = key(&name, &a).cmp(&key(&name, &b));
        for (op, expected) in [
            (CompareOp::Eq, order.is_eq()),
            (CompareOp::Ne, order.is_ne()),
            (CompareOp::Gt, order.is_gt()),
            (CompareOp::Ge, order.is_ge()),
            (CompareOp::Lt, order.is_lt()),
            (CompareOp::Le, order.is_le()),
        ] {
            if name == "truth" && op.is_ordering() {
                continue;
            }
            let filter: Filter = format!("{name} {op} {b}").parse().unwrap();
            let matches = filter.resolve(&THING).unwrap().matches(&thing(&name, a.clone()));
            prop_assert_eq!(matches, expected, "{} {} {} {}", name, a, op, b);
            prop_assert!(!filter.resolve(&THING).unwrap().matches(&Map::new()));
        }
        prop_assert!(key(&name, &a) < SortKey::Missing);
    }

    #[test]
    fn keys_have_one_order(a in any_key(), b in any_key(), c in any_key()) {
        prop_assert!(a == a.clone() && a.cmp(&a).is_eq());
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        prop_assert_eq!(a.partial_cmp(&b), Some(a.cmp(&b)));
        let mut list = [a, b, c];
        list.sort();
        prop_assert!(list[0] <= list[1] && list[1] <= list[2] && list[0] <= list[2], "{:?}", list);
        prop_assert!(list[0] != list[2] || (list[0] == list[1] && list[1] == list[2]), "{:?}", list);
    }

    #[test]
    fn a_choice_shows_what_it_names_and_hides_what_it_does_not_want(
        paths in prop::collection::vec(path(), 0..5),
        exclude in any::<bool>(),
    ) {
        let none: &[String] = &[];
        let (attributes, excluded) = if exclude { (none, &*paths) } else { (&*paths, none) };
        let choice = Projection::parse_lists(attributes, excluded, &USER).unwrap();
        let joined = paths.join(",");
        let (attributes, excluded) = if exclude { (None, Some(&*joined)) } else { (Some(&*joined), None) };
        prop_assert_eq!(&choice, &Projection::parse(attributes, excluded, &USER).unwrap());
        prop_assert_eq!(choice.is_all(), paths.is_empty());
        let mut shown = ann();
        choice.apply(&USER, &mut shown);
        for name in ann().keys() {
            prop_assert!(choice.wants(name) || !shown.contains_key(name), "{} is shown, not wanted", name);
        }
        prop_assert!(shown.contains_key("id") && shown.contains_key("schemas") && !shown.contains_key("password"));
        let mut again = shown.clone();
        choice.apply(&USER, &mut again);
        prop_assert_eq!(again, shown);
    }

    #[test]
    fn a_cursor_opens_as_it_was_sealed_and_bears_no_change(
        secret in any::<[u8; 32]>(),
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..4),
        (kind, id, mark, count, before, issued) in any::<(u16, [u8; 16], u64, u32, bool, i64)>(),
        put in any::<u8>(),
    ) {
        let direction = if before { Direction::Before } else { Direction::After };
        let position = Position { kind, id, mark, count, direction, issued };
        let bound_to: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let key = CursorKey::new(secret);
        let cursor = key.seal(&bound_to, &position);
        prop_assert_eq!(key.open(&bound_to, &cursor, issued, 0), Ok(position));
        let open = |text: &str| key.open(&bound_to, text, issued, 0);
        for at in 0..cursor.len() {
            for put in [put, cursor.as_bytes()[at] ^ 1, cursor.as_bytes()[at] ^ 2] {
                let mut changed = cursor.clone().into_bytes();
                changed[at] = put;
                if changed != cursor.as_bytes() {
                    prop_assert_eq!(open(&String::from_utf8_lossy(&changed)), Err(CursorError::Invalid));
                }
            }
            prop_assert_eq!(open(&cursor[..at]), Err(CursorError::Invalid));
            prop_assert_eq!(open(&format!("{}{}", &cursor[..at], &cursor[at + 1..])), Err(CursorError::Invalid));
        }
        let mut longer = bound_to.clone();
        longer.push(b"");
        prop_assert_eq!(key.open(&longer, &cursor, issued, 0), Err(CursorError::Invalid));
    }
}
