//! One tenant cannot reach another's rows, by whatever id.

use crate::support::{Fixture, group, log_line, texts, user};
use scim_store_diesel::{
    ApiKeyRow, Kind, LogFilter, LogOrder, MemberWrite, ReadCount, Relations, ResourceId, StoreError,
    StoredResource, TenantStore, TokenRow,
};

const BOTH: Relations = Relations { members: true, groups: true };

/// A tenant with a user in a group, a key, a token, a policy and a line in the log; and another.
struct World {
    fixture: Fixture,
    other: scim_store_diesel::TenantId,
    ann: StoredResource,
    staff: StoredResource,
    key: ResourceId,
}

impl World {
    fn new() -> Self {
        let fixture = Fixture::new();
        let (acme, other) = (fixture.acme, fixture.tenant("other"));
        let made = fixture.write(move |tx| {
            let mut tenant = tx.tenant(acme);
            let ann = tenant.insert(Kind::User, &user("ann"))?;
            let mut staff = tenant.insert(Kind::Group, &group("staff"))?;
            tenant.change_members(&mut staff, &[MemberWrite::Add(texts(&[ann.id]))], true)?;
            let key = ApiKeyRow {
                id: ResourceId::generate(),
                digest: vec![7; 32],
                prefix: "arb_".to_owned(),
                owner: ann.id,
                label: "laptop".to_owned(),
                enabled: true,
                created_ms: 1,
                expires_ms: None,
            };
            tenant.insert_key(&key)?;
            tenant.insert_token(&TokenRow {
                accessor: "acc".to_owned(),
                digest: vec![1; 32],
                label: "Entra".to_owned(),
                scopes: "scim".to_owned(),
                created_ms: 1,
                expires_ms: None,
                revoked_ms: None,
                last_used_ms: None,
            })?;
            tenant.put_policy("{}")?;
            let accessor = "acc".to_owned();
            tenant.count_reads(&ReadCount { minute: 1, accessor, reads: 1, not_found: 0 })?;
            tenant.log(&log_line(1, "r"))?;
            Ok((ann, staff, key.id))
        });
        let (ann, staff, key) = made.unwrap();
        Self { fixture, other, ann, staff, key }
    }

    /// Everything that the database holds, but for the other tenant's own new rows.
    fn rows(&self) -> Vec<Vec<Option<String>>> {
        let mut database = self.fixture.database();
        let tables = [
            ("resource", "hex(id) || name || version || modified_ms || doc"),
            ("member", "hex(group_id) || hex(member_id) || tenant"),
            ("attr_ix", "val || tenant"),
            ("api_key", "hex(id) || tenant"),
            ("token", "accessor || tenant || coalesce(revoked_ms, 0)"),
            ("policy", "version || tenant"),
            ("change_log", "tenant || '/' || seq || detail"),
            ("tenant", "name || version || settings"),
        ];
        tables.iter().map(|(t, c)| database.texts(&format!("SELECT {c} AS t FROM {t} ORDER BY 1"))).collect()
    }

    /// Checks that a write from the other tenant is refused and leaves everything as it was.
    fn refused<T: Send + std::fmt::Debug + 'static>(
        &self,
        work: impl FnOnce(&mut scim_store_diesel::TenantTx<'_, '_>) -> Result<T, StoreError> + Send + 'static,
    ) {
        let (before, other) = (self.rows(), self.other);
        let result = self.fixture.write(move |tx| work(&mut tx.tenant(other)));
        assert!(matches!(result, Err(StoreError::NotFound)), "{result:?}");
        assert_eq!(self.rows(), before);
    }
}

#[test]
fn reads_find_nothing_of_another_tenant() {
    let w = World::new();
    let (ours, theirs) = (w.fixture.store.tenant(w.fixture.acme), w.fixture.store.tenant(w.other));
    for (kind, id) in [(Kind::User, w.ann.id), (Kind::Group, w.staff.id)] {
        assert!(ours.find(kind, id, BOTH).is_ok());
        for wanted in [BOTH, Relations::default()] {
            assert!(matches!(theirs.find(kind, id, wanted), Err(StoreError::NotFound)));
        }
    }
    // An id of one kind is none of the other.
    assert!(matches!(ours.find(Kind::Group, w.ann.id, BOTH), Err(StoreError::NotFound)));
    assert!(ours.tokens().unwrap().len() == 1 && theirs.tokens().unwrap().is_empty());
    assert!(ours.keys().unwrap().len() == 1 && theirs.keys().unwrap().is_empty());
    assert!(ours.policy().unwrap().is_some() && theirs.policy().unwrap().is_none());
    let logged = |tenant: TenantStore<'_>| {
        let all = LogFilter::default();
        let page = tenant.log(&all, LogOrder::OldestFirst, None, 9).unwrap().lines.len();
        let followed = tenant.log_after(0).unwrap().lines.len();
        let counts = tenant.read_counts((0, ""), 1000).unwrap().len();
        [page, tenant.log_tail(9).unwrap().lines.len(), followed, counts]
    };
    assert_eq!((logged(ours), logged(theirs)), ([1; 4], [0; 4]));
}

