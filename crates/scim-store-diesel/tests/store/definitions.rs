//! Opening a store with other definitions than those with which it was closed.

use crate::filters::{fresh, listing, part, render_as};
use crate::support::{Database, Fixture, Recorder, Seen, document, types};
use scim_core::Filter;
use scim_store_diesel::{Kind, OpenError, ResourceId, Store, StoreConfig, StoreError, TenantId};
use serde_json::{Value, json};
use std::cell::Cell;

const DEVICE: &str = "urn:x:Device";

/// A definition file: devices with these attributes and indexes.
fn devices(attributes: &Value, indexes: &[&str]) -> Value {
    json!([
        {"id": DEVICE, "name": "Device", "attributes": attributes},
        {"name": "Device", "endpoint": "/Devices", "schema": DEVICE, "indexes": indexes},
    ])
}

fn attributes() -> Value {
    json!([
        {"name": "serial"},
        {"name": "size", "type": "integer"},
        {"name": "ports", "type": "complex", "multiValued": true,
         "subAttributes": [{"name": "value"}, {"name": "type"}]},
    ])
}

fn with(definitions: &Value) -> impl FnOnce(&mut StoreConfig) {
    let types = types(definitions);
    |config| config.types = types
}

/// How many resources match, and how many of them the document had to decide.
fn found(fixture: &Fixture, tenant: TenantId, kind: Kind, text: &str) -> (i64, usize) {
    let resource_type = fixture.resource_type(kind);
    let predicate = text.parse::<Filter>().unwrap().resolve(resource_type).unwrap();
    let (parts, query, asked) = (part(kind, Some(&predicate)), fresh(), Cell::new(0));
    let view = |loaded: &_| {
        asked.set(asked.get() + 1);
        Ok(render_as(&resource_type.name, loaded))
    };
    let page = fixture.store.tenant(tenant).list(listing(&parts, &query, (0, 10_000)), &view).unwrap();
    (page.total, asked.get())
}

/// Rows of kept values: how many of each attribute.
fn kept(fixture: &Fixture, table: &str) -> Vec<String> {
    let sql = format!(
        "SELECT indexed_path.path || ' ' || count(*) AS t FROM {table}
         JOIN indexed_path ON number = {table}.path GROUP BY number ORDER BY 1"
    );
    let mut database = fixture.database();
    let rows = database.texts(&sql).into_iter().flatten().collect();
    let stray =
        format!("SELECT count(*) AS n FROM {table} WHERE path NOT IN (SELECT number FROM indexed_path)");
    assert_eq!(database.number(&stray), 0, "rows of no attribute");
    rows
}

#[test]
fn an_index_that_is_added_holds_what_was_there_before() {
    let fixture = Fixture::with(with(&devices(&attributes(), &[])));
    let (acme, other, device) = (fixture.acme, fixture.tenant("other"), fixture.kind("Device"));
    // Twice what is read at a time, and some more.
    let count = 1030;
    for tenant in [acme, other] {
        fixture
            .write(move |tx| {
                (0..count).try_for_each(|n| {
                    let ports = json!([{"value": format!("P{}", n % 10), "type": "USB"}, {"type": "power"}]);
                    let attributes = json!({"serial": format!("S{n}"), "size": n % 7, "ports": ports});
                    tx.tenant(tenant).insert(device, &document(attributes)).map(drop)
                })
            })
            .unwrap();
    }
    let filters = [
        ("serial eq \"s1029\"", 1),
        ("size ge 6", 147),
        ("ports[value eq \"p3\" and type eq \"usb\"]", 103),
        ("not (ports.value eq \"p3\")", 927),
        ("ports[not (value pr)]", 1030),
    ];
    let all = |fixture: &Fixture, decided: bool| {
        for (filter, expected) in filters {
            for tenant in [acme, other] {
                let (total, asked) = found(fixture, tenant, device, filter);
                assert_eq!((total, asked == 0), (expected, decided), "{filter}");
            }
        }
    };
    all(&fixture, false);
    assert!(kept(&fixture, "attr_ix").is_empty());
    let fixture = fixture.reopen(with(&devices(&attributes(), &["ports", "size", "serial"])));
    all(&fixture, true);
    assert_eq!(kept(&fixture, "attr_ix"), ["ports.value 4120", "serial 2060", "size 2060"]);
    // What is there stays as it is when another comes or goes.
    let numbers = |fixture: &Fixture| {
        let sql = "SELECT number || ' ' || path AS t FROM indexed_path WHERE rtype = 3 ORDER BY path";
        fixture.database().texts(sql)
    };
    let before = numbers(&fixture);
    let fixture = fixture.reopen(with(&devices(&attributes(), &["serial", "ports"])));
    assert_eq!(numbers(&fixture), [before[0].clone(), before[1].clone()]);
    assert_eq!(kept(&fixture, "attr_ix"), ["ports.value 4120", "serial 2060"]);
    let decided = |filter| found(&fixture, acme, device, filter).1 == 0;
    assert!(decided("serial eq \"s1\"") && !decided("size ge 6"));
    let fixture = fixture.reopen(with(&devices(&attributes(), &[])));
    all(&fixture, false);
    assert!(kept(&fixture, "attr_ix").is_empty());
}

