//! What reaches the database: statements that end in diesel's cache, and the indexes that they use.

use crate::filters::{list, predicate};
use crate::support::{Database, Fixture, Recorder, Seen, document, group, texts, user};
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use scim_store_diesel::{Kind, MemberWrite, Relations, Store, StoreError, Tx};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Once;

/// The statements that one thread sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// All of them, in order.
    pub(crate) all: Vec<String>,
    /// Those that went into the statement cache of a connection.
    pub(crate) cached: BTreeSet<String>,
}

thread_local! {
    static WATCHED: RefCell<Option<Sent>> = const { RefCell::new(None) };
}

/// Lets [`watched`] see the statements of every connection that is opened from now on.
pub(crate) fn observe() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(note) as Box<dyn Instrumentation>)).unwrap();
    });
}

fn note(event: InstrumentationEvent<'_>) {
    WATCHED.with_borrow_mut(|sent| match (sent, event) {
        (Some(sent), InstrumentationEvent::StartQuery { query, .. }) => {
            let text = query.to_string();
            sent.all.push(text.split(" -- binds:").next().unwrap_or_default().to_owned());
        }
        (Some(sent), InstrumentationEvent::CacheQuery { sql, .. }) => {
            sent.cached.insert(sql.to_owned());
        }
        _ => {}
    });
}

/// The statements that `work` sends from the thread that it runs on.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> (T, Sent) {
    WATCHED.set(Some(Sent::default()));
    let result = work();
    (result, WATCHED.take().unwrap_or_default())
}

