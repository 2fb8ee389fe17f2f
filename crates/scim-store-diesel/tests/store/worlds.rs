//! Worlds and filters to draw from: few values, so that they meet.

use crate::support::{Fixture, document, texts};
use proptest::prelude::*;
use proptest::sample::select;
use scim_store_diesel::{Kind, MemberWrite, ResourceId, StoreError};
use serde_json::{Map, Value, json};

/// The number of users and of groups that a world may have.
const USERS: usize = 8;
const GROUPS: usize = 4;

const NAMES: [&str; USERS] =
    ["ann", "ben", "Straße", "caf\u{e9}", "a_b%", "ΣΊΣΥΦΟΣ", "quo\"te", "back\\slash"];

/// Few values, so that they meet: of several cases, with wildcards, folded to another length, long.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "ann",
        "ANN",
        "straße",
        "STRASSE",
        "Cafe\u{301}",
        "caf\u{e9}",
        "%",
        "a_b",
        "σίσυφος",
        "a\u{0}b",
        "a",
        "work",
        "quo\"te",
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend([255, 256, 257].map(|n| "L".repeat(n)));
    values.push(format!("{}x", "l".repeat(256)));
    values.push(format!("{}y", "l".repeat(256)));
    // Folded, this has twice as many characters.
    values.push("ß".repeat(200));
    values
}

fn value() -> impl Strategy<Value = String> {
    select(values())
}

fn email() -> impl Strategy<Value = Value> {
    let label = select(vec!["work", "Work", "home", "straße"]);
    let long = value();
    (
        proptest::option::weighted(0.9, value()),
        proptest::option::of(prop_oneof![6 => label.prop_map(str::to_owned), 1 => long]),
    )
        .prop_map(|(value, label)| {
            let mut parts = Map::new();
            value.map(|value| parts.insert("value".to_owned(), json!(value)));
            label.map(|label| parts.insert("type".to_owned(), json!(label)));
            parts.insert("primary".to_owned(), json!(false));
            Value::Object(parts)
        })
}

/// The attributes of a user besides its userName.
fn user_attributes() -> impl Strategy<Value = Map<String, Value>> {
    let text = || proptest::option::of(value());
    (
        [text(), text(), text(), text(), text()],
        proptest::option::of(any::<bool>()),
        proptest::collection::vec(email(), 0..4),
    )
        .prop_map(|([display, external, family, given, title], active, emails)| {
            let mut user = Map::new();
            for (name, text) in [("displayName", display), ("externalId", external), ("title", title)] {
                text.map(|text| user.insert(name.to_owned(), json!(text)));
            }
            let mut name = Map::new();
            family.map(|text| name.insert("familyName".to_owned(), json!(text)));
            given.map(|text| name.insert("givenName".to_owned(), json!(text)));
            if !name.is_empty() {
                user.insert("name".to_owned(), Value::Object(name));
            }
            active.map(|active| user.insert("active".to_owned(), json!(active)));
            if !emails.is_empty() {
                user.insert("emails".to_owned(), Value::Array(emails));
            }
            user
        })
}

/// A tenant's content: users by number (some missing), groups, and who is in which.
#[derive(Debug, Clone)]
pub(crate) struct World {
    users: Vec<Option<Map<String, Value>>>,
    /// What the users become by an update, if anything.
    updates: Vec<Option<Map<String, Value>>>,
    groups: Vec<Option<String>>,
    /// Group, and member: a user, or beyond them a group.
    members: Vec<(usize, usize)>,
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    (
        proptest::collection::vec(proptest::option::weighted(0.8, user_attributes()), USERS),
        proptest::collection::vec(proptest::option::weighted(0.3, user_attributes()), USERS),
        proptest::collection::vec(proptest::option::weighted(0.8, value()), GROUPS),
        proptest::collection::vec((0..GROUPS, 0..USERS + GROUPS), 0..12),
    )
        .prop_map(|(users, updates, groups, members)| World { users, updates, groups, members })
}

/// The filter's word for the id of a user or group; [`World::store`] says what it stands for.
fn id_word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0..USERS + GROUPS).prop_map(|n| format!("<{n}>")),
        1 => (0..USERS + GROUPS).prop_map(|n| format!("<upper {n}>")),
        1 => value(),
        1 => Just(String::new()),
    ]
}

fn compared(operators: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(operators.to_vec())
}

const OPERATORS: &[&str] = &["eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "le"];

fn quoted(text: &str) -> String {
    json!(text).to_string()
}

fn operand() -> impl Strategy<Value = String> {
    let names = select(NAMES.to_vec()).prop_map(str::to_owned);
    prop_oneof![4 => value(), 3 => names, 1 => Just(String::new())].prop_map(|text| quoted(&text))
}

fn text_term(attributes: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (select(attributes.to_vec()), compared(OPERATORS), operand())
            .prop_map(|(attribute, op, operand)| format!("{attribute} {op} {operand}")),
        1 => select(attributes.to_vec()).prop_map(|attribute| format!("{attribute} pr")),
        1 => (select(attributes.to_vec()), compared(&["eq", "ne"]))
            .prop_map(|(attribute, op)| format!("{attribute} {op} null")),
    ]
}

