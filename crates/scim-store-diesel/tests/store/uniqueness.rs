//! userName and a group's displayName are unique in a tenant, whatever their case.

use crate::support::{Fixture, document, user};
use scim_store_diesel::{Kind, StoreError};
use serde_json::json;

#[test]
fn names_that_fold_alike_are_the_same_name() {
    for (held, wanted) in [
        ("ann@contoso.test", "ANN@Contoso.Test"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("caf\u{e9}", "CAFE\u{301}"),
        ("a\u{0}b", "A\u{0}B"),
    ] {
        for kind in Kind::MEMBERS {
            let fixture = Fixture::new();
            let named = |name: &str| match kind {
                Kind::User => user(name),
                Kind::Group | Kind::Other(_) => crate::support::group(name),
            };
            let holder = fixture.add(kind, named(held)).unwrap();
            let attribute = if kind == Kind::User { "userName" } else { "displayName" };
            match fixture.add(kind, named(wanted)) {
                Err(StoreError::Taken { attribute: found, kind: of, id }) => {
                    assert_eq!((found.as_str(), of, id), (attribute, kind, holder.id), "{wanted}");
                }
                other => panic!("{wanted}: {other:?}"),
            }
            assert_eq!(fixture.find(kind, holder.id), Some(holder));
        }
    }
}

#[test]
fn names_that_fold_differently_are_two_names() {
    let fixture = Fixture::new();
    for name in ["ann", "änn", "ann ", "a\u{0}", "a\u{0}b", "a", "ａnn"] {
        fixture.add_user(name);
    }
    // A user and a group do not compete for a name.
    fixture.add_group("ann");
}

#[test]
fn a_user_may_change_the_case_of_its_own_name() {
    let fixture = Fixture::new();
    let (acme, ann) = (fixture.acme, fixture.add_user("ann"));
    let id = ann.id;
    let changed = fixture.write(move |tx| tx.tenant(acme).update(Kind::User, &ann, &user("Ann"))).unwrap();
    assert_eq!((changed.name.as_str(), changed.version), ("Ann", 2));
    let found = fixture.write(move |tx| tx.tenant(acme).user_named("ANN")).unwrap();
    assert_eq!(found.id, id);
}

#[test]
fn an_update_cannot_take_a_name_either() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let (ann, ben) = (fixture.add_user("ann"), fixture.add_user("ben"));
    let old = ben.clone();
    let refused = fixture.write(move |tx| {
        let changed = document(json!({"userName": "ANN", "emails": [{"value": "new@x.test"}]}));
        tx.tenant(acme).update(Kind::User, &old, &changed)
    });
    assert!(
        matches!(refused, Err(StoreError::Taken { attribute, id, .. }) if attribute == "userName" && id == ann.id)
    );
    assert_eq!(fixture.find(Kind::User, ben.id), Some(ben));
    assert_eq!(fixture.database().count("attr_ix"), 0);
}

#[test]
fn a_deleted_users_name_is_free_again_and_a_tombstone_stays() {
    let fixture = Fixture::new();
    let first = fixture.add(
        Kind::User,
        document(json!({"userName": "ann", "emails": [{"value": "a@x.test", "type": "work"}]})),
    );
    let first = first.unwrap();
    fixture.delete(Kind::User, first.id).unwrap();
    assert_eq!(fixture.find(Kind::User, first.id), None);
    let mut database = fixture.database();
    assert_eq!(database.count("attr_ix"), 0);
    let sql = "SELECT name || '/' || version || '/' || lower(hex(id)) AS t FROM tombstone WHERE rtype = 1";
    let expected = format!("ann/1/{}", first.id.uuid().simple());
    assert_eq!(database.texts(sql), [Some(expected)]);
    let second = fixture.add_user("ANN");
    assert_ne!(first.id, second.id);
    assert!(matches!(fixture.delete(Kind::User, first.id), Err(StoreError::NotFound)));
    // Both lives of the name leave a tombstone.
    fixture.delete(Kind::User, second.id).unwrap();
    assert_eq!(database.count("tombstone"), 2);
}

#[test]
fn two_tenants_may_use_one_name() {
    let fixture = Fixture::new();
    let other = fixture.tenant("other");
    let ours = fixture.add_user("ann");
    let theirs = fixture.write(move |tx| tx.tenant(other).insert(Kind::User, &user("ann"))).unwrap();
    assert_ne!(ours.id, theirs.id);
    let acme = fixture.acme;
    let found = fixture
        .write(move |tx| Ok((tx.tenant(acme).user_named("ann")?.id, tx.tenant(other).user_named("Ann")?.id)));
    assert_eq!(found.unwrap(), (ours.id, theirs.id));
}

#[test]
fn two_tenants_cannot_share_a_name() {
    let fixture = Fixture::new();
    let refused = fixture.write(|tx| tx.create_tenant("acme", "{}", 1));
    assert!(matches!(refused, Err(StoreError::TenantExists(name)) if name == "acme"));
    assert!(matches!(fixture.store.tenant_named("nobody"), Err(StoreError::NotFound)));
    assert_eq!(fixture.store.tenant_named("acme").unwrap().id, fixture.acme);
}
