//! Attributes of definition files that are unique in a tenant.

use crate::support::{Database, Fixture, document, types};
use proptest::prelude::*;
use scim_core::fold::fold;
use scim_store_diesel::{Kind, Pending, ResourceId, StoreError, StoredResource, TenantId};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const BADGE: &str = "urn:x:Staff:badge";

/// A store of devices with several unique attributes, and of users with a unique badge.
fn fixture() -> Fixture {
    let definitions = json!([
        {"id": "urn:x:Device", "name": "Device", "attributes": [
            {"name": "serial", "uniqueness": "server"},
            {"name": "tag", "uniqueness": "server", "caseExact": true},
            {"name": "number", "type": "integer", "uniqueness": "server"},
            {"name": "link", "type": "reference", "uniqueness": "global"},
            {"name": "displayName"},
        ]},
        {"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device"},
        {"id": "urn:x:Staff", "name": "Staff", "attributes": [{"name": "badge", "uniqueness": "server"}]},
        {"name": "User", "schemaExtensions": [{"schema": "urn:x:Staff"}]},
    ]);
    Fixture::with(|config| config.types = types(&definitions))
}

/// The attributes of a device with one value, or of a user with a badge.
fn with(path: &str, value: &Value) -> (bool, Value) {
    match path {
        BADGE => (true, json!({"userName": crate::filters::fresh(), "urn:x:Staff": {"badge": value}})),
        name => (false, json!({name: value})),
    }
}

fn insert(
    fixture: &Fixture,
    tenant: TenantId,
    path: &str,
    value: &Value,
) -> Result<StoredResource, StoreError> {
    let (is_user, attributes) = with(path, value);
    let kind = if is_user { Kind::User } else { fixture.kind("Device") };
    let document = document(attributes);
    fixture.write(move |tx| tx.tenant(tenant).insert(kind, &document))
}

fn update(fixture: &Fixture, old: &StoredResource, attributes: Value) -> Result<StoredResource, StoreError> {
    let (acme, kind, old, document) =
        (fixture.acme, fixture.kind("Device"), old.clone(), document(attributes));
    fixture.write(move |tx| tx.tenant(acme).update(kind, &old, &document))
}

/// Says who holds a value that was taken.
fn holder<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (String, ResourceId) {
    match result {
        Err(StoreError::Taken { attribute, id, .. }) => (attribute, id),
        other => panic!("{other:?}"),
    }
}

/// Everything that the database holds of values and of resources.
fn rows(database: &mut Database) -> [Vec<Option<String>>; 3] {
    [
        "SELECT tenant || ' ' || rtype || ' ' || path || ' ' || val || ' ' || hex(id) AS t FROM unique_value ORDER BY 1",
        "SELECT hex(id) || ' ' || version || ' ' || doc AS t FROM resource ORDER BY 1",
        "SELECT tenant || ' ' || rtype || ' ' || total || ' ' || moved AS t FROM resource_count ORDER BY 1",
    ]
    .map(|sql| database.texts(sql))
}

#[test]
fn equal_values_are_taken_and_others_are_free() {
    let long = |end: &str| format!("{}{end}", "l".repeat(300));
    for (path, held, equal, other) in [
        ("serial", json!("Straße"), json!("STRASSE"), json!("Strase")),
        ("serial", json!("caf\u{e9}"), json!("CAFE\u{301}"), json!("cafe")),
        // Longer than what an index keeps.
        ("serial", json!(long("x")), json!(long("X")), json!(long("y"))),
        ("tag", json!("Ann"), json!("Ann"), json!("ann")),
        ("tag", json!(long("x")), json!(long("x")), json!(long("y"))),
        ("number", json!(0), json!(0), json!(-0x8000_0000_0000_0000_i64)),
        (
            "number",
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_992_i64),
        ),
        ("link", json!("https://x.test/a"), json!("https://x.test/a"), json!("https://x.test/A")),
        (BADGE, json!("Ann"), json!("ANN"), json!("änn")),
    ] {
        let fixture = fixture();
        let acme = fixture.acme;
        let first = insert(&fixture, acme, path, &held).unwrap();
        let second = insert(&fixture, acme, path, &other).unwrap();
        let before = rows(&mut fixture.database());
        let taken = (path.to_owned(), first.id);
        for value in [&held, &equal] {
            assert_eq!(holder(insert(&fixture, acme, path, value)), taken, "{path} {value}");
            let (is_user, mut changed) = with(path, value);
            let kind = if is_user { Kind::User } else { fixture.kind("Device") };
            if is_user {
                changed["userName"] = json!(second.name);
            }
            let (old, changed) = (second.clone(), document(changed));
            let refused = fixture.write(move |tx| tx.tenant(acme).update(kind, &old, &changed));
            assert_eq!(holder(refused), taken, "{path} {value}");
        }
        assert_eq!(rows(&mut fixture.database()), before, "a refused request leaves nothing behind");
    }
}

