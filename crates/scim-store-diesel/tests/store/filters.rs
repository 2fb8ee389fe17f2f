//! Lists: what SQL answers is what the predicate means.

use crate::support::{Fixture, document, name};
use crate::worlds::{filter, group_term, user_term, with_ids, world};
use chrono::DateTime;
use proptest::prelude::*;
use scim_core::datetime::format_date_time;
use scim_core::filter::{Filter, Predicate};
use scim_core::schema::{group_type, user_type};
use scim_store_diesel::{
    From, Kind, Listing, Loaded, Page, Part, Relations, ResourceId, StoreError, TenantId,
};
use serde_json::{Map, Value, json};

/// What a filter means for a kind.
pub(crate) fn predicate(kind: Kind, text: &str) -> Predicate {
    let resource_type = if kind == Kind::User { user_type() } else { group_type() };
    match text.parse::<Filter>().and_then(|filter| filter.resolve(&resource_type)) {
        Ok(predicate) => predicate,
        Err(error) => panic!("{text}: {error}"),
    }
}

/// The attributes of a user or group, as a service shows them.
pub(crate) fn render(loaded: &Loaded) -> Map<String, Value> {
    render_as(name(loaded.kind), loaded)
}

/// The attributes of a resource of the type of that name, as a service shows them.
pub(crate) fn render_as(type_name: &str, loaded: &Loaded) -> Map<String, Value> {
    let row = &loaded.resource;
    let Value::Object(mut attributes) = serde_json::from_str(&row.doc).unwrap() else {
        panic!("{}", row.doc)
    };
    attributes.insert("id".to_owned(), json!(row.id));
    let members: Vec<_> = loaded.members.iter().flatten().collect();
    if !members.is_empty() {
        let shown = members.iter().map(|m| {
            let mut shown = json!({"value": m.id, "type": name(m.kind)});
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
        json!({
            "resourceType": type_name,
            "version": format!("W/\"{}\"", row.version),
            "created": instant(row.created_ms),
            "lastModified": instant(row.modified_ms),
        }),
    );
    attributes
}

fn instant(ms: i64) -> String {
    format_date_time(DateTime::from_timestamp_millis(ms).unwrap())
}

/// What to list of one kind, in the order of ids.
pub(crate) fn part<'a>(kind: Kind, predicate: Option<&'a Predicate>) -> [Part<'a>; 1] {
    [Part { kind, predicate, sort: None }]
}

/// A list of the parts. Its text is unlike that of every other, so that nothing is remembered for it.
pub(crate) fn listing<'a>(parts: &'a [Part<'a>], query: &'a str, (offset, limit): (i64, i64)) -> Listing<'a> {
    let relations = Relations { members: true, groups: true };
    Listing { parts, order: None, query, from: From::Index(offset), limit, relations }
}

/// A text that no other query has.
pub(crate) fn fresh() -> String {
    ResourceId::generate().to_string()
}

/// Lists what a predicate matches, deciding as a service does.
pub(crate) fn list(
    fixture: &Fixture,
    tenant: TenantId,
    kind: Kind,
    predicate: Option<&Predicate>,
    (offset, limit): (i64, i64),
) -> Page {
    let (parts, query) = (part(kind, predicate), fresh());
    let listing = listing(&parts, &query, (offset, limit));
    fixture.store.tenant(tenant).list(listing, &|loaded| Ok(render(loaded))).unwrap()
}

fn ids(page: &Page) -> Vec<ResourceId> {
    page.resources.iter().map(|l| l.resource.id).collect()
}

/// The ids of all resources that a predicate matches, by its meaning alone.
fn oracle(fixture: &Fixture, kind: Kind, predicate: &Predicate) -> Vec<ResourceId> {
    let all = list(fixture, fixture.acme, kind, None, (0, i64::MAX));
    assert_eq!(all.total, i64::try_from(all.resources.len()).unwrap());
    all.resources.iter().filter(|l| predicate.matches(&render(l))).map(|l| l.resource.id).collect()
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
fn times_compare_by_the_millisecond_that_is_stored_and_by_what_is_asked_beside_it() {
    let fixture = Fixture::new();
    // Around a leap second, and before the year 1970.
    let last = 1_483_228_799_000_i64;
    for (n, ms) in [last, last + 999, last + 1000, last + 1001, -1, 0].into_iter().enumerate() {
        let id = fixture.add_user(&format!("u{n}")).id.uuid().simple().to_string();
        fixture
            .database()
            .run(&format!("UPDATE resource SET created_ms = {ms}, modified_ms = {ms} WHERE id = x'{id}'"));
    }
    for instant in [
        "2016-12-31T23:59:59Z",
        "2016-12-31T23:59:58.999999999Z",
        "2016-12-31T23:59:59.000000001Z",
        "2016-12-31T23:59:59.999Z",
        "2016-12-31T23:59:59.9995Z",
        "2016-12-31T23:59:60Z",
        "2016-12-31T23:59:60.001Z",
        "2016-12-31T23:59:60.999999999Z",
        "2017-01-01T01:00:00.000+01:00",
        "2017-01-01T00:00:00.0009",
        "1969-12-31T23:59:59.999Z",
        "1969-12-31T23:59:59.9990001Z",
        "1970-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
    ] {
        for attribute in ["meta.created", "meta.lastModified"] {
            for op in ["eq", "ne", "gt", "ge", "lt", "le"] {
                let text = format!("{attribute} {op} \"{instant}\"");
                check(&fixture, Kind::User, &text, 4);
                check(&fixture, Kind::User, &format!("not ({text})"), 4);
            }
        }
    }
}

#[test]
fn the_name_of_the_type_compares_by_case() {
    let fixture = Fixture::new();
    fixture.add_user("ann");
    fixture.add_group("staff");
    for name in ["User", "user", "USER", "Use", "u", "ser", "s", "Group", "group", "V", "a", ""] {
        for op in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
            for kind in Kind::MEMBERS {
                check(&fixture, kind, &format!("meta.resourceType {op} \"{name}\""), 1);
                check(&fixture, kind, &format!("not (meta.resourceType {op} \"{name}\")"), 1);
            }
        }
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
    let parts = part(Kind::User, Some(&predicate));
    let listing = listing(&parts, "a query", (0, 9));
    let failed = fixture
        .store
        .tenant(fixture.acme)
        .list(listing, &|_| Err(StoreError::Damaged("of the test".to_owned())));
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