#[test]
fn what_is_written_in_another_form_is_written_anew() {
    let forms = [
        // Without case, by case, and with a type beside it.
        (json!({"name": "port"}), vec![("port eq \"ANN\"", 2), ("port eq \"ann\"", 2)]),
        (json!({"name": "port", "caseExact": true}), vec![("port eq \"ANN\"", 1), ("port sw \"an\"", 1)]),
        (json!({"name": "port", "multiValued": true}), vec![("port[value eq \"ann\"]", 2), ("port pr", 2)]),
        (json!({"name": "port", "type": "reference"}), vec![("port eq \"ANN\"", 1), ("port gt \"a\"", 1)]),
    ];
    let definitions = |n: usize| devices(&json!([forms[n].0]), &["port"]);
    let mut fixture = Fixture::with(with(&definitions(0)));
    let device = fixture.kind("Device");
    for port in ["ANN", "ann"] {
        fixture.add(device, document(json!({"port": port}))).unwrap();
    }
    for n in [0, 1, 0, 2, 1, 3, 2, 0, 3, 1] {
        fixture = fixture.reopen(with(&definitions(n)));
        for (filter, expected) in &forms[n].1 {
            assert_eq!(found(&fixture, fixture.acme, device, filter), (*expected, 0), "{filter}");
        }
        assert_eq!(kept(&fixture, "attr_ix"), ["port 2"]);
    }
}

#[test]
fn a_complex_attribute_gets_and_loses_its_type() {
    let ports = |parts: Value| json!([{"name": "ports", "type": "complex", "multiValued": true, "subAttributes": parts}]);
    let plain = devices(&ports(json!([{"name": "value"}, {"name": "label"}])), &["ports"]);
    let labelled = devices(&ports(json!([{"name": "value"}, {"name": "type"}])), &["ports"]);
    let fixture = Fixture::with(with(&labelled));
    let device = fixture.kind("Device");
    fixture.add(device, document(json!({"ports": [{"value": "p", "type": "USB"}]}))).unwrap();
    let filter = "ports[value eq \"p\" and type eq \"usb\"]";
    let acme = fixture.acme;
    assert_eq!(found(&fixture, acme, device, filter), (1, 0));
    let fixture = fixture.reopen(with(&plain));
    assert_eq!(found(&fixture, acme, device, "ports.value eq \"p\""), (1, 0));
    assert_eq!(fixture.database().count("attr_ix WHERE sub <> ''"), 0);
    let fixture = fixture.reopen(with(&labelled));
    assert_eq!(found(&fixture, acme, device, filter), (1, 0));
}

#[test]
fn a_type_that_an_index_cannot_hold_is_decided_by_the_document() {
    // A type by case; a list of types; a type of another kind.
    for (ref part, value, matches, others) in [
        (json!({"name": "type", "caseExact": true}), json!("Work"), "\"Work\"", "\"work\""),
        (json!({"name": "type", "multiValued": true}), json!(["x", "Work"]), "\"work\"", "\"w\""),
        (json!({"name": "type", "type": "integer"}), json!(5), "5", "6"),
        (json!({"name": "type", "type": "reference"}), json!("Work"), "\"Work\"", "\"work\""),
    ] {
        let ports = json!([{"name": "ports", "type": "complex", "multiValued": true,
                            "subAttributes": [{"name": "value"}, part]}]);
        let fixture = Fixture::with(with(&devices(&ports, &["ports"])));
        let (acme, device) = (fixture.acme, fixture.kind("Device"));
        fixture
            .add(device, document(json!({"ports": [{"value": "p", "type": value}, {"value": "q"}]})))
            .unwrap();
        for (operand, expected) in [(matches, 1), (others, 0)] {
            for filter in [
                format!("ports.type eq {operand}"),
                format!("ports[type eq {operand}]"),
                format!("ports[value eq \"p\" and type eq {operand}]"),
                format!("ports[not (type eq {operand}) and value eq \"p\"]"),
                format!("ports[value eq \"q\" and type eq {operand}]"),
                format!("not (ports.type eq {operand})"),
            ] {
                let expected = match (filter.contains("not"), filter.contains("\"q\"")) {
                    (false, true) => 0,
                    (true, _) => 1 - expected,
                    _ => expected,
                };
                assert_eq!(found(&fixture, acme, device, &filter).0, expected, "{filter} {part}");
            }
        }
        assert_eq!(found(&fixture, acme, device, "ports.type pr").0, 1, "{part}");
        assert_eq!(found(&fixture, acme, device, "ports[value eq \"q\" and type pr]").0, 0, "{part}");
        // The value is indexed all the same.
        assert_eq!(found(&fixture, acme, device, "ports.value eq \"P\""), (1, 0), "{part}");
    }
}