#[test]
fn a_value_is_free_again_when_its_holder_lets_go_of_it() {
    let fixture = fixture();
    let (acme, device) = (fixture.acme, fixture.kind("Device"));
    let first = fixture.add(device, document(json!({"serial": "s", "tag": "t", "number": 1}))).unwrap();
    // Its own values, in another case too, are no obstacle.
    let first = update(&fixture, &first, json!({"serial": "S", "tag": "t", "number": 1})).unwrap();
    let first = update(&fixture, &first, json!({"serial": "s", "tag": "T", "number": 1})).unwrap();
    let tag = insert(&fixture, acme, "tag", &json!("t")).unwrap();
    assert_eq!(holder(insert(&fixture, acme, "tag", &json!("T"))).1, first.id);
    // One value goes, one moves to another attribute, where it is another value.
    let first = update(&fixture, &first, json!({"number": 1, "link": "s"})).unwrap();
    let serial = insert(&fixture, acme, "serial", &json!("s")).unwrap();
    assert_eq!(holder(insert(&fixture, acme, "link", &json!("s"))), ("link".to_owned(), first.id));
    // Without the attribute there is nothing to be unique.
    for _ in 0..3 {
        fixture.add(device, document(json!({"displayName": "x"}))).unwrap();
    }
    for row in [first, tag, serial] {
        fixture.delete(device, row.id).unwrap();
    }
    assert_eq!(fixture.database().count("unique_value"), 0);
    let again = fixture.add(device, document(json!({"serial": "s", "tag": "t", "number": 1, "link": "s"})));
    assert_eq!(fixture.database().count("unique_value"), 4);
    again.unwrap();
}

#[test]
fn tenants_types_and_attributes_do_not_compete() {
    let fixture = fixture();
    let other = fixture.tenant("other");
    for tenant in [fixture.acme, other] {
        for path in ["serial", "tag", "link", BADGE] {
            insert(&fixture, tenant, path, &json!("x")).unwrap();
        }
    }
    for (tenant, path) in [(fixture.acme, "serial"), (other, BADGE)] {
        let (attribute, id) = holder(insert(&fixture, tenant, path, &json!("X")));
        assert_eq!(attribute, path);
        let kind = if path == BADGE { Kind::User } else { fixture.kind("Device") };
        assert!(fixture.store.tenant(tenant).find(kind, id, Default::default()).is_ok(), "the tenant's own");
    }
    // What another tenant does with its value is nothing to this one.
    let theirs = holder(insert(&fixture, other, "serial", &json!("x"))).1;
    let device = fixture.kind("Device");
    fixture.write(move |tx| tx.tenant(other).delete(device, theirs)).unwrap();
    holder(insert(&fixture, fixture.acme, "serial", &json!("x")));
    insert(&fixture, other, "serial", &json!("x")).unwrap();
}