fn id_term(attributes: &'static [&'static str]) -> impl Strategy<Value = String> {
    let list = select(
        attributes.iter().copied().filter(|name| matches!(*name, "members" | "groups")).collect::<Vec<_>>(),
    );
    prop_oneof![
        6 => (select(attributes.to_vec()), compared(&["eq", "eq", "eq", "ne", "co"]), id_word())
            .prop_map(|(attribute, op, id)| format!("{attribute} {op} {}", quoted(&id))),
        1 => select(attributes.to_vec()).prop_map(|attribute| format!("{attribute} pr")),
        2 => (list, id_word(), any::<bool>()).prop_map(|(list, id, typed)| {
            let more = if typed { " and type eq \"user\"" } else { "" };
            format!("{list}[value eq {}{more}]", quoted(&id))
        }),
    ]
}

fn element_term() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        6 => select(vec!["work", "WORK", "home", "STRASSE", ""]).prop_map(str::to_owned),
        1 => value()
    ];
    (label, compared(&["eq", "eq", "eq", "ne", "sw"]), operand(), 0..7_usize).prop_map(
        |(label, op, value, form)| {
            let (label, value) = (format!("type eq {}", quoted(&label)), format!("value {op} {value}"));
            match form {
                0 => format!("emails[{value} and {label}]"),
                1 => format!("emails[{value}]"),
                2 => format!("emails[{label} or {value}]"),
                3 => format!("emails[not ({value}) and {label}]"),
                4 => format!("emails[{label} and {value} and primary eq false]"),
                5 => format!("emails[{label}]"),
                _ => format!("emails[{label} and {value}]"),
            }
        },
    )
}

pub(crate) fn user_term() -> impl Strategy<Value = String> {
    let texts: &[&str] = &[
        "userName",
        "displayName",
        "externalId",
        "name.familyName",
        "name.givenName",
        "title",
        "emails",
        "emails.value",
        "emails.type",
    ];
    prop_oneof![
        6 => text_term(texts),
        3 => element_term(),
        3 => id_term(&["id", "groups", "groups.value"]),
        2 => (compared(&["eq", "ne"]), any::<bool>()).prop_map(|(op, value)| format!("active {op} {value}")),
        1 => Just("active pr".to_owned()),
        1 => Just("meta.version eq \"W/\\\"2\\\"\"".to_owned()),
        1 => Just("password pr".to_owned()),
    ]
}

pub(crate) fn group_term() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => text_term(&["displayName", "members.display"]),
        3 => id_term(&["id", "members", "members.value"]),
    ]
}

pub(crate) fn filter(term: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    term.prop_recursive(4, 12, 3, |inner| {
        let several = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.prop_map(|inner| format!("not ({inner})")),
            several.clone().prop_map(|parts| format!("({})", parts.join(" and "))),
            several.prop_map(|parts| format!("({})", parts.join(" or "))),
        ]
    })
}

impl World {
    /// Stores the world; answers the ids by number.
    pub(crate) fn store(&self, fixture: &Fixture) -> Vec<ResourceId> {
        let (acme, other) = (fixture.acme, fixture.tenant("other"));
        let world = self.clone();
        let stored = fixture.write(move |tx| {
            let mut numbers = vec![ResourceId::generate(); USERS + GROUPS];
            let user = |n: usize, attributes: &Map<String, Value>| {
                let mut attributes = attributes.clone();
                attributes.insert("userName".to_owned(), json!(NAMES[n]));
                document(Value::Object(attributes))
            };
            for (n, attributes) in world.users.iter().enumerate() {
                let Some(attributes) = attributes else { continue };
                let row = tx.tenant(acme).insert(Kind::User, &user(n, attributes))?;
                numbers[n] = row.id;
                // Another tenant has the same users; they must never show.
                tx.tenant(other).insert(Kind::User, &user(n, attributes))?;
                if let Some(changed) = &world.updates[n] {
                    tx.tenant(acme).update(Kind::User, &row, &user(n, changed))?;
                }
            }
            for (n, name) in world.groups.iter().enumerate() {
                let Some(name) = name else { continue };
                let group = document(json!({"displayName": name}));
                match tx.tenant(acme).insert(Kind::Group, &group) {
                    Ok(row) => numbers[USERS + n] = row.id,
                    Err(StoreError::Taken { .. }) => continue,
                    Err(other) => return Err(other),
                }
                tx.tenant(other).insert(Kind::Group, &group)?;
            }
            for &(group, member) in &world.members {
                let Ok(mut row) = tx.tenant(acme).find(Kind::Group, numbers[USERS + group]) else { continue };
                let write = MemberWrite::Add(texts(&[numbers[member]]));
                tx.tenant(acme).change_members(&mut row, &[write], false)?;
            }
            Ok(numbers)
        });
        stored.unwrap()
    }
}

/// Puts the ids in the places of the words for them.
pub(crate) fn with_ids(filter: &str, numbers: &[ResourceId]) -> String {
    numbers.iter().enumerate().fold(filter.to_owned(), |text, (n, id)| {
        text.replace(&format!("<{n}>"), &id.to_string())
            .replace(&format!("<upper {n}>"), &id.to_string().to_uppercase())
    })
}
