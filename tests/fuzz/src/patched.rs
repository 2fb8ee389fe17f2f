//! The user and the group that the target `patch_body` patches, and the schema that makes them rich.

use crate::{GROUP, object};
use scim_core::schema::{
    Attribute, AttributeType, ENTERPRISE_USER_URN, Mutability, ResourceType, Schema, USER_URN, user_type,
};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The URN of an extension with an attribute of every kind.
pub const BADGE_URN: &str = "urn:example:badge:2.0:User";

/// The type of users who have badges.
pub static BADGED: LazyLock<ResourceType> = LazyLock::new(|| user_type().extended_by(badge_schema(), false));

/// What is patched: a type, and a resource of it.
pub fn subjects() -> [(&'static ResourceType, &'static Map<String, Value>); 2] {
    [(&BADGED, &BEA), (&GROUP, &STAFF)]
}

fn badge_schema() -> Schema {
    let fixed = |name: &str| Attribute::string(name, "").mutability(Mutability::Immutable);
    let parts = || {
        vec![
            fixed("value"),
            Attribute::string("label", "").case_exact(),
            Attribute::string("doors", "").multi(),
            Attribute::boolean("primary", ""),
        ]
    };
    Schema {
        id: BADGE_URN.to_owned(),
        name: "Badge".to_owned(),
        description: "What opens the doors.".to_owned(),
        attributes: vec![
            Attribute::string("office", "").required(),
            fixed("locker"),
            Attribute::string("serial", "").mutability(Mutability::ReadOnly),
            Attribute::new("level", AttributeType::Integer, ""),
            Attribute::new("score", AttributeType::Decimal, ""),
            Attribute::new("since", AttributeType::DateTime, ""),
            Attribute::new("print", AttributeType::Binary, ""),
            Attribute::reference("home", "", &["external"]),
            Attribute::string("codes", "").case_exact().multi(),
            Attribute::new("floors", AttributeType::Integer, "").multi(),
            Attribute::complex("card", "", parts()),
            Attribute::complex("badges", "", parts()).multi(),
        ],
    }
}

/// A user with a value of every kind, and with what only the server sets.
static BEA: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(json!({
        "schemas": [USER_URN, ENTERPRISE_USER_URN, BADGE_URN],
        "id": "0198c5a2-0000-7000-8000-000000000002",
        "externalId": "E-2",
        "userName": "bea@contoso.test",
        "name": {"formatted": "Bea Lee", "givenName": "Bea", "familyName": "Lee"},
        "displayName": "Bea",
        "title": "Boss",
        "active": true,
        "emails": [
            {"value": "bea@contoso.test", "type": "work", "primary": true},
            {"value": "bea@home.test", "type": "home"},
            {"value": "bea@else.test", "type": "other", "primary": false},
        ],
        "phoneNumbers": [{"value": "1", "type": "work"}, {"value": "2", "type": "work"}],
        "addresses": [{"type": "work", "locality": "Bonn", "country": "DE", "primary": true}],
        "groups": [{"value": "g1", "display": "Sales"}],
        "roles": [{"value": "admin"}, {"value": "user", "type": "x"}],
        (ENTERPRISE_USER_URN): {"department": "R&D", "manager": {"value": "m1", "$ref": "../Users/m1"}},
        (BADGE_URN): {
            "office": "A", "locker": "1", "serial": "S-1", "level": 5, "score": 0.5,
            "since": "2026-01-31T09:30:00Z", "print": "aGk=", "home": "https://example.com/bea",
            "codes": ["a", "b"], "floors": [1, 2],
            "card": {"value": "c", "label": "L", "doors": ["x"]},
            "badges": [
                {"value": "b1", "label": "L", "doors": ["x", "y"], "primary": true},
                {"value": "b2", "label": "M"},
            ],
        },
        "meta": {"resourceType": "User", "version": "W/\"1\""},
    }))
});

/// A group, without its members: those are no part of the resource.
static STAFF: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(json!({
        "schemas": [GROUP.schema.id],
        "id": "0198c5a2-0000-7000-8000-000000000003",
        "externalId": "E-3",
        "displayName": "Staff",
        "meta": {"resourceType": "Group", "version": "W/\"1\""},
    }))
});
