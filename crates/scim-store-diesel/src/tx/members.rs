//! The members of groups, changed row by row.

use super::TenantTx;
use crate::change::Change;
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::rows::StoredResource;
use crate::sqlite::queries::{members, resources};

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
}