#[test]
fn lists_show_nothing_of_another_tenant() {
    let w = World::new();
    let filters = [
        (Kind::User, "userName eq \"ann\"".to_owned()),
        (Kind::User, "userName sw \"a\"".to_owned()),
        (Kind::User, "not (userName eq \"x\") or active eq false".to_owned()),
        (Kind::User, format!("id eq \"{}\"", w.ann.id)),
        (Kind::User, format!("groups eq \"{}\"", w.staff.id)),
        (Kind::Group, format!("members eq \"{}\"", w.ann.id)),
        (Kind::Group, format!("not (members eq \"{}\")", ResourceId::generate())),
        (Kind::Group, "displayName eq \"staff\"".to_owned()),
    ];
    let everything = Kind::MEMBERS.map(|kind| (kind, None));
    let filters = filters.map(|(kind, text)| (kind, Some(text)));
    for (kind, text) in filters.into_iter().chain(everything) {
        let predicate = text.as_deref().map(|text| crate::filters::predicate(kind, text));
        // The same query text for both tenants: what is remembered for one is not for the other.
        let parts = crate::filters::part(kind, predicate.as_ref());
        let query = text.clone().unwrap_or_default();
        let listing = crate::filters::listing(&parts, &query, (0, 9));
        let found = |tenant| {
            let view = |loaded: &_| Ok(crate::filters::render(loaded));
            w.fixture.store.tenant(tenant).list(listing, &view).unwrap()
        };
        assert_eq!(found(w.fixture.acme).total, 1, "{text:?}");
        let theirs = found(w.other);
        assert!(theirs.total == 0 && theirs.resources.is_empty(), "{text:?}");
    }
}

#[test]
fn writes_do_not_reach_another_tenant() {
    let w = World::new();
    let (ann, staff, key) = (w.ann.clone(), w.staff.clone(), w.key);
    let (user_id, group_id) = (ann.id, staff.id);
    w.refused(move |tx| tx.find(Kind::User, user_id));
    w.refused(|tx| tx.user_named("ann"));
    w.refused(move |tx| tx.delete(Kind::User, user_id));
    w.refused(move |tx| tx.delete(Kind::Group, group_id));
    w.refused(move |tx| tx.update(Kind::User, &ann, &user("evil")));
    let emails = serde_json::json!({"userName": "evil", "emails": [{"value": "e@x.test"}]});
    let ann = w.ann.clone();
    w.refused(move |tx| tx.update(Kind::User, &ann, &crate::support::document(emails)));
    w.refused(|tx| tx.revoke_token("acc"));
    w.refused(move |tx| tx.remove_key(key));
}

#[test]
fn memberships_do_not_cross_tenants() {
    let w = World::new();
    let (acme, other) = (w.fixture.acme, w.other);
    let (ann, staff) = (w.ann.id, w.staff.clone());
    let made = w.fixture.write(move |tx| {
        let mut tenant = tx.tenant(other);
        Ok((tenant.insert(Kind::User, &user("eve"))?, tenant.insert(Kind::Group, &group("thieves"))?))
    });
    let (eve, thieves) = made.unwrap();
    // Our user is nobody to the other tenant.
    let delta = w.fixture.write(move |tx| {
        let mut thieves = thieves;
        tx.tenant(other).change_members(&mut thieves, &[MemberWrite::Add(texts(&[ann]))], false)
    });
    let delta = delta.unwrap();
    assert!(delta.is_empty() && delta.unknown == texts(&[ann]));
    // Our group is none to the other tenant, whether it claims to have just written it or not.
    for fresh in [false, true] {
        for write in [MemberWrite::Add(texts(&[eve.id])), MemberWrite::Clear] {
            let mut staff = staff.clone();
            w.refused(move |tx| tx.change_members(&mut staff, &[write], fresh));
        }
    }
    // And computed parts of a foreign row are empty.
    let (row, person) = (w.staff.clone(), w.ann.clone());
    let parts = w.fixture.write(move |tx| {
        let members = tx.tenant(other).complete(Kind::Group, row, BOTH)?.members;
        Ok((members, tx.tenant(other).complete(Kind::User, person, BOTH)?.groups))
    });
    assert_eq!(parts.unwrap(), (Some(Vec::new()), Some(Vec::new())));
    let members = w.fixture.store.tenant(acme).find(Kind::Group, staff.id, BOTH).unwrap().members.unwrap();
    assert_eq!(members.len(), 1);
}

#[test]
fn policies_and_settings_are_a_tenants_own() {
    let w = World::new();
    let (acme, other) = (w.fixture.acme, w.other);
    let version = w.fixture.write(move |tx| {
        tx.tenant(other).put_settings(false, "{\"a\":1}")?;
        tx.tenant(other).put_policy("{\"v\":1}")
    });
    assert_eq!(version.unwrap(), 1, "versions are counted for each tenant");
    let row = w.fixture.write(move |tx| tx.tenant(acme).row()).unwrap();
    assert!(row.enabled && row.settings == "{}" && row.version == 1);
    assert_eq!(w.fixture.store.tenant(acme).policy().unwrap().unwrap().doc, "{}");
    let tenant = &w.fixture.store.token("acc").unwrap().unwrap().tenant;
    assert_eq!(tenant.id, acme);
}