/// Devices whose serial is unique, by case or not.
fn unique(case_exact: bool) -> Value {
    devices(
        &json!([{"name": "serial", "uniqueness": "server", "caseExact": case_exact}, {"name": "size", "type": "integer"}]),
        &["size"],
    )
}

/// Opens a closed store, which is refused, and tells the type, the attribute and the two that clash.
fn refusal(config: &StoreConfig, definitions: &Value) -> (String, String, [ResourceId; 2]) {
    let mut config = config.clone();
    with(definitions)(&mut config);
    let error = Store::open(&config, |_, _| Recorder(Seen::default())).err().unwrap();
    let message = error.to_string();
    match error {
        OpenError::Duplicate { resource_type, attribute, ids } => {
            for part in [&resource_type, &attribute, &ids[0].to_string(), &ids[1].to_string()] {
                assert!(message.contains(part), "{message}");
            }
            (resource_type, attribute, ids)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_attribute_cannot_become_unique_while_two_have_one_value() {
    let plain = devices(&json!([{"name": "serial"}, {"name": "size", "type": "integer"}]), &[]);
    let fixture = Fixture::with(with(&plain));
    let (acme, other, device) = (fixture.acme, fixture.tenant("other"), fixture.kind("Device"));
    let add = |serial: &str| fixture.add(device, document(json!({"serial": serial, "size": 1}))).unwrap();
    let (first, _, second) = (add("Straße"), add("x"), add("STRASSE"));
    fixture.add(device, document(json!({"size": 2}))).unwrap();
    // Another tenant's value is its own.
    let theirs = document(json!({"serial": "x"}));
    fixture.write(move |tx| tx.tenant(other).insert(device, &theirs)).unwrap();
    let before = fixture.database().texts("SELECT hex(id) || doc AS t FROM resource ORDER BY 1");

    let Fixture { store, seen, config, directory, .. } = fixture;
    drop(store);
    let expected = ("Device".to_owned(), "serial".to_owned(), [first.id, second.id]);
    for _ in 0..2 {
        assert_eq!(refusal(&config, &unique(false)), expected);
        let mut database = Database::open(&config);
        for table in ["indexed_path WHERE rtype = 3", "unique_value", "attr_ix"] {
            assert_eq!(database.count(table), 0, "what was begun is undone");
        }
    }
    // As it was, it opens and has lost nothing; by case, the two differ.
    let reopened = Store::open(&config, |_, _| Recorder(Seen::clone(&seen))).unwrap();
    let fixture = Fixture { store: reopened, acme, seen, config, directory };
    assert_eq!(fixture.database().texts("SELECT hex(id) || doc AS t FROM resource ORDER BY 1"), before);
    let fixture = fixture.reopen(with(&unique(true)));
    assert_eq!(kept(&fixture, "unique_value"), ["serial 4"]);
    let taken = fixture.add(device, document(json!({"serial": "STRASSE"})));
    assert!(matches!(taken, Err(StoreError::Taken { id, .. }) if id == second.id));
    // Values in another form are compared anew.
    let Fixture { store, seen, config, directory, .. } = fixture;
    drop(store);
    assert_eq!(refusal(&config, &unique(false)), expected);
    let reopened = Store::open(&config, |_, _| Recorder(Seen::clone(&seen))).unwrap();
    let fixture = Fixture { store: reopened, acme, seen, config, directory };
    fixture.delete(device, second.id).unwrap();
    let fixture = fixture.reopen(with(&unique(false)));
    assert_eq!(kept(&fixture, "unique_value"), ["serial 3"]);
    let taken = fixture.add(device, document(json!({"serial": "strasse"})));
    assert!(matches!(taken, Err(StoreError::Taken { id, .. }) if id == first.id));
    // Without uniqueness, nothing is held.
    let fixture = fixture.reopen(with(&plain));
    assert_eq!(fixture.database().count("unique_value"), 0);
    fixture.add(device, document(json!({"serial": "strasse"}))).unwrap();
}

#[test]
fn the_duplicate_of_an_extension_is_named_by_its_urn() {
    let staff = |uniqueness: &str| {
        json!([
            {"id": "urn:x:Staff", "name": "Staff", "attributes": [{"name": "badge", "uniqueness": uniqueness}]},
            {"name": "User", "schemaExtensions": [{"schema": "urn:x:Staff"}]},
        ])
    };
    let fixture = Fixture::with(with(&staff("none")));
    let ids = ["ann", "ben"].map(|name| {
        let attributes = json!({"userName": name, "urn:x:Staff": {"badge": "7"}});
        fixture.add(Kind::User, document(attributes)).unwrap().id
    });
    let Fixture { store, config, directory, .. } = fixture;
    drop(store);
    let expected = ("User".to_owned(), "urn:x:Staff:badge".to_owned(), ids);
    for _ in 0..2 {
        assert_eq!(refusal(&config, &staff("server")), expected);
    }
    drop(directory);
}

/// A definition file of one type with one attribute, which is indexed.
fn one_type(name: &str) -> Value {
    let urn = format!("urn:x:{name}");
    json!([
        {"id": urn, "name": name, "attributes": [{"name": "serial", "uniqueness": "server"}]},
        {"name": name, "endpoint": format!("/{name}s"), "schema": urn, "indexes": ["serial"]},
    ])
}

fn several_types(names: &[&str]) -> Value {
    names.iter().flat_map(|name| one_type(name).as_array().unwrap().clone()).collect()
}

#[test]
fn types_keep_their_numbers_and_resources_whatever_else_is_defined() {
    let mut fixture = Fixture::with(with(&one_type("Door")));
    let door = fixture.kind("Door");
    assert_eq!(door.number(), 3);
    let made = fixture.add(door, document(json!({"serial": "s"}))).unwrap();
    let mut known = vec![("Door", 3)];
    for names in
        [vec!["Cat"], vec!["Cat", "Door"], vec![], vec!["Ant", "Door"], vec!["Ant", "Bee", "Cat", "Door"]]
    {
        fixture = fixture.reopen(with(&several_types(&names)));
        for name in names {
            let number = fixture.kind(name).number();
            match known.iter().find(|(known, _)| *known == name) {
                Some((_, before)) => assert_eq!(number, *before, "{name}"),
                None => {
                    assert!(
                        known.iter().all(|(_, taken)| *taken != number),
                        "{name} got the number of another"
                    );
                    known.push((name, number));
                }
            }
        }
        if fixture.store.types().iter().any(|stored| stored.resource_type.name == "Door") {
            assert_eq!(fixture.kind("Door"), door);
            assert_eq!(fixture.find(door, made.id).as_ref(), Some(&made));
            assert_eq!(found(&fixture, fixture.acme, door, "serial eq \"S\""), (1, 0));
            let taken = fixture.add(door, document(json!({"serial": "S"})));
            assert!(matches!(taken, Err(StoreError::Taken { id, .. }) if id == made.id));
        } else {
            // A type that is not defined cannot be written or listed, though its number is known.
            let acme = fixture.acme;
            let refused =
                fixture.write(move |tx| tx.tenant(acme).insert(door, &document(json!({"serial": "t"}))));
            assert!(matches!(refused, Err(StoreError::Damaged(_))), "{refused:?}");
        }
    }
    assert_eq!(known, [("Door", 3), ("Cat", 4), ("Ant", 5), ("Bee", 6)]);
}

#[test]
fn an_index_is_right_though_its_type_was_away_and_came_back_in_another_form() {
    let cat = |case_exact: bool| {
        json!([
            {"id": "urn:x:Cat", "name": "Cat", "attributes": [{"name": "name", "caseExact": case_exact}]},
            {"name": "Cat", "endpoint": "/Cats", "schema": "urn:x:Cat", "indexes": ["name"]},
        ])
    };
    let fixture = Fixture::with(with(&cat(false)));
    let kind = fixture.kind("Cat");
    fixture.add(kind, document(json!({"name": "Tom"}))).unwrap();
    // The number of its index may be given to another meanwhile.
    let fixture = fixture.reopen(with(&one_type("Door")));
    fixture.add(fixture.kind("Door"), document(json!({"serial": "tom"}))).unwrap();
    let fixture = fixture.reopen(with(&cat(true)));
    assert_eq!(found(&fixture, fixture.acme, kind, "name eq \"Tom\""), (1, 0));
    assert_eq!(found(&fixture, fixture.acme, kind, "name eq \"tom\""), (0, 0));
    let fixture = fixture.reopen(with(&several_types(&["Door"])));
    assert_eq!(found(&fixture, fixture.acme, fixture.kind("Door"), "serial eq \"TOM\""), (1, 0));
    kept(&fixture, "attr_ix");
}
