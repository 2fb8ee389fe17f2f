//! The members of a body or a plan, as writes to rows.

use crate::error::ServiceError;
use crate::render::{Links, member};
use crate::settings::{TenantSettings, UnknownMembers};
use scim_core::bulk::is_reference;
use scim_core::fault::Findings;
use scim_patch::MemberChange;
use scim_patch::members::id_of;
use scim_store_diesel::{
    Kind, MemberDelta, MemberWrite, Relations, ResourceId, StoredResource, TenantId, TenantTx, Tx,
};
use serde_json::Value;
use std::collections::HashMap;

/// The ids in the `members` of a whole group.
///
/// A member without an id is an error and not an empty place: nobody shall empty a group by mistake.
pub(super) fn ids(members: Option<&Value>, findings: &mut Findings) -> Result<Vec<String>, ServiceError> {
    if findings.hollow.contains("members") {
        return Err(ServiceError::MemberWithoutId);
    }
    let list = members.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let ids = list.iter().map(|member| id_of(member, findings).ok_or(ServiceError::MemberWithoutId));
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    refuse_references(&ids)?;
    Ok(ids)
}

/// Refuses ids that are references to operations and were not found as such, for they stand inside a
/// JSON text. Taken for unknown members they would be passed over.
fn refuse_references(ids: &[String]) -> Result<(), ServiceError> {
    match ids.iter().any(|id| is_reference(id)) {
        true => Err(ServiceError::NotInBulk("members".to_owned())),
        false => Ok(()),
    }
}

/// The member changes of a plan, for a group of a tenant.
pub(super) struct Changes<'a> {
    pub(super) tenant: TenantId,
    pub(super) changes: &'a [MemberChange],
    pub(super) links: &'a Links,
    /// Whether the group has a new version in this transaction already.
    pub(super) fresh: bool,
}

/// Why what was written is taken back.
enum Ended {
    Refused(ServiceError),
    Undone(MemberDelta),
}

impl Changes<'_> {
    /// Applies them one after the other: a filter must see what the operation before it did. Changes that
    /// undo each other are no change and leave nothing behind, no version and no row of the change log.
    pub(super) fn apply(
        &self,
        tx: &mut Tx<'_>,
        group: &mut StoredResource,
    ) -> Result<MemberDelta, ServiceError> {
        if let [] | [_] = self.changes {
            return self.apply_each(tx, group);
        }
        let before = group.clone();
        let result = tx.attempt(|tx| {
            let delta = self.apply_each(tx, group).map_err(Ended::Refused)?;
            let net = net(&delta);
            let undone = net.is_empty() && !delta.is_empty();
            if undone { Err(Ended::Undone(net)) } else { Ok(net) }
        })?;
        match result {
            Ok(delta) => Ok(delta),
            Err(Ended::Refused(error)) => Err(error),
            Err(Ended::Undone(delta)) => {
                *group = before;
                Ok(delta)
            }
        }
    }

    fn apply_each(&self, tx: &mut Tx<'_>, group: &mut StoredResource) -> Result<MemberDelta, ServiceError> {
        let tenant = &mut tx.tenant(self.tenant);
        let mut delta = MemberDelta::default();
        let mut named = Named::default();
        let mut work = MAX_MEMBER_WORK;
        for change in self.changes {
            let write = write(tenant, group, change, self.links, &mut work)?;
            let fresh = self.fresh || !delta.is_empty();
            let step = tenant.change_members(group, std::slice::from_ref(&write), fresh)?;
            named.note(&write, &step);
            delta.added.extend(step.added);
            delta.removed.extend(step.removed);
            delta.unknown.extend(step.unknown);
        }
        named.check()?;
        Ok(delta)
    }
}

/// What is left of changes: who was added as often as removed is neither.
fn net(delta: &MemberDelta) -> MemberDelta {
    let mut balance: HashMap<ResourceId, i32> = HashMap::new();
    delta.added.iter().for_each(|(_, id)| *balance.entry(*id).or_default() += 1);
    delta.removed.iter().for_each(|(_, id)| *balance.entry(*id).or_default() -= 1);
    let mut left = |list: &[(Kind, ResourceId)], sign: i32| -> Vec<(Kind, ResourceId)> {
        // Each once, though it may have come and gone and come again.
        let mut is_left = |id: &ResourceId| {
            balance.get_mut(id).is_some_and(|b| {
                *b == sign && {
                    *b = 0;
                    true
                }
            })
        };
        list.iter().filter(|(_, id)| is_left(id)).copied().collect()
    };
    let (added, removed) = (left(&delta.added, 1), left(&delta.removed, -1));
    MemberDelta { added, removed, unknown: delta.unknown.clone() }
}