#[test]
fn of_a_batch_that_wants_one_value_one_request_gets_it() {
    let fixture = fixture();
    let (acme, device) = (fixture.acme, fixture.kind("Device"));
    let hold = fixture.hold_writer();
    let queue = |serial: &str, fails: bool| {
        let document = document(json!({"serial": serial}));
        fixture.store.write(move |tx| {
            let row = tx.tenant(acme).insert(device, &document)?;
            if fails { Err(StoreError::Damaged(row.id.to_string())) } else { Ok(row) }
        })
    };
    // The first that asks takes it, fails for another reason, and so gives it back.
    let failed = queue("s", true);
    let answers: Vec<_> = ["s", "S", "ſ", "s"].map(|serial| queue(serial, false)).into_iter().collect();
    hold.release();
    assert!(matches!(failed.wait(), Err(StoreError::Damaged(_))));
    let mut answers = answers.into_iter().map(Pending::wait);
    let winner = answers.next().unwrap().unwrap();
    for loser in answers {
        assert_eq!(holder(loser), ("serial".to_owned(), winner.id));
    }
    // In one batch it goes from one to the next: by a change, and by a deletion.
    let hold = fixture.hold_writer();
    let (old, changed, taker) =
        (winner.clone(), document(json!({"serial": "other"})), document(json!({"serial": "s"})));
    let freed = fixture.store.write(move |tx| tx.tenant(acme).update(device, &old, &changed));
    let second = fixture.store.write(move |tx| tx.tenant(acme).insert(device, &taker));
    let gone = fixture.store.write(move |tx| tx.tenant(acme).delete(device, winner.id));
    let third = queue("OTHER", false);
    hold.release();
    assert!(freed.wait().is_ok() && second.wait().is_ok() && gone.wait().is_ok() && third.wait().is_ok());
    assert_eq!(fixture.database().count("unique_value"), 2);
}

#[test]
fn a_request_that_goes_on_after_a_refusal_has_written_nothing_of_what_was_refused() {
    let fixture = fixture();
    let (acme, device) = (fixture.acme, fixture.kind("Device"));
    let add = |attributes| fixture.add(device, document(attributes)).unwrap();
    add(json!({"serial": "s", "number": 1}));
    let second = add(json!({"serial": "x", "tag": "t"}));
    let (before, logged) = (rows(&mut fixture.database()), fixture.database().log(acme).len());
    let old = second.clone();
    let answer = fixture.write(move |tx| {
        let mut tenant = tx.tenant(acme);
        // What comes first of these is free, what comes last is taken; and the other way round.
        for attributes in [json!({"serial": "free", "number": 1}), json!({"serial": "S", "number": 2})] {
            let refused = tenant.insert(device, &document(attributes.clone()));
            assert!(matches!(refused, Err(StoreError::Taken { .. })), "{refused:?}");
            let refused = tenant.update(device, &old, &document(attributes));
            assert!(matches!(refused, Err(StoreError::Taken { .. })), "{refused:?}");
        }
        tenant.find(device, old.id)
    });
    assert_eq!(answer.unwrap(), second);
    assert_eq!(rows(&mut fixture.database()), before);
    assert_eq!(fixture.database().log(acme).len(), logged, "what was not written is not told");
    // What was free still is, and what was held still is.
    add(json!({"serial": "free", "number": 2}));
    assert_eq!(holder(insert(&fixture, acme, "tag", &json!("t"))).1, second.id);
}

#[test]
fn what_is_unique_may_be_looked_up_and_sorted_by_like_everything_else() {
    let fixture = fixture();
    let device = fixture.kind("Device");
    for serial in ["b", "A", "c"] {
        insert(&fixture, fixture.acme, "serial", &json!(serial)).unwrap();
    }
    let filter = "serial eq \"B\" or serial gt \"b\"".parse::<scim_core::Filter>().unwrap();
    let predicate = filter.resolve(fixture.resource_type(device)).unwrap();
    let (parts, query) = (crate::filters::part(device, Some(&predicate)), crate::filters::fresh());
    let listing = crate::filters::listing(&parts, &query, (0, 9));
    let view = |loaded: &_| Ok(crate::filters::render_as("Device", loaded));
    assert_eq!(fixture.store.tenant(fixture.acme).list(listing, &view).unwrap().total, 2);
}

