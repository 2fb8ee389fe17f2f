//! The change log: a row for each change, in the same transaction, numbered without a gap.

use crate::support::{Fixture, LogRow, document, group, log_line, texts, user};
use scim_store_diesel::{ApiKeyRow, Change, Kind, MemberWrite, ResourceId, Store, StoreError, TokenRow};
use serde_json::{Value, json};

fn key(owner: ResourceId) -> ApiKeyRow {
    ApiKeyRow {
        id: ResourceId::generate(),
        digest: vec![7; 32],
        prefix: "arb_".to_owned(),
        owner,
        label: "laptop".to_owned(),
        enabled: true,
        created_ms: 1,
        expires_ms: None,
    }
}

fn token(accessor: &str) -> TokenRow {
    TokenRow {
        accessor: accessor.to_owned(),
        digest: vec![1; 32],
        label: "Entra".to_owned(),
        scopes: "scim".to_owned(),
        created_ms: 1,
        expires_ms: None,
        revoked_ms: None,
        last_used_ms: None,
    }
}

#[test]
fn every_write_has_its_row() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let ann = fixture.add_user("ann");
    let group = fixture.add_group("staff");
    fixture.change(group.id, vec![MemberWrite::Add(texts(&[ann.id]))]).unwrap();
    let key = key(ann.id);
    let (key_id, old) = (key.id, ann.clone());
    fixture
        .write(move |tx| {
            tx.on_behalf_of(Some("acc".to_owned()), Some("req".to_owned()));
            let mut tenant = tx.tenant(acme);
            tenant.update(
                Kind::User,
                &old,
                &document(json!({"userName": "Ann", "displayName": "Ann", "active": false})),
            )?;
            tenant.insert_key(&key)?;
            tenant.remove_key(key_id)?;
            tenant.put_policy("{}")?;
            tenant.put_settings(false, "{\"a\":1}")?;
            Ok(())
        })
        .unwrap();
    fixture.delete(Kind::User, ann.id).unwrap();
    fixture.delete(Kind::Group, group.id).unwrap();

    let log = fixture.database().log(acme);
    let rows: Vec<_> = log.iter().map(|row| (row.seq, row.kind, row.version)).collect();
    assert_eq!(
        rows,
        [
            (1, 9, 1),  // the tenant
            (2, 1, 1),  // the user
            (3, 3, 1),  // the group
            (4, 5, 2),  // the member
            (5, 1, 2),  // the user's second version
            (6, 7, 1),  // the key
            (7, 8, 2),  // the key is gone
            (8, 10, 1), // the policy
            (9, 9, 2),  // the settings
            (10, 6, 3), // the member is gone
            (11, 2, 3), // the user is gone
            (12, 4, 4), // the group is gone
        ]
    );
    let own: Vec<_> = log.iter().filter(|row| row.actor.is_some()).map(|row| row.seq).collect();
    assert_eq!(own, [5, 6, 7, 8, 9]);
    assert!(log[4].request_id.as_deref() == Some("req") && log[4].actor.as_deref() == Some("acc"));
    // What the observer was told is what the log says.
    let told = fixture.told(acme);
    assert_eq!(told.iter().map(|c| c.changes.len()).sum::<usize>(), log.len());
}

#[test]
fn the_log_keeps_what_stood_there_before() {
    let fixture = Fixture::new();
    let (acme, ann) = (fixture.acme, fixture.add_user("ann"));
    fixture
        .write(move |tx| {
            let changed = document(json!({"userName": "ann2", "active": false}));
            tx.tenant(acme).update(Kind::User, &ann, &changed)?;
            tx.tenant(acme).delete(Kind::User, ann.id)
        })
        .unwrap();
    let details: Vec<Value> = fixture.database().log(acme).iter().map(LogRow::detail).collect();
    assert_eq!(
        details[1..],
        [
            json!({"name": "ann", "active": true}),
            json!({"name": "ann2", "active": false, "before": {"name": "ann", "active": true}}),
            json!({"before": {"name": "ann2", "active": false}}),
        ]
    );
}

#[test]
fn a_refused_request_leaves_no_row_and_no_gap() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    fixture.add_user("ann");
    assert!(matches!(fixture.add(Kind::User, user("ANN")), Err(StoreError::Taken { .. })));
    assert!(matches!(fixture.delete(Kind::Group, ResourceId::generate()), Err(StoreError::NotFound)));
    let late = fixture.write(move |tx| {
        tx.tenant(acme).insert(Kind::Group, &group("staff"))?;
        Err::<(), _>(StoreError::NotFound)
    });
    assert!(late.is_err());
    // A refusal that the request survives leaves no trace either.
    fixture
        .write(move |tx| {
            let mut tenant = tx.tenant(acme);
            assert!(tenant.insert(Kind::User, &user("ann")).is_err());
            tenant.insert(Kind::User, &user("ben"))
        })
        .unwrap();
    let mut database = fixture.database();
    let log = database.log(acme);
    assert_eq!(log.iter().map(|row| (row.seq, row.kind)).collect::<Vec<_>>(), [(1, 9), (2, 1), (3, 1)]);
    assert_eq!(database.number("SELECT seq AS n FROM tenant_seq"), 3);
    assert_eq!(database.count("change_log"), 3);
}

