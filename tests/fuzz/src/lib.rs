//! What the fuzz targets share.

pub mod patched;

use scim_core::filter::MAX_LENGTH;
use scim_core::schema::{ENTERPRISE_USER_URN, ResourceType, USER_URN, group_type, user_type};
use scim_core::{Filter, FilterError};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The type of users.
pub static USER: LazyLock<ResourceType> = LazyLock::new(user_type);

/// The type of groups.
pub static GROUP: LazyLock<ResourceType> = LazyLock::new(group_type);

/// A user with a value of every kind.
pub static ANN: LazyLock<Map<String, Value>> = LazyLock::new(|| {
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
    object(ann)
});

/// The members of an object.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Every error is one line, and its drawing two.
pub fn check_error(error: &FilterError) {
    assert_eq!(error.to_string().lines().count(), 1, "{error:?}");
    assert_eq!(error.caret().lines().count(), 2, "{error:?}");
}

/// A filter prints as a filter that says the same, and means the same to every type that it fits.
pub fn check_filter(filter: &Filter) {
    let printed = filter.to_string();
    // The blanks that printing puts in can make it longer than filters may be.
    if printed.len() <= MAX_LENGTH {
        let again: Filter = printed.parse().unwrap_or_else(|e| panic!("{printed}: {e}"));
        assert_eq!(again, *filter);
        assert_eq!(again.to_string(), printed);
        assert_eq!(again.resolve(&USER).ok(), filter.resolve(&USER).ok());
    }

    let (user, group) = (filter.resolve(&USER), filter.resolve(&GROUP));
    let alone = filter.resolve_each(&[&USER]).map(|mut list| list.remove(0));
    assert_eq!(alone, user);
    let each = filter.resolve_each(&[&USER, &GROUP]);
    for (n, found) in [&user, &group].into_iter().enumerate() {
        match (found, &each) {
            (Ok(found), Ok(each)) => assert_eq!(each[n], *found),
            (Ok(_), Err(error)) => panic!("fits one type, and yet: {error}"),
            (Err(error), _) => check_error(error),
        }
    }
    match each {
        Ok(each) => each.iter().for_each(|predicate| {
            predicate.matches(&ANN);
        }),
        Err(error) => check_error(&error),
    }
    filter.described_element();
}
