//! A database of an earlier version is brought up to date.

use crate::support::{Database, Fixture, Recorder, Seen, document, texts, user};
use scim_store_diesel::{Kind, LogFilter, LogOrder, MemberWrite, Store, StoreConfig, StoreError};
use serde_json::json;

/// What the first version made.
const EARLIER: [(&str, &str); 2] = [
    ("20261124000001", include_str!("../../migrations/sqlite/2026-11-24-000001_initial/up.sql")),
    ("20261124000002", include_str!("../../migrations/sqlite/2026-11-24-000002_statistics/up.sql")),
];

#[test]
fn a_database_of_an_earlier_version_is_brought_up_to_date() {
    // What a new database has in it, to be taken over into an old one.
    let fixture = Fixture::new();
    let (acme, other) = (fixture.acme, fixture.tenant("other"));
    let emails = json!([{"value": "Ann@X", "type": "Work"}, {"type": "home"}]);
    for (name, more) in [
        ("ann", json!({"emails": emails})),
        ("ben", json!({"active": true})),
        ("cid", json!({"active": false})),
    ] {
        let mut attributes = json!({"userName": name});
        for (key, value) in more.as_object().unwrap() {
            attributes[key] = value.clone();
        }
        let document = document(attributes);
        for tenant in [acme, other] {
            let document = document.clone();
            fixture.write(move |tx| tx.tenant(tenant).insert(Kind::User, &document)).unwrap();
        }
    }
    let staff = fixture.add_group("staff");
    let ben = fixture.write(move |tx| tx.tenant(acme).user_named("ben")).unwrap();
    fixture.change(staff.id, vec![MemberWrite::Add(texts(&[ben.id]))]).unwrap();
    let gone = fixture.add_user("gone");
    fixture.delete(Kind::User, gone.id).unwrap();
    let new = fixture.config.database_path();
    let rows = |database: &mut Database| {
        [
            "SELECT tenant || hex(id) || coalesce(active_given, '-') || active || doc AS t FROM resource ORDER BY 1",
            "SELECT tenant || ' ' || rtype || ' ' || val || ' ' || sub || ' ' || elem || hex(id) AS t FROM attr_ix ORDER BY 1",
            "SELECT tenant || ' ' || rtype || ' ' || total AS t FROM resource_count ORDER BY 1",
            "SELECT number || name AS t FROM resource_type ORDER BY 1",
            "SELECT what || path || form AS t FROM indexed_path ORDER BY 1",
            "SELECT tbl || ' ' || idx || ' ' || stat AS t FROM sqlite_stat1 ORDER BY 1",
            "SELECT sql AS t FROM sqlite_schema WHERE name NOT LIKE '!_!_diesel%' ESCAPE '!' ORDER BY name",
        ]
        .map(|sql| database.texts(sql))
    };
    let expected = rows(&mut fixture.database());

    // An old database with the same tenants and resources, and its own way of keeping e-mails.
    let old = StoreConfig::new(fixture.directory.path().join("old"));
    std::fs::create_dir(&old.data_dir).unwrap();
    let mut database = Database::open(&old);
    database.run("CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)");
    for (version, sql) in EARLIER {
        database.run(sql);
        database.run(&format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"));
    }
    let columns =
        "tenant, rtype, id, name, uniq_key, external_id, display, display_key, family_key, given_key, active,
        version, created_ms, modified_ms, doc";
    database.run(&format!(
        "ATTACH '{}' AS new;
         INSERT INTO tenant SELECT * FROM new.tenant;
         INSERT INTO tenant_seq SELECT * FROM new.tenant_seq;
         INSERT INTO member SELECT * FROM new.member;
         INSERT INTO tombstone SELECT * FROM new.tombstone;
         INSERT INTO meta SELECT * FROM new.meta;
         INSERT INTO resource ({columns}) SELECT {columns} FROM new.resource;
         INSERT INTO attr_ix (tenant, rtype, path, val, sub, id, elem)
             SELECT tenant, rtype, 1, val, sub, id, elem FROM new.attr_ix WHERE val <> '';
         DETACH new",
        new.display()
    ));
    drop(database);

    let store = Store::open(&old, |states, _| {
        assert_eq!(states.len(), 2);
        Recorder(Seen::default())
    });
    let mut migrated = Database::open(&old);
    let found = rows(&mut migrated);
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(migrated.number("SELECT sum(moved) AS n FROM resource_count"), 0);
    // The greatest id is known, so that places are right from the start.
    let wrong = "resource_count AS c WHERE last_id <> (SELECT max(id) FROM resource WHERE tenant = c.tenant AND rtype = c.rtype)";
    assert_eq!(migrated.count(wrong), 0);
    let store = store.unwrap();
    let tenant = store.tenant_named("acme").unwrap().id;
    store
        .write(move |tx| tx.tenant(tenant).insert(Kind::User, &user("dan")))
        .wait()
        .map_err(|e: StoreError| e)
        .unwrap();
    assert_eq!(
        migrated.number(&format!(
            "SELECT total AS n FROM resource_count WHERE rtype = 1 AND tenant = {}",
            tenant.number()
        )),
        4
    );
    drop(store);
    // Opening it again changes nothing.
    let before = rows(&mut migrated);
    drop(Store::open(&old, |_, _| Recorder(Seen::default())).unwrap());
    assert_eq!(rows(&mut migrated), before);
}

#[test]
fn lines_of_the_log_outlive_the_migration_that_names_refused_attributes() {
    let fixture = Fixture::new();
    let acme = fixture.acme.number();
    let mut database = fixture.database();
    // As it was before.
    database.run(include_str!("../../migrations/sqlite/2026-11-24-000004_log/down.sql"));
    database.run("DELETE FROM __diesel_schema_migrations WHERE version = '20261124000004'");
    database.run(&format!(
        "INSERT INTO provisioning_log (tenant, at_ms, request_id, action, status, dialects, ignored, duration_us)
         VALUES ({acme}, 5, 'r5', 'Create user', 201, 'op-case', '', 1)"
    ));
    drop(database);
    let fixture = fixture.reopen(|_| {});
    let all = LogFilter::default();
    let lines = fixture.store.tenant(fixture.acme).log(&all, LogOrder::OldestFirst, None, 9).unwrap().lines;
    let found: Vec<_> = lines.iter().map(|l| (l.line.at_ms, &*l.line.request_id, &*l.line.refused)).collect();
    assert_eq!(found, [(5, "r5", "")]);
}
