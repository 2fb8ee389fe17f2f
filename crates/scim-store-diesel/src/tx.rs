//! A write: the work of one request inside the writer's transaction.

use crate::change::{Before, Change, Committed};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId, TenantId};
use crate::layout::StoredType;
use crate::listing::{Loaded, Relations};
use crate::rows::{ApiKeyRow, LogLine, RequestCount, StoredResource, TenantRow, TokenRow};
use crate::sqlite::Conn;
use crate::sqlite::queries::changes::{self, Cause};
use crate::sqlite::queries::counts::CountChanges;
use crate::sqlite::queries::{keys, log, members, relations, requests, resources, tenants, tokens};
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

/// A change of a group's membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberWrite {
    /// These become members.
    Add(Vec<String>),
    /// These are members no longer.
    Remove(Vec<String>),
    /// These are the members, and no others.
    Replace(Vec<String>),
    /// There are no members.
    Clear,
}

impl MemberWrite {
    /// Whether it asks for nothing.
    fn is_idle(&self) -> bool {
        match self {
            Self::Add(ids) | Self::Remove(ids) => ids.is_empty(),
            Self::Replace(_) | Self::Clear => false,
        }
    }
}

/// What became of changes of a group's membership.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberDelta {
    /// Who became a member.
    pub added: Vec<(Kind, ResourceId)>,
    /// Who is a member no longer.
    pub removed: Vec<(Kind, ResourceId)>,
    /// Ids that the tenant does not have, as they were sent.
    pub unknown: Vec<String>,
}