/// The row writes of a member change. Only a filter that is not `value eq` reads members.
fn write(
    tenant: &mut TenantTx<'_, '_>,
    group: &StoredResource,
    change: &MemberChange,
    links: &Links,
    work: &mut usize,
) -> Result<MemberWrite, ServiceError> {
    Ok(match change {
        MemberChange::Add(ids) => MemberWrite::Add(ids.clone()),
        MemberChange::Remove(ids) => MemberWrite::Remove(ids.clone()),
        MemberChange::Replace(ids) => MemberWrite::Replace(ids.clone()),
        MemberChange::Clear => MemberWrite::Clear,
        MemberChange::RemoveWhere(predicate) => {
            let wanted = Relations { members: true, groups: false };
            let loaded = tenant.complete(Kind::Group, group.clone(), wanted)?;
            let members = loaded.members.unwrap_or_default();
            let needed = members.len().saturating_mul(predicate.terms());
            *work = work.checked_sub(needed).ok_or(TOO_MUCH_TO_FILTER)?;
            let matching = members.iter().filter(|m| predicate.matches_element(&member(m, links)));
            MemberWrite::Remove(matching.map(|m| m.id.to_string()).collect())
        }
    })
}

/// How many members the filters of one PATCH may look at, each as often as its filter has terms: nobody
/// else is served meanwhile.
const MAX_MEMBER_WORK: usize = 2_000_000;

const TOO_MUCH_TO_FILTER: ServiceError =
    ServiceError::TooMuch("too much to filter among so many members; remove members by `value eq` instead");

/// The most filters on members in one PATCH that are not plainly about ids. Each reads all members.
const MAX_MEMBER_FILTERS: usize = 8;

/// Refuses a plan that would have to read the members of a group many times, or names members in a way
/// that nobody could be meant by.
pub(super) fn check_changes(changes: &[MemberChange]) -> Result<(), ServiceError> {
    for change in changes {
        match change {
            MemberChange::Add(ids) | MemberChange::Remove(ids) | MemberChange::Replace(ids) => {
                refuse_references(ids)?;
            }
            MemberChange::RemoveWhere(_) | MemberChange::Clear => {}
        }
    }
    let filters = changes.iter().filter(|change| matches!(change, MemberChange::RemoveWhere(_))).count();
    if filters > MAX_MEMBER_FILTERS {
        return Err(ServiceError::TooMuch(
            "too many filters on members; remove members by `value eq` instead",
        ));
    }
    Ok(())
}

/// Who was named as a member since a request emptied a group, or replaced its members.
#[derive(Default)]
pub(super) struct Named {
    emptied: bool,
    named: usize,
    unknown: usize,
}

impl Named {
    /// Notes what a write asked for, and what became of it.
    pub(super) fn note(&mut self, write: &MemberWrite, step: &MemberDelta) {
        let ids = match write {
            MemberWrite::Clear => {
                *self = Self { emptied: true, ..Self::default() };
                return;
            }
            MemberWrite::Replace(ids) => {
                *self = Self { emptied: true, ..Self::default() };
                ids
            }
            MemberWrite::Add(ids) => ids,
            MemberWrite::Remove(_) => return,
        };
        self.named += ids.len();
        self.unknown += step.unknown.len();
    }

    /// Refuses to replace all members of a group by nobody who is known: a rule that names the group would
    /// open.
    pub(super) fn check(&self) -> Result<(), ServiceError> {
        if self.emptied && self.named > 0 && self.unknown >= self.named {
            return Err(ServiceError::NobodyKnown);
        }
        Ok(())
    }
}

/// Refuses unknown members where the tenant wants to be told.
pub(super) fn check_unknown(delta: &MemberDelta, settings: &TenantSettings) -> Result<(), ServiceError> {
    if settings.unknown_members == UnknownMembers::Reject && !delta.unknown.is_empty() {
        let shown = delta.unknown.iter().take(20).map(|id| scim_core::json::shortened(id)).collect();
        return Err(ServiceError::UnknownMembers(shown));
    }
    Ok(())
}