/// The values that a device may have: of each attribute one, or none.
type Values = [Option<&'static str>; 2];

#[derive(Debug, Clone)]
enum Step {
    Insert(Values),
    Update(usize, Values),
    Delete(usize),
}

fn values() -> impl Strategy<Value = Values> {
    let value =
        || proptest::option::weighted(0.8, proptest::sample::select(vec!["a", "A", "b", "ß", "SS", "c"]));
    [value(), value()]
}

fn step() -> impl Strategy<Value = (bool, Step)> {
    let step = prop_oneof![
        3 => values().prop_map(Step::Insert),
        3 => (0..20_usize, values()).prop_map(|(n, values)| Step::Update(n, values)),
        2 => (0..20_usize).prop_map(Step::Delete),
    ];
    (any::<bool>(), step)
}

fn attributes(values: Values) -> Value {
    let named = ["serial", "tag"].into_iter().zip(values);
    let given = named.filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    Value::Object(given.collect::<Map<_, _>>())
}

/// The keys under which values are unique: without case, and by case.
fn keys(values: Values) -> Vec<(&'static str, String)> {
    let serial = values[0].map(|value| ("serial", fold(value).into_owned()));
    serial.into_iter().chain(values[1].map(|value| ("tag", value.to_owned()))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nobody_has_what_another_has(batches in proptest::collection::vec(proptest::collection::vec(step(), 1..8), 8)) {
        let fixture = fixture();
        let device = fixture.kind("Device");
        let tenants = [fixture.acme, fixture.tenant("other")];
        // What each device has, in truth.
        let mut truth: [Vec<(ResourceId, Values)>; 2] = Default::default();
        for batch in batches {
            let hold = fixture.hold_writer();
            let mut answers = Vec::new();
            for (other, step) in batch {
                let (which, tenant) = (usize::from(other), tenants[usize::from(other)]);
                let nth = |n: usize| truth[which].get(n % truth[which].len().max(1)).map(|(id, _)| *id);
                let asked = match &step {
                    Step::Insert(_) => None,
                    Step::Update(n, _) | Step::Delete(n) => match nth(*n) {
                        None => continue,
                        id => id,
                    },
                };
                let work = step.clone();
                answers.push((which, step, asked, fixture.store.write(move |tx| {
                    let mut tenant = tx.tenant(tenant);
                    match (work, asked) {
                        (Step::Insert(values), _) => tenant.insert(device, &document(attributes(values))),
                        (Step::Update(_, values), Some(id)) => {
                            let old = tenant.find(device, id)?;
                            tenant.update(device, &old, &document(attributes(values)))
                        }
                        (_, Some(id)) => tenant.delete(device, id),
                        (_, None) => Err(StoreError::NotFound),
                    }
                })));
            }
            hold.release();
            for (which, step, asked, answer) in answers {
                let mine = &mut truth[which];
                let there = asked.is_none_or(|id| mine.iter().any(|(known, _)| *known == id));
                let wanted = match step {
                    Step::Insert(values) | Step::Update(_, values) => keys(values),
                    Step::Delete(_) => Vec::new(),
                };
                let others = mine.iter().filter(|(id, _)| Some(*id) != asked);
                let held: BTreeMap<_, _> =
                    others.flat_map(|(id, values)| keys(*values).into_iter().map(|key| (key, *id))).collect();
                let taken: Vec<_> = wanted
                    .iter()
                    .filter_map(|key| Some((key.0.to_owned(), *held.get(key)?)))
                    .collect();
                match (answer.wait(), step) {
                    (Err(StoreError::NotFound), _) => prop_assert!(!there),
                    (Err(StoreError::Taken { attribute, id, kind }), _) => {
                        prop_assert!(kind == device && taken.contains(&(attribute, id)));
                    }
                    (Err(other), _) => panic!("{other}"),
                    (Ok(_), _) if !taken.is_empty() || !there => panic!("{taken:?} was taken, or {asked:?} gone"),
                    (Ok(row), Step::Insert(values)) => mine.push((row.id, values)),
                    (Ok(row), Step::Update(_, values)) => {
                        mine.retain(|(id, _)| *id != row.id);
                        mine.push((row.id, values));
                    }
                    (Ok(row), Step::Delete(_)) => mine.retain(|(id, _)| *id != row.id),
                }
            }
            let expected: usize = truth.iter().flatten().map(|(_, values)| keys(*values).len()).sum();
            prop_assert_eq!(fixture.database().count("unique_value"), expected as i64);
        }
    }
}
