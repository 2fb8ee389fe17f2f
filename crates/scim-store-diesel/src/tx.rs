//! A write: the work of one request inside the writer's transaction.

mod administration;
mod members;

use crate::change::{Before, Change, Committed};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId, TenantId};
use crate::layout::StoredType;
use crate::listing::{Loaded, Relations};
use crate::rows::{LogLine, ReadCount, StoredResource, TenantRow, TokenRow};
use crate::sqlite::Conn;
use crate::sqlite::queries::changes::{self, Cause};
use crate::sqlite::queries::counts::CountChanges;
use crate::sqlite::queries::{log, members as member_rows, reads, relations, resources, tenants, tokens};
use diesel::connection::SimpleConnection;
pub use members::{MemberDelta, MemberWrite};
use scim_core::Resource;

/// The transaction of one request.
pub struct Tx<'c> {
    conn: &'c mut Conn,
    types: &'c [StoredType],
    now_ms: i64,
    actor: Option<String>,
    request_id: Option<String>,
    changes: Vec<Committed>,
    counts: CountChanges,
    admissions: bool,
}

/// What a request did, for those who follow.
pub(crate) struct Done {
    pub(crate) changes: Vec<Committed>,
    pub(crate) counts: CountChanges,
    /// Whether a token or a tenant changed.
    pub(crate) admissions: bool,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c mut Conn, types: &'c [StoredType], now_ms: i64) -> Self {
        let (changes, counts) = (Vec::new(), CountChanges::default());
        Self { conn, types, now_ms, actor: None, request_id: None, changes, counts, admissions: false }
    }

    pub(crate) fn finish(self) -> Done {
        Done { changes: self.changes, counts: self.counts, admissions: self.admissions }
    }

    fn stored_type(&self, kind: Kind) -> Result<&'c StoredType, StoreError> {
        let found = self.types.iter().find(|stored| stored.kind == kind);
        found.ok_or_else(|| StoreError::Damaged(format!("resource type {}", kind.number())))
    }

    /// The time of the request, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Says on whose behalf the changes are made: the accessor of a token, and the request.
    pub fn on_behalf_of(&mut self, actor: Option<String>, request_id: Option<String>) {
        self.actor = actor;
        self.request_id = request_id;
    }

    /// The one way to a tenant's rows.
    pub fn tenant(&mut self, tenant: TenantId) -> TenantTx<'_, 'c> {
        TenantTx { tx: self, tenant }
    }

    /// Does a part of the work, all of it or nothing: when it answers an error, what it wrote is undone,
    /// what was written before it stands, and the work may go on. Parts may have parts.
    ///
    /// The result of the part is inside.
    ///
    /// # Errors
    /// When the database fails. The whole work must then end with that error.
    pub fn attempt<T, E>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        self.conn.batch_execute("SAVEPOINT part")?;
        let (changes, counts) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.counts));
        let result = part(self);
        let (mut own, own_counts) =
            (std::mem::replace(&mut self.changes, changes), std::mem::replace(&mut self.counts, counts));
        if result.is_ok() {
            self.changes.append(&mut own);
            self.counts.absorb(own_counts);
        } else {
            self.conn.batch_execute("ROLLBACK TO part")?;
        }
        self.conn.batch_execute("RELEASE part")?;
        Ok(result)
    }

    /// The token of an accessor and the tenant that it opens, as they are at this point of the log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn token(&mut self, accessor: &str) -> Result<Option<(TokenRow, TenantRow)>, StoreError> {
        tokens::find(self.conn, accessor)
    }

    /// Creates a tenant with the given settings (a JSON object).
    ///
    /// # Errors
    /// [`StoreError::TenantExists`] when the name is taken.
    pub fn create_tenant(&mut self, name: &str, settings: &str, epoch: i64) -> Result<TenantRow, StoreError> {
        let row = tenants::create(self.conn, name, settings, epoch, self.now_ms)?;
        let change = Change::TenantPut { enabled: true, settings: settings.to_owned() };
        self.tenant(row.id).record(change, row.version, None)?;
        Ok(row)
    }

    /// Notes when tokens were last used.
    ///
    /// # Errors
    /// When the database fails.
    pub fn touch_tokens(&mut self, used: &[(String, i64)]) -> Result<(), StoreError> {
        used.iter().try_for_each(|(accessor, at_ms)| tokens::touch(self.conn, accessor, *at_ms))
    }
}

/// One tenant's rows inside a transaction. Nothing here can name another tenant's row.
pub struct TenantTx<'t, 'c> {
    tx: &'t mut Tx<'c>,
    tenant: TenantId,
}

impl TenantTx<'_, '_> {
    /// The tenant's own row.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant is gone.
    pub fn row(&mut self) -> Result<TenantRow, StoreError> {
        tenants::by_number(self.tx.conn, self.tenant.0)?.ok_or(StoreError::NotFound)
    }

    /// A resource.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has none of that kind and id.
    pub fn find(&mut self, kind: Kind, id: ResourceId) -> Result<StoredResource, StoreError> {
        resources::find(self.tx.conn, self.tenant.0, kind, id)?.ok_or(StoreError::NotFound)
    }

