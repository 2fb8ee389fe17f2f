//! Lists: what SQL answers is what the predicate means.

use crate::support::{Fixture, document, texts};
use proptest::prelude::*;
use proptest::sample::select;
use scim_core::filter::{Filter, Predicate};
use scim_core::schema::{group_type, user_type};
use scim_store_diesel::{
    Kind, Listing, Loaded, MemberWrite, Page, Relations, ResourceId, StoreError, TenantId,
};
use serde_json::{Map, Value, json};

/// What a filter means for a kind.
pub(crate) fn predicate(kind: Kind, text: &str) -> Predicate {
    let resource_type = match kind {
        Kind::User => user_type(),
        Kind::Group => group_type(),
    };
    match text.parse::<Filter>().and_then(|filter| filter.resolve(&resource_type)) {
        Ok(predicate) => predicate,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The attributes of a resource, as a service shows them.
pub(crate) fn render(kind: Kind, loaded: &Loaded) -> Map<String, Value> {
    let row = &loaded.resource;
    let Value::Object(mut attributes) = serde_json::from_str(&row.doc).unwrap() else {
        panic!("{}", row.doc)
    };
    attributes.insert("id".to_owned(), json!(row.id));
    let members: Vec<_> = loaded.members.iter().flatten().collect();
    if !members.is_empty() {
        let shown = members.iter().map(|m| {
            let mut shown = json!({"value": m.id, "type": m.kind.name()});
            if let Some(display) = &m.display {
                shown["display"] = json!(display);
            }
            shown
        });
        attributes.insert("members".to_owned(), shown.collect());
    }
    let groups: Vec<_> = loaded.groups.iter().flatten().collect();
    if !groups.is_empty() {
        let shown = groups.iter().map(|g| json!({"value": g.id, "display": g.display, "type": "direct"}));
        attributes.insert("groups".to_owned(), shown.collect());
    }
    attributes.insert(
        "meta".to_owned(),
        json!({"resourceType": kind.name(), "version": format!("W/\"{}\"", row.version)}),
    );
    attributes
}

/// What a service answers about the rows that SQL does not decide.
pub(crate) fn decision(
    kind: Kind,
    predicate: Option<&Predicate>,
) -> impl FnMut(&Loaded) -> Result<bool, StoreError> {
    move |loaded| Ok(predicate.is_none_or(|p| p.matches(&render(kind, loaded))))
}

/// Lists what a predicate matches, deciding as a service does.
pub(crate) fn list(
    fixture: &Fixture,
    tenant: TenantId,
    kind: Kind,
    predicate: Option<&Predicate>,
    (offset, limit): (i64, i64),
) -> Page {
    let relations = Relations { members: true, groups: true };
    let listing = Listing { predicate, offset, limit, relations };
    fixture.store.tenant(tenant).list(kind, listing, &mut decision(kind, predicate)).unwrap()
}

fn ids(page: &Page) -> Vec<ResourceId> {
    page.resources.iter().map(|l| l.resource.id).collect()
}

/// The ids of all resources that a predicate matches, by its meaning alone.
fn oracle(fixture: &Fixture, kind: Kind, predicate: &Predicate) -> Vec<ResourceId> {
    let all = list(fixture, fixture.acme, kind, None, (0, i64::MAX));
    assert_eq!(all.total, i64::try_from(all.resources.len()).unwrap());
    all.resources.iter().filter(|l| predicate.matches(&render(kind, l))).map(|l| l.resource.id).collect()
}

/// Holds the store to the meaning of a filter: all matches at once, and page by page.
fn check(fixture: &Fixture, kind: Kind, text: &str, step: i64) {
    let predicate = predicate(kind, text);
    let expected = oracle(fixture, kind, &predicate);
    let total = i64::try_from(expected.len()).unwrap();
    let page = |offset, limit| list(fixture, fixture.acme, kind, Some(&predicate), (offset, limit));
    let whole = page(0, 1000);
    assert_eq!((whole.total, ids(&whole)), (total, expected.clone()), "{kind:?} {text}");
    let mut walked = Vec::new();
    for start in (0..total + step).step_by(usize::try_from(step).unwrap()) {
        let part = page(start, step);
        assert_eq!(part.total, total, "{kind:?} {text} from {start}");
        assert!(part.resources.iter().all(|l| whole.resources.contains(l)), "{kind:?} {text}");
        walked.extend(ids(&part));
    }
    assert_eq!(walked, expected, "{kind:?} {text} in pages of {step}");
    let count = page(0, 0);
    assert_eq!((count.total, count.resources.len()), (total, 0), "{kind:?} {text} counted");
}

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
struct World {
    users: Vec<Option<Map<String, Value>>>,
    /// What the users become by an update, if anything.
    updates: Vec<Option<Map<String, Value>>>,
    groups: Vec<Option<String>>,
    /// Group, and member: a user, or beyond them a group.
    members: Vec<(usize, usize)>,
}

fn world() -> impl Strategy<Value = World> {
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

fn user_term() -> impl Strategy<Value = String> {
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

fn group_term() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => text_term(&["displayName", "members.display"]),
        3 => id_term(&["id", "members", "members.value"]),
    ]
}

fn filter(term: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
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
    fn store(&self, fixture: &Fixture) -> Vec<ResourceId> {
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
fn with_ids(filter: &str, numbers: &[ResourceId]) -> String {
    numbers.iter().enumerate().fold(filter.to_owned(), |text, (n, id)| {
        text.replace(&format!("<{n}>"), &id.to_string())
            .replace(&format!("<upper {n}>"), &id.to_string().to_uppercase())
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn lists_agree_with_the_meaning_of_filters(
        world in world(),
        users in proptest::collection::vec(filter(user_term()), 24),
        groups in proptest::collection::vec(filter(group_term()), 12),
        step in 1..4_i64,
    ) {
        let fixture = Fixture::new();
        let numbers = world.store(&fixture);
        let users = users.iter().map(|text| (Kind::User, text));
        let groups = groups.iter().map(|text| (Kind::Group, text));
        for (kind, text) in users.chain(groups) {
            check(&fixture, kind, &with_ids(text, &numbers), step);
        }
    }
}

#[test]
fn an_absent_active_is_neither_true_nor_false() {
    let fixture = Fixture::new();
    for (name, active) in [("ann", Some(true)), ("ben", Some(false)), ("cid", None)] {
        fixture.add(Kind::User, document(json!({"userName": name, "active": active}))).unwrap();
    }
    for text in ["active eq true", "active eq false", "active ne true", "active pr"] {
        check(&fixture, Kind::User, text, 1);
        check(&fixture, Kind::User, &format!("not ({text})"), 1);
        check(&fixture, Kind::User, &format!("{text} or userName eq \"ann\""), 1);
    }
}

#[test]
fn an_empty_type_is_no_missing_type() {
    let fixture = Fixture::new();
    let emails = json!([{"value": "x"}, {"value": "y", "type": "work"}]);
    fixture.add(Kind::User, document(json!({"userName": "ann", "emails": emails}))).unwrap();
    for text in [
        r#"emails[type eq "" and value eq "x"]"#,
        r#"not (emails[type eq "" and value eq "x"])"#,
        r#"emails[value eq "x"]"#,
        r#"emails eq """#,
    ] {
        check(&fixture, Kind::User, text, 1);
    }
}

#[test]
fn the_index_follows_emails_that_change_their_order() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let email = |value: &str, label: &str| json!({"value": value, "type": label});
    let lists = [
        json!([email("a@x", "work"), email("b@x", "home")]),
        json!([email("b@x", "home"), email("a@x", "work")]),
        json!([email("a@x", "home"), email("b@x", "work")]),
        json!([email("a@x", "work"), email("a@x", "work"), email("A@X", "WORK")]),
        json!([]),
        json!([email("b@x", "work")]),
    ];
    let mut row = fixture.add_user("ann");
    for emails in lists {
        let count = emails.as_array().unwrap().len();
        let changed = document(json!({"userName": "ann", "emails": emails}));
        let old = row;
        row = fixture.write(move |tx| tx.tenant(acme).update(Kind::User, &old, &changed)).unwrap();
        assert_eq!(fixture.database().count("attr_ix"), i64::try_from(count).unwrap());
        for value in ["a@x", "b@x"] {
            for label in ["work", "home"] {
                check(
                    &fixture,
                    Kind::User,
                    &format!("emails[type eq \"{label}\" and value eq \"{value}\"]"),
                    1,
                );
            }
            check(&fixture, Kind::User, &format!("not (emails.value eq \"{value}\")"), 1);
        }
    }
}

#[test]
fn a_long_list_is_decided_in_batches() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    // Twice the size of a batch, and one more.
    let count = 513;
    fixture
        .write(move |tx| {
            (0..count).try_for_each(|n| {
                let title = if n % 3 == 0 { "Guide" } else { "Clerk" };
                let user = document(json!({"userName": format!("user-{n}"), "title": title}));
                tx.tenant(acme).insert(Kind::User, &user).map(drop)
            })
        })
        .unwrap();
    for text in [r#"title co "uid""#, r#"title pr"#, r#"title eq "nobody""#, "active pr"] {
        check(&fixture, Kind::User, text, 100);
    }
}

#[test]
fn the_widest_and_the_deepest_filter_can_be_asked() {
    let fixture = Fixture::new();
    fixture.add_user("ann");
    fixture.add_user("ben");
    for word in [" or ", " and "] {
        for term in [r#"userName eq "ann""#, r#"emails eq "a""#, r#"emails[type eq "w" and value eq "a"]"#] {
            // A condition on an element counts as one, and so does each of its parts.
            let terms = scim_core::filter::MAX_TERMS / if term.contains('[') { 3 } else { 1 };
            let mut text = vec![term; terms].join(word);
            while text.len() > scim_core::filter::MAX_LENGTH {
                text = text.split_at(text.rfind(word).unwrap()).0.to_owned();
            }
            check(&fixture, Kind::User, &text, 1);
        }
    }
    let depth = scim_core::filter::MAX_DEPTH - 1;
    let deep = format!("{}userName eq \"ann\"{}", "not (".repeat(depth), ")".repeat(depth));
    check(&fixture, Kind::User, &deep, 1);
}

#[test]
fn a_decision_that_fails_fails_the_list() {
    let fixture = Fixture::new();
    fixture.add_user("ann");
    let predicate = predicate(Kind::User, "title pr");
    let listing =
        Listing { predicate: Some(&predicate), offset: 0, limit: 9, relations: Relations::default() };
    let failed = fixture
        .store
        .tenant(fixture.acme)
        .list(Kind::User, listing, &mut |_| Err(StoreError::Damaged("of the test".to_owned())));
    assert!(matches!(failed, Err(StoreError::Damaged(_))));
    // The connection that it used is as good as new.
    check(&fixture, Kind::User, "title pr", 1);
}

#[test]
fn odd_pages_are_empty_pages() {
    let fixture = Fixture::new();
    fixture.add_user("ann");
    for text in [r#"userName eq "ann""#, r#"userName sw "a""#, "not (active eq false)"] {
        let predicate = predicate(Kind::User, text);
        let page =
            |offset, limit| list(&fixture, fixture.acme, Kind::User, Some(&predicate), (offset, limit));
        for (offset, limit) in [(1, 1), (i64::MAX, i64::MAX), (0, 0), (0, -1)] {
            let page = page(offset, limit);
            assert_eq!((page.total, page.resources.len()), (1, 0), "{text} {offset} {limit}");
        }
        assert_eq!(page(-1, 5).resources.len(), 1, "{text}: before the start is the start");
    }
}