#[test]
fn filters_never_fill_the_statement_cache() {
    let fixture = Fixture::with(|config| config.readers = 1);
    let ann = fixture.add_user("ann");
    let staff = fixture.add_group("staff");
    fixture.change(staff.id, vec![MemberWrite::Add(texts(&[ann.id]))]).unwrap();
    let ask = |text: &str| {
        let predicate = predicate(Kind::User, text);
        list(&fixture, fixture.acme, Kind::User, Some(&predicate), (0, 10));
    };
    let (_, sent) = watched(|| ask(r#"userName eq "ann""#));
    assert!(!sent.cached.is_empty(), "the statements that are always the same are kept");
    // Shapes that SQL decides alone, and shapes that it only narrows.
    let decided = ["displayName", "externalId", "userName", "emails", "id", "name.familyName", "groups"];
    let narrowed = ["displayName", "externalId", "title", "emails", "id", "name.familyName", "groups"];
    let mut cached = BTreeSet::new();
    for columns in [decided, narrowed] {
        let (_, sent) = watched(|| {
            for shape in 0..300 {
                let terms = columns.iter().enumerate().map(|(bit, column)| {
                    let word = if shape >> bit & 1 == 0 { "and" } else { "or" };
                    format!("{word} {column} eq \"{shape}\"")
                });
                let terms = terms.collect::<Vec<_>>().join(" ");
                let not = if shape < 150 { "not " } else { "" };
                ask(&format!("{not}(active eq false {terms})"));
            }
        });
        let shapes: BTreeSet<_> = sent.all.iter().filter(|sql| sql.contains("display_key")).collect();
        assert!(shapes.len() > 100, "only {} shapes reached the database", shapes.len());
        cached.extend(sent.cached);
    }
    // A list can be one page, or be found by its matches; all must stay out.
    fixture.add_user("ben");
    let (_, sent) = watched(|| {
        for (offset, limit) in [(0, 1), (1, 1), (0, 0)] {
            for text in ["displayName eq \"ann\" or not (id eq \"x\")", "title pr or id pr", "not (title pr)"]
            {
                let predicate = predicate(Kind::User, text);
                list(&fixture, fixture.acme, Kind::User, Some(&predicate), (offset, limit));
            }
        }
    });
    cached.extend(sent.cached);
    // What is kept is what is always the same: rows by their ids, relations, and the revision.
    assert!(cached.len() <= 5, "{cached:#?}");
    assert!(
        cached.iter().all(|sql| !sql.contains("_key") && !sql.contains(" OR ") && !sql.contains("NOT")),
        "{cached:#?}"
    );
}

/// The plans of the statements about `table`, each in one line.
fn plans(fixture: &Fixture, sent: &Sent, table: &str) -> Vec<String> {
    let mut database = fixture.database();
    let about = |sql: &&String| sql.contains(&format!("`{table}`")) && !sql.starts_with("INSERT");
    sent.all.iter().filter(about).map(|sql| database.plan(sql).join("; ")).collect()
}

#[test]
fn every_filter_with_an_index_uses_it() {
    let fixture = Fixture::new();
    let id = fixture.add_user("ann").id;
    for (kind, filter, index) in [
        (Kind::User, None, "sqlite_autoindex_resource_1 (tenant=? AND rtype=? AND id>?)"),
        (Kind::User, Some("title pr".to_owned()), "sqlite_autoindex_resource_1 (tenant=? AND rtype=?)"),
        (Kind::User, Some("userName eq \"x\"".to_owned()), "resource_uniq"),
        (Kind::User, Some("userName eq \"x\" and title pr".to_owned()), "resource_uniq"),
        (Kind::User, Some("externalId eq \"x\"".to_owned()), "resource_external"),
        (
            Kind::User,
            Some("externalId sw \"x\"".to_owned()),
            "(tenant=? AND rtype=? AND external_id>? AND external_id<?)",
        ),
        (
            Kind::User,
            Some("userName sw \"x\"".to_owned()),
            "(tenant=? AND rtype=? AND uniq_key>? AND uniq_key<?)",
        ),
        (
            Kind::User,
            Some("meta.lastModified gt \"2026-01-01T00:00:00Z\"".to_owned()),
            "resource_modified (tenant=? AND rtype=? AND modified_ms>?)",
        ),
        (
            Kind::User,
            Some("emails sw \"x\"".to_owned()),
            "attr_ix USING PRIMARY KEY (tenant=? AND rtype=? AND path=? AND val>? AND val<?)",
        ),
        (Kind::User, Some("displayName eq \"x\"".to_owned()), "resource_display"),
        (
            Kind::User,
            Some(format!("id eq \"{id}\"")),
            "sqlite_autoindex_resource_1 (tenant=? AND rtype=? AND id=?)",
        ),
        (
            Kind::User,
            Some("emails eq \"x\"".to_owned()),
            "attr_ix USING PRIMARY KEY (tenant=? AND rtype=? AND path=? AND val=?)",
        ),
        (
            Kind::User,
            Some("emails[type eq \"work\" and value eq \"x\"]".to_owned()),
            "attr_ix USING PRIMARY KEY (tenant=? AND rtype=? AND path=? AND val=? AND sub=?)",
        ),
        (
            Kind::User,
            Some(format!("groups eq \"{id}\"")),
            "member USING PRIMARY KEY (tenant=? AND group_id=?)",
        ),
        (Kind::Group, Some(format!("members eq \"{id}\"")), "member_reverse (tenant=? AND member_id=?)"),
        (
            Kind::Group,
            Some(format!("members[value eq \"{id}\"]")),
            "member_reverse (tenant=? AND member_id=?)",
        ),
        // Each arm of an `or` by its own index.
        (Kind::User, Some("userName eq \"x\" or externalId eq \"y\"".to_owned()), "resource_external"),
        (Kind::User, Some("userName eq \"x\" or externalId eq \"y\"".to_owned()), "resource_uniq"),
        (Kind::User, Some(format!("id eq \"{id}\" or emails eq \"x\"")), "MULTI-INDEX OR"),
    ] {
        let predicate = filter.as_deref().map(|text| predicate(kind, text));
        let (_, sent) = watched(|| list(&fixture, fixture.acme, kind, predicate.as_ref(), (0, 1)));
        let plans = plans(&fixture, &sent, "resource");
        assert!(!plans.is_empty());
        let whole_kind = filter.as_deref().is_none_or(|f| f == "title pr");
        for plan in plans.iter().filter(|plan| {
            !plan.contains(
                "member USING COVERING INDEX member_reverse (tenant=? AND member_id=?); SEARCH resource",
            )
        }) {
            assert!(plan.contains(index), "{filter:?} does not use {index}: {plan}");
            assert!(!plan.contains("SCAN"), "{filter:?}: {plan}");
            // Nothing walks through the tenant but what must.
            assert!(whole_kind || !plan.contains("(tenant=? AND rtype=?)"), "{filter:?}: {plan}");
        }
    }
}

#[test]
fn every_other_statement_goes_by_a_key() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let work = move |tx: &mut Tx<'_>| {
        let emails = |value: &str| document(json!({"userName": "ann", "emails": [{"value": value}]}));
        let mut tenant = tx.tenant(acme);
        let ann = tenant.insert(Kind::User, &emails("a"))?;
        let ann = tenant.update(Kind::User, &ann, &emails("b"))?;
        assert!(matches!(tenant.insert(Kind::User, &user("ANN")), Err(StoreError::Taken { .. })));
        tenant.user_named("ann")?;
        let mut staff = tenant.insert(Kind::Group, &group("staff"))?;
        let ids = texts(&[ann.id]);
        let writes = [MemberWrite::Add(ids.clone()), MemberWrite::Replace(Vec::new()), MemberWrite::Add(ids)];
        tenant.change_members(&mut staff, &writes, false)?;
        tenant.complete(Kind::Group, staff.clone(), Relations { members: true, groups: false })?;
        tenant.delete(Kind::User, ann.id)?;
        tenant.delete(Kind::Group, staff.id)?;
        tenant.put_settings(true, "{}")?;
        tenant.put_policy("{}")?;
        tenant.put_policy("{}")?;
        tenant.prune_log(1, 500)?;
        tenant.prune_counts(1, 500)?;
        assert!(tenant.remove_key(ann.id).is_err() && tenant.revoke_token("x").is_err());
        tx.touch_tokens(&[("x".to_owned(), 1)])
    };
    let (done, written) = fixture.write(move |tx| Ok(watched(|| work(tx)))).unwrap();
    done.unwrap();
    let (_, read) = watched(|| {
        let tenant = fixture.store.tenant(acme);
        tenant.log_tail(5).unwrap();
        tenant.log_after(0).unwrap();
        tenant.read_counts((0, ""), 1000).unwrap();
        tenant.tokens().unwrap();
        tenant.keys().unwrap();
        tenant.policy().unwrap();
        fixture.store.token("x").unwrap();
        fixture.store.tenant_named("acme").unwrap();
    });
    let mut database = fixture.database();
    let statements = written.all.iter().chain(&read.all);
    let statements: BTreeSet<_> = statements.filter(|sql| !sql.starts_with("INSERT")).collect();
    assert!(statements.len() > 25, "only {} statements", statements.len());
    for sql in statements {
        let plan = database.plan(sql).join("; ");
        assert!(!plan.contains("SCAN") && !plan.contains("B-TREE"), "{sql}: {plan}");
        let shallow = ["(tenant=?)", "(tenant=? AND rtype=?)"];
        let whole_tenant = shallow.iter().any(|keys| plan.ends_with(keys));
        let small = ["`token`", "`api_key`", "`policy`", "`provisioning_log`", "`tenant_seq`"];
        assert!(!whole_tenant || small.iter().any(|table| sql.contains(table)), "{sql}: {plan}");
    }
}

#[test]
fn the_state_of_a_tenant_is_read_in_the_order_of_a_key() {
    let fixture = Fixture::new();
    let ann = fixture.add_user("ann");
    let staff = fixture.add_group("staff");
    fixture.change(staff.id, vec![MemberWrite::Add(texts(&[ann.id]))]).unwrap();
    let Fixture { store, acme, config, directory, .. } = fixture;
    drop(store);
    let (mut sent, mut state) = (Sent::default(), None);
    let reopened = Store::open(&config, |states, reader| {
        let (read, statements) = watched(|| reader.read(acme).unwrap());
        assert_eq!(states, std::slice::from_ref(&read));
        (sent, state) = (statements, Some(read));
        Recorder(Seen::default())
    })
    .unwrap();
    assert_eq!(state.unwrap().changes.len(), 4);
    let mut database = Database::open(&config);
    for sql in sent.all.iter().filter(|sql| sql.starts_with("SELECT")) {
        let plan = database.plan(sql).join("; ");
        assert!(!plan.contains("SCAN") && !plan.contains("B-TREE"), "{sql}: {plan}");
    }
    drop(reopened);
    drop(directory);
}