    /// Whether the tenant has a resource of that kind and id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn holds(&mut self, kind: Kind, id: ResourceId) -> Result<bool, StoreError> {
        member_rows::has(self.tx.conn, self.tenant.0, kind, id)
    }

    /// The user of a userName, compared without case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has none.
    pub fn user_named(&mut self, user_name: &str) -> Result<StoredResource, StoreError> {
        let key = scim_core::fold::fold(user_name);
        resources::find_by_key(self.tx.conn, self.tenant.0, Kind::User, &key)?.ok_or(StoreError::NotFound)
    }

    /// Adds computed parts to a resource, as they are at this point of the transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub fn complete(
        &mut self,
        kind: Kind,
        row: StoredResource,
        wanted: Relations,
    ) -> Result<Loaded, StoreError> {
        relations::complete(self.tx.conn, self.tenant.0, kind, row, wanted)
    }

    /// Stores a new resource under a new id.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when its unique attribute's value is held by another.
    pub fn insert(&mut self, kind: Kind, document: &Resource) -> Result<StoredResource, StoreError> {
        self.insert_as(kind, ResourceId::generate(), document)
    }

    /// Stores a new resource under an id that was [generated](ResourceId::generate) for it.
    ///
    /// # Errors
    /// As [`TenantTx::insert`].
    pub fn insert_as(
        &mut self,
        kind: Kind,
        id: ResourceId,
        document: &Resource,
    ) -> Result<StoredResource, StoreError> {
        let stored = self.tx.stored_type(kind)?;
        let row = resources::insert(self.tx.conn, self.tenant.0, stored, id, document, self.tx.now_ms)?;
        self.tx.counts.inserted(self.tenant.0, kind, id);
        self.record(put(kind, &row), row.version, None)?;
        Ok(row)
    }

    /// Stores a changed document as the next version of `old`.
    ///
    /// # Errors
    /// [`StoreError::Taken`] as for [`TenantTx::insert`]; [`StoreError::NotFound`] when `old` is not
    /// what the tenant has stored now.
    pub fn update(
        &mut self,
        kind: Kind,
        old: &StoredResource,
        document: &Resource,
    ) -> Result<StoredResource, StoreError> {
        let stored = self.tx.stored_type(kind)?;
        let row = resources::update(self.tx.conn, self.tenant.0, stored, old, document, self.tx.now_ms)?;
        let before = Before { name: old.name.clone(), active: old.active };
        self.record(put(kind, &row), row.version, Some(&before))?;
        Ok(row)
    }

    /// Deletes a resource and its memberships; groups that lose it as a member get a new version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub fn delete(&mut self, kind: Kind, id: ResourceId) -> Result<StoredResource, StoreError> {
        let old = self.find(kind, id)?;
        let (tenant, now_ms) = (self.tenant.0, self.tx.now_ms);
        let before = Before { name: old.name.clone(), active: old.active };
        for group in member_rows::forget(self.tx.conn, tenant, id)? {
            // A membership without its group is damage of another hand; the deletion mends it.
            let bumped = resources::bump(self.tx.conn, tenant, Kind::Group, group, now_ms)?;
            let version = bumped.map_or(0, |(version, _)| version);
            self.record(Change::MembersRemove { group, members: vec![(kind, id)] }, version, None)?;
        }
        resources::delete(self.tx.conn, tenant, kind, &old, now_ms)?;
        self.tx.counts.deleted(tenant, kind);
        let change = match kind {
            Kind::User => Change::UserDelete { id },
            Kind::Group => Change::GroupDelete { id },
            Kind::Other(kind) => Change::ResourceDelete { kind, id },
        };
        self.record(change, old.version + 1, Some(&before))?;
        Ok(old)
    }

    /// Writes a line of the provisioning log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn log(&mut self, line: &LogLine) -> Result<(), StoreError> {
        log::append(self.tx.conn, self.tenant.0, line)
    }

    /// Adds to how often a token read.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_reads(&mut self, count: &ReadCount) -> Result<(), StoreError> {
        reads::add(self.tx.conn, self.tenant.0, count)
    }

    /// Removes lines of the provisioning log that are older than a time, the oldest first; at most
    /// `limit`. Says how many. The newest line of all tenants stays, for followers go on from its number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn prune_log(&mut self, before_ms: i64, limit: u32) -> Result<u32, StoreError> {
        log::prune(self.tx.conn, self.tenant.0, before_ms, limit)
    }

    /// Removes counts of reads that are older than a time, the oldest first; at most `limit`. Says how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn prune_counts(&mut self, before_ms: i64, limit: u32) -> Result<u32, StoreError> {
        reads::prune(self.tx.conn, self.tenant.0, before_ms.div_euclid(60_000), limit)
    }

    /// Writes a change into the log and remembers it for those who follow the commits.
    fn record(&mut self, change: Change, version: i64, before: Option<&Before>) -> Result<(), StoreError> {
        let number = self.tenant.0;
        let tx = &mut *self.tx;
        let seq = changes::next_seq(tx.conn, number)?;
        let cause = Cause { actor: tx.actor.as_deref(), request_id: tx.request_id.as_deref() };
        changes::append(tx.conn, number, seq, tx.now_ms, &change, version, before, cause)?;
        match tx.changes.last_mut() {
            Some(last) if last.tenant == self.tenant => last.changes.push(change),
            _ => {
                let epoch = changes::epoch(tx.conn, number)?;
                tx.changes.push(Committed {
                    tenant: self.tenant,
                    epoch,
                    before: seq - 1,
                    changes: vec![change],
                });
            }
        }
        Ok(())
    }
}

fn put(kind: Kind, row: &StoredResource) -> Change {
    match kind {
        Kind::User => Change::UserPut { id: row.id, name: row.name.clone(), active: row.active },
        Kind::Group => Change::GroupPut { id: row.id, name: row.name.clone() },
        Kind::Other(kind) => Change::ResourcePut { kind, id: row.id, name: row.name.clone() },
    }
}