impl MemberDelta {
    /// Whether the membership is as it was.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
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
        let id = ResourceId::generate();
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
        for group in members::forget(self.tx.conn, tenant, id)? {
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

    /// Changes the membership of a group, in order, row by row.
    ///
    /// Repeating a change is no change. The group gets a new version when something did change,
    /// unless `fresh`: then it was written in this transaction and has one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such group and the writes ask for something.
    /// Unknown ids are no error here: see [`MemberDelta::unknown`].
    pub fn change_members(
        &mut self,
        group: &mut StoredResource,
        writes: &[MemberWrite],
        fresh: bool,
    ) -> Result<MemberDelta, StoreError> {
        let mut delta = MemberDelta::default();
        if writes.iter().all(MemberWrite::is_idle) {
            return Ok(delta);
        }
        if !members::has(self.tx.conn, self.tenant.0, Kind::Group, group.id)? {
            return Err(StoreError::NotFound);
        }
        for write in writes {
            let mut step = MemberDelta::default();
            match write {
                MemberWrite::Add(ids) => self.add_members(group.id, ids, &mut step)?,
                MemberWrite::Remove(ids) => {
                    for id in ids.iter().filter_map(|id| id.parse().ok()) {
                        self.remove_member(group.id, id, &mut step)?;
                    }
                }
                MemberWrite::Replace(ids) => {
                    let wanted: std::collections::HashSet<ResourceId> =
                        ids.iter().filter_map(|id| id.parse().ok()).collect();
                    for (_, id) in members::ids(self.tx.conn, self.tenant.0, group.id)? {
                        if !wanted.contains(&id) {
                            self.remove_member(group.id, id, &mut step)?;
                        }
                    }
                    self.add_members(group.id, ids, &mut step)?;
                }
                MemberWrite::Clear => {
                    for (_, id) in members::ids(self.tx.conn, self.tenant.0, group.id)? {
                        self.remove_member(group.id, id, &mut step)?;
                    }
                }
            }
            delta.removed.extend_from_slice(&step.removed);
            delta.added.extend_from_slice(&step.added);
            delta.unknown.append(&mut step.unknown);
            self.record_members(group, step, fresh)?;
        }
        if !delta.is_empty() && !fresh {
            let (tenant, now_ms) = (self.tenant.0, self.tx.now_ms);
            let bumped = resources::bump(self.tx.conn, tenant, Kind::Group, group.id, now_ms)?;
            (group.version, group.modified_ms) = bumped.ok_or(StoreError::NotFound)?;
        }
        Ok(delta)
    }

    fn add_members(
        &mut self,
        group: ResourceId,
        ids: &[String],
        step: &mut MemberDelta,
    ) -> Result<(), StoreError> {
        for text in ids {
            let known = match text.parse::<ResourceId>() {
                Ok(id) => members::kind_of(self.tx.conn, self.tenant.0, id)?.map(|kind| (kind, id)),
                Err(_) => None,
            };
            match known {
                None => step.unknown.push(text.clone()),
                Some((kind, id)) => {
                    if members::add(self.tx.conn, self.tenant.0, group, id, kind, self.tx.now_ms)? {
                        step.added.push((kind, id));
                    }
                }
            }
        }
        Ok(())
    }

    fn remove_member(
        &mut self,
        group: ResourceId,
        id: ResourceId,
        step: &mut MemberDelta,
    ) -> Result<(), StoreError> {
        if let Some(kind) = members::remove(self.tx.conn, self.tenant.0, group, id)? {
            step.removed.push((kind, id));
        }
        Ok(())
    }

    fn record_members(
        &mut self,
        group: &StoredResource,
        step: MemberDelta,
        fresh: bool,
    ) -> Result<(), StoreError> {
        let version = if fresh { group.version } else { group.version + 1 };
        if !step.removed.is_empty() {
            self.record(Change::MembersRemove { group: group.id, members: step.removed }, version, None)?;
        }
        if !step.added.is_empty() {
            self.record(Change::MembersAdd { group: group.id, members: step.added }, version, None)?;
        }
        Ok(())
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
    pub fn count(&mut self, count: &RequestCount) -> Result<(), StoreError> {
        requests::add(self.tx.conn, self.tenant.0, count)
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
        requests::prune(self.tx.conn, self.tenant.0, before_ms.div_euclid(60_000), limit)
    }

    /// Stores a token.
    ///
    /// # Errors
    /// When the database fails; accessors are random, so that one is taken does not happen.
    pub fn insert_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        self.tx.admissions = true;
        tokens::insert(self.tx.conn, self.tenant.0, token)
    }

    /// Revokes a token from the commit on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no live token of that accessor.
    pub fn revoke_token(&mut self, accessor: &str) -> Result<(), StoreError> {
        self.tx.admissions = true;
        if tokens::revoke(self.tx.conn, self.tenant.0, accessor, self.tx.now_ms)? {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }

    /// Stores an API key.
    ///
    /// # Errors
    /// When the database fails, or the digest is not of 32 bytes.
    pub fn insert_key(&mut self, key: &ApiKeyRow) -> Result<(), StoreError> {
        let digest =
            key.digest.as_slice().try_into().map_err(|_| StoreError::Damaged("a key digest".to_owned()))?;
        keys::insert(self.tx.conn, self.tenant.0, key)?;
        let (id, owner, enabled, expires_ms) = (key.id, key.owner, key.enabled, key.expires_ms);
        self.record(Change::KeyPut { id, digest, owner, enabled, expires_ms }, 1, None)
    }

    /// Removes an API key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub fn remove_key(&mut self, id: ResourceId) -> Result<(), StoreError> {
        if !keys::remove(self.tx.conn, self.tenant.0, id)? {
            return Err(StoreError::NotFound);
        }
        self.record(Change::KeyDelete { id }, 2, None)
    }

    /// Puts a policy document in force and answers its version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_policy(&mut self, doc: &str) -> Result<i64, StoreError> {
        let version = keys::insert_policy(self.tx.conn, self.tenant.0, doc, self.tx.now_ms)?;
        self.record(Change::PolicyPut { version, doc: doc.to_owned() }, version, None)?;
        Ok(version)
    }

    /// Writes whether the tenant is enabled, and its settings (a JSON object).
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_settings(&mut self, enabled: bool, settings: &str) -> Result<TenantRow, StoreError> {
        self.tx.admissions = true;
        tenants::update(self.tx.conn, self.tenant.0, enabled, settings, self.tx.now_ms)?;
        let row = self.row()?;
        self.record(Change::TenantPut { enabled, settings: settings.to_owned() }, row.version, None)?;
        Ok(row)
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