#[test]
fn a_request_over_two_tenants_is_one_transaction() {
    let fixture = Fixture::new();
    let (acme, other) = (fixture.acme, fixture.tenant("other"));
    fixture
        .write(move |tx| {
            for name in ["ann", "ben"] {
                tx.tenant(acme).insert(Kind::User, &user(name))?;
                tx.tenant(other).insert(Kind::User, &user(name))?;
            }
            Ok(())
        })
        .unwrap();
    for tenant in [acme, other] {
        let befores: Vec<_> = fixture.told(tenant).iter().map(|c| c.before).collect();
        assert_eq!(befores, [0, 1, 2]);
    }
    assert_eq!(fixture.seen.lock().unwrap().len(), 3, "two tenants, then both users of both");
}

#[test]
fn tokens_and_the_provisioning_log_are_no_changes() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let line = log_line(1, "r");
    let sent = line.clone();
    fixture
        .write(move |tx| {
            tx.tenant(acme).log(&sent)?;
            tx.tenant(acme).insert_token(&token("acc"))?;
            tx.tenant(acme).revoke_token("acc")
        })
        .unwrap();
    assert_eq!(fixture.database().log(acme).len(), 1);
    assert_eq!(fixture.seen.lock().unwrap().len(), 1);
    let logged = fixture.store.tenant(acme).log_tail(10).unwrap().lines;
    assert_eq!(logged.into_iter().map(|numbered| numbered.line).collect::<Vec<_>>(), [line]);
}

#[test]
fn the_last_use_of_a_token_never_goes_back() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    fixture.write(move |tx| tx.tenant(acme).insert_token(&token("acc"))).unwrap();
    let used = |uses: &[(&str, i64)]| {
        let uses: Vec<_> = uses.iter().map(|(accessor, at)| ((*accessor).to_owned(), *at)).collect();
        fixture.write(move |tx| tx.touch_tokens(&uses)).unwrap();
        fixture.store.tenant(acme).tokens().unwrap()[0].last_used_ms
    };
    assert_eq!(used(&[("nobody", 5), ("acc", 5)]), Some(5));
    assert_eq!(used(&[("acc", 9), ("acc", 7)]), Some(9));
    assert_eq!(used(&[("acc", 8)]), Some(9));
}

/// A clock that each reading sets back.
fn backwards() -> i64 {
    use std::sync::atomic::{AtomicI64, Ordering};
    static NOW: AtomicI64 = AtomicI64::new(1_000_000);
    NOW.fetch_sub(1000, Ordering::Relaxed)
}

#[test]
fn last_modified_never_goes_back() {
    let fixture = Fixture::with(|config| config.clock = backwards);
    let acme = fixture.acme;
    let (ann, ben) = (fixture.add_user("ann"), fixture.add_user("ben"));
    let group = fixture.add_group("staff");
    let modified = || fixture.find(Kind::Group, group.id).unwrap().modified_ms;
    fixture.change(group.id, vec![MemberWrite::Add(texts(&[ann.id, ben.id]))]).unwrap();
    assert_eq!(modified(), group.modified_ms, "adding");
    fixture.delete(Kind::User, ann.id).unwrap();
    assert_eq!(modified(), group.modified_ms, "deleting a member");
    let old = ben.clone();
    let updated = fixture.write(move |tx| tx.tenant(acme).update(Kind::User, &old, &user("Ben"))).unwrap();
    assert_eq!(updated.modified_ms, ben.modified_ms, "updating");
    assert_eq!(fixture.find(Kind::User, ben.id), Some(updated));
    fixture.delete(Kind::User, ben.id).unwrap();
    let odd = "SELECT count(*) AS n FROM tombstone WHERE deleted_ms < created_ms";
    assert_eq!(fixture.database().number(odd), 0);
}

#[test]
fn the_state_after_reopening_is_the_state_that_the_changes_lead_to() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let (ann, ben) = (fixture.add_user("ann"), fixture.add_user("ben"));
    let (staff, all) = (fixture.add_group("staff"), fixture.add_group("all"));
    fixture.change(staff.id, vec![MemberWrite::Add(texts(&[ann.id, ben.id]))]).unwrap();
    fixture.change(all.id, vec![MemberWrite::Add(texts(&[staff.id]))]).unwrap();
    let key = key(ann.id);
    let (id, owner) = (key.id, key.owner);
    fixture
        .write(move |tx| {
            tx.tenant(acme).insert_key(&key)?;
            tx.tenant(acme).put_policy("{\"v\":1}")?;
            tx.tenant(acme).put_policy("{\"v\":2}")
        })
        .unwrap();
    let Fixture { store, config, directory, .. } = fixture;
    drop(store);
    let mut found = Vec::new();
    let reopened = Store::open(&config, |states, reader| {
        assert_eq!(reader.read(acme).unwrap(), states[0], "both ways to the state agree");
        found = states;
        crate::support::Recorder(Default::default())
    })
    .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].tenant, found[0].epoch, found[0].seq), (acme, 7, 10));
    assert_eq!(
        found[0].changes,
        [
            Change::TenantPut { enabled: true, settings: "{}".to_owned() },
            Change::UserPut { id: ann.id, name: "ann".to_owned(), active: true },
            Change::UserPut { id: ben.id, name: "ben".to_owned(), active: true },
            Change::GroupPut { id: staff.id, name: "staff".to_owned() },
            Change::GroupPut { id: all.id, name: "all".to_owned() },
            Change::MembersAdd { group: staff.id, members: vec![(Kind::User, ann.id), (Kind::User, ben.id)] },
            Change::MembersAdd { group: all.id, members: vec![(Kind::Group, staff.id)] },
            Change::KeyPut { id, digest: [7; 32], owner, enabled: true, expires_ms: None },
            Change::PolicyPut { version: 2, doc: "{\"v\":2}".to_owned() },
        ]
    );
    drop(reopened);
    drop(directory);
}
