//! What lists send to the database, however they are filtered, sorted and begun.

use crate::filters::{fresh, render_as};
use crate::plans::{Sent, watched};
use crate::support::{Fixture, document, texts, types};
use scim_core::filter::Filter;
use scim_core::schema::ResourceType;
use scim_core::sort::{SortBy, SortOrder};
use scim_store_diesel::{From, Hit, Kind, Listing, Loaded, MemberWrite, Page, Part, Relations};
use serde_json::json;
use std::collections::BTreeSet;

/// Users in groups, and devices with indexed attributes.
struct World {
    fixture: Fixture,
    device: Kind,
    users: Vec<Hit>,
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    kinds: &'a [Kind],
    filter: Option<&'a str>,
    order: Option<(&'a str, SortOrder)>,
    from: From,
    limit: i64,
}

impl<'a> Asked<'a> {
    fn of(kinds: &'a [Kind]) -> Self {
        Self { kinds, filter: None, order: None, from: From::Index(0), limit: 3 }
    }
}

impl World {
    fn new() -> Self {
        let definitions = json!([
            {"id": "urn:x:Device", "name": "Device", "attributes": [
                {"name": "serial"}, {"name": "size", "type": "integer"}, {"name": "model"},
                {"name": "ports", "type": "complex", "multiValued": true,
                 "subAttributes": [{"name": "value"}, {"name": "type"}]},
            ]},
            {"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device", "indexes": ["serial", "size", "ports"]},
        ]);
        let fixture = Fixture::with(|config| {
            config.types = types(&definitions);
            (config.readers, config.listers) = (1, 1);
        });
        let users: Vec<Hit> = (0..9)
            .map(|n| {
                let user = json!({"userName": format!("u{n}"), "displayName": format!("User {}", n % 4)});
                Hit { kind: Kind::User, id: fixture.add(Kind::User, document(user)).unwrap().id }
            })
            .collect();
        let device = fixture.kind("Device");
        for n in 0..4 {
            fixture.add(device, document(json!({"serial": format!("s{n}"), "size": n}))).unwrap();
        }
        let ids: Vec<_> = users.iter().map(|hit| hit.id).collect();
        for name in ["staff", "all"] {
            let group = fixture.add_group(name);
            fixture.change(group.id, vec![MemberWrite::Add(texts(&ids[..6]))]).unwrap();
        }
        Self { fixture, device, users }
    }

    /// Lists, and tells the statements that were sent for it.
    fn ask(&self, asked: Asked<'_>) -> (Page, Sent) {
        let types: Vec<&ResourceType> = asked.kinds.iter().map(|k| self.fixture.resource_type(*k)).collect();
        let filter = asked.filter.map(|text| text.parse::<Filter>().unwrap().resolve_each(&types).unwrap());
        let sorts = asked.order.map(|(path, _)| SortBy::parse_each(path, &types).unwrap());
        let part = |n: usize| Part {
            kind: asked.kinds[n],
            predicate: filter.as_ref().map(|predicates| &predicates[n]),
            sort: sorts.as_ref().and_then(|sorts| sorts[n].as_ref()),
        };
        let (parts, query): (Vec<_>, _) = ((0..types.len()).map(part).collect(), fresh());
        let relations = Relations { members: true, groups: true };
        let listing = Listing {
            parts: &parts,
            order: asked.order.map(|(_, order)| order),
            query: &query,
            from: asked.from,
            limit: asked.limit,
            relations,
        };
        let view = |loaded: &Loaded| Ok(render_as(&self.fixture.resource_type(loaded.kind).name, loaded));
        watched(|| self.fixture.store.tenant(self.fixture.acme).list(listing, &view).unwrap())
    }

    /// The plans of those statements that mention a word, each in one line.
    fn plans(&self, sent: &Sent, word: &str) -> Vec<String> {
        let mut database = self.fixture.database();
        let about = sent.all.iter().filter(|sql| sql.starts_with("SELECT") && sql.contains(word));
        about.map(|sql| database.plan(sql).join("; ")).collect()
    }
}

const ORDERS: [Option<(&str, SortOrder)>; 12] = [
    None,
    Some(("userName", SortOrder::Ascending)),
    Some(("displayName", SortOrder::Descending)),
    Some(("externalId", SortOrder::Ascending)),
    Some(("name.familyName", SortOrder::Ascending)),
    Some(("name.givenName", SortOrder::Descending)),
    Some(("id", SortOrder::Descending)),
    Some(("meta.created", SortOrder::Ascending)),
    Some(("meta.lastModified", SortOrder::Descending)),
    Some(("active", SortOrder::Ascending)),
    Some(("emails", SortOrder::Ascending)),
    Some(("groups.display", SortOrder::Ascending)),
];

/// Filters of many shapes; another number makes another shape.
fn shape(number: usize) -> String {
    let columns = ["displayName", "externalId", "userName", "emails", "title", "id", "groups"];
    let operators = ["eq", "ne", "co", "sw", "ew", "gt"];
    let terms = columns.iter().enumerate().map(|(n, column)| {
        let op = operators[(number >> n) % operators.len()];
        let word = if number >> n & 1 == 0 { "and" } else { "or" };
        format!("{word} {column} {op} \"x{number}\"")
    });
    let not = if number.is_multiple_of(3) { "not " } else { "" };
    format!("{not}(active eq true {})", terms.collect::<Vec<_>>().join(" "))
}

#[test]
fn no_filter_order_or_page_size_of_a_client_makes_a_statement_that_is_kept() {
    let world = World::new();
    let kinds = [Kind::User, Kind::Group, world.device];
    let hit = world.users[4];
    let mut kept = BTreeSet::new();
    let mut all = BTreeSet::new();
    let mut run = |numbers: std::ops::Range<usize>| {
        let before = kept.len();
        for number in numbers {
            let filter = shape(number);
            let filter = (number % 5 != 0).then_some(filter.as_str());
            let order = ORDERS[number % ORDERS.len()];
            let kinds = if number % 4 == 0 { &kinds[..] } else { &kinds[..1] };
            // A place in a sorted list may be none in a filtered one.
            let from = match number % 7 {
                0 if order.is_none() => From::After(hit),
                1 if order.is_none() => From::Before(hit),
                n => From::Index(n as i64),
            };
            let limit = 1 + number as i64 % 9;
            let (_, sent) = world.ask(Asked { kinds, filter, order, from, limit });
            kept.extend(sent.cached);
            all.extend(sent.all);
        }
        kept.len() - before
    };
    run(0..420);
    // What came once comes again; nothing of what clients choose adds to it.
    assert_eq!(run(420..840), 0);
    assert!(all.len() > 300, "only {} shapes reached the database", all.len());
    assert!(kept.len() < 25, "{kept:#?}");
    for sql in &kept {
        assert!(!sql.contains("_key") && !sql.contains(" OR ") && !sql.contains("NOT ("), "{sql}");
    }
}

#[test]
fn pages_in_the_order_of_ids_are_read_in_the_order_of_the_key() {
    let world = World::new();
    let (first, middle, last) = (world.users[0], world.users[4], world.users[8]);
    for from in [
        From::Index(0),
        From::Index(5),
        From::Index(8),
        From::After(first),
        From::After(middle),
        From::After(last),
        From::Before(first),
        From::Before(middle),
        From::Before(last),
    ] {
        let (_, sent) = world.ask(Asked { from, ..Asked::of(&[Kind::User]) });
        let plans = world.plans(&sent, "`resource`");
        assert!(!plans.is_empty());
        for plan in plans.iter().filter(|plan| !plan.contains("member")) {
            let by_key = ["id>?)", "id<?)", "id=?)"].iter().any(|end| plan.contains(end));
            assert!(by_key && plan.contains("(tenant=? AND rtype=? AND id"), "{from:?}: {plan}");
            assert!(!plan.contains("SCAN resource") && !plan.contains("B-TREE"), "{from:?}: {plan}");
        }
        let counts = world.plans(&sent, "`resource_count`");
        assert_eq!(counts.len(), 1, "{from:?}");
        assert!(counts[0].contains("PRIMARY KEY (tenant=? AND rtype=?)"), "{}", counts[0]);
    }
}

#[test]
fn whether_values_were_cut_is_asked_of_its_own_index_and_only_if_it_matters() {
    let world = World::new();
    for (filter, asks) in [
        ("serial co \"x\"", true),
        ("serial ew \"x\"", true),
        ("not (ports[value co \"x\" and type eq \"usb\"])", true),
        ("serial eq \"x\"", false),
        ("serial ge \"x\" or size gt 3", false),
        ("ports[value eq \"x\"] and serial ne \"y\"", false),
    ] {
        for order in [None, Some(("serial", SortOrder::Ascending))] {
            let kinds = [world.device];
            let (_, sent) = world.ask(Asked { filter: Some(filter), order, ..Asked::of(&kinds) });
            let plans = world.plans(&sent, "length(val)");
            assert_eq!(!plans.is_empty(), asks, "{filter}");
            for plan in plans {
                assert!(plan.contains("INDEX attr_ix_cut (tenant=? AND rtype=?)"), "{filter}: {plan}");
                assert!(!plan.contains("SCAN"), "{filter}: {plan}");
            }
            // No other question may take that index, which holds the values that were cut alone.
            let others = world.plans(&sent, "`resource`");
            assert!(others.iter().all(|plan| !plan.contains("attr_ix_cut")), "{filter}: {others:?}");
        }
    }
}

#[test]
fn filters_on_indexed_attributes_of_definition_files_use_the_index() {
    let world = World::new();
    let kinds = [world.device];
    for (filter, keys) in [
        ("serial eq \"x\"", "(tenant=? AND rtype=? AND path=? AND val=?)"),
        ("serial sw \"x\"", "(tenant=? AND rtype=? AND path=? AND val>? AND val<?)"),
        ("size gt 3", "(tenant=? AND rtype=? AND path=? AND val>?)"),
        ("size eq 3 and model eq \"m\"", "(tenant=? AND rtype=? AND path=? AND val=?)"),
        (
            "ports[value eq \"x\" and type eq \"usb\"]",
            "(tenant=? AND rtype=? AND path=? AND val=? AND sub=?)",
        ),
    ] {
        for order in [None, Some(("model", SortOrder::Descending)), Some(("id", SortOrder::Descending))] {
            let (_, sent) = world.ask(Asked { filter: Some(filter), order, ..Asked::of(&kinds) });
            let plans = world.plans(&sent, "IN (SELECT `attr_ix`");
            assert!(!plans.is_empty(), "{filter}");
            for plan in plans {
                assert!(plan.contains(keys), "{filter}: {plan}");
                assert!(plan.contains("(tenant=? AND rtype=? AND id=?)"), "{filter}: {plan}");
                assert!(
                    !plan.contains("SCAN resource") && !plan.contains("B-TREE FOR ORDER"),
                    "{filter}: {plan}"
                );
            }
        }
    }
}

#[test]
fn the_groups_of_a_page_are_read_by_one_statement() {
    let world = World::new();
    let kinds = [Kind::User, Kind::Group, world.device];
    let guides = Some("displayName sw \"user\"");
    let order = Some(("displayName", SortOrder::Descending));
    let of_users = Asked { limit: 8, ..Asked::of(&kinds[..1]) };
    for (asked, how) in [
        (of_users, "member_id>? AND member_id<?"),
        (Asked { from: From::Before(world.users[8]), ..of_users }, "member_id>? AND member_id<?"),
        (Asked { from: From::After(world.users[0]), ..of_users }, "member_id>? AND member_id<?"),
        (Asked { filter: guides, ..of_users }, "member_id=?"),
        (Asked { filter: guides, order, ..of_users }, "member_id=?"),
        (Asked { filter: Some("title pr or id pr"), ..of_users }, "member_id=?"),
        (Asked { kinds: &kinds, order: Some(("userName", SortOrder::Ascending)), ..of_users }, "member_id=?"),
    ] {
        let (page, sent) = world.ask(asked);
        let groups: usize = page.resources.iter().filter_map(|l| l.groups.as_ref()).map(Vec::len).sum();
        assert!(page.resources.len() == 8 && groups >= 10, "{groups} groups");
        let plans = world.plans(&sent, "`member_id`, `resource`.`id`");
        assert_eq!(plans.len(), 1, "{:#?}", sent.all);
        assert!(plans[0].contains(&format!("member_reverse (tenant=? AND {how}")), "{}", plans[0]);
        assert!(!plans[0].contains("SCAN"), "{}", plans[0]);
        let others =
            sent.all.iter().filter(|sql| sql.contains("FROM (`member`") || sql.contains("FROM `member`"));
        assert_eq!(others.count(), 1, "{:#?}", sent.all);
    }
}
