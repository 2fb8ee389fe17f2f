//! The members of a body or a plan, as writes to rows.

use crate::error::ServiceError;
use crate::render::{Links, member};
use crate::settings::{TenantSettings, UnknownMembers};
use scim_core::fault::Findings;
use scim_patch::MemberChange;
use scim_patch::members::id_of;
use scim_store_diesel::{Kind, MemberDelta, MemberWrite, Relations, StoredResource, TenantTx};
use serde_json::Value;

/// The ids in the `members` of a whole group.
///
/// A member without an id is an error and not an empty place: nobody shall empty a group by mistake.
pub(super) fn ids(members: Option<&Value>, findings: &mut Findings) -> Result<Vec<String>, ServiceError> {
    if findings.hollow.contains("members") {
        return Err(ServiceError::MemberWithoutId);
    }
    let list = members.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|member| id_of(member, findings).ok_or(ServiceError::MemberWithoutId)).collect()
}

/// The row writes of a plan's member changes. Only a filter that is not `value eq` reads members.
pub(super) fn writes(
    tenant: &mut TenantTx<'_, '_>,
    group: &StoredResource,
    changes: &[MemberChange],
    links: &Links,
) -> Result<Vec<MemberWrite>, ServiceError> {
    changes
        .iter()
        .map(|change| {
            Ok(match change {
                MemberChange::Add(ids) => MemberWrite::Add(ids.clone()),
                MemberChange::Remove(ids) => MemberWrite::Remove(ids.clone()),
                MemberChange::Replace(ids) => MemberWrite::Replace(ids.clone()),
                MemberChange::Clear => MemberWrite::Clear,
                MemberChange::RemoveWhere(predicate) => {
                    let wanted = Relations { members: true, groups: false };
                    let loaded = tenant.complete(Kind::Group, group.clone(), wanted)?;
                    let matching = loaded.members.unwrap_or_default();
                    let matching = matching.iter().filter(|m| predicate.matches_element(&member(m, links)));
                    MemberWrite::Remove(matching.map(|m| m.id.to_string()).collect())
                }
            })
        })
        .collect()
}

/// The most filters on members in one PATCH that are not plainly about ids. Each reads all members.
const MAX_MEMBER_FILTERS: usize = 8;

/// Refuses a plan that would have to read the members of a group many times.
pub(super) fn check_filters(changes: &[MemberChange]) -> Result<(), ServiceError> {
    let filters = changes.iter().filter(|change| matches!(change, MemberChange::RemoveWhere(_))).count();
    if filters > MAX_MEMBER_FILTERS {
        return Err(ServiceError::TooMuch(
            "too many filters on members; remove members by `value eq` instead",
        ));
    }
    Ok(())
}

/// Refuses to replace all members of a group by nobody: a rule that names the group would open.
pub(super) fn check_replacement(writes: &[MemberWrite], delta: &MemberDelta) -> Result<(), ServiceError> {
    let named = writes.iter().find_map(|write| match write {
        MemberWrite::Replace(ids) if !ids.is_empty() => Some(ids.len()),
        _ => None,
    });
    match named {
        Some(named) if delta.unknown.len() >= named => Err(ServiceError::NobodyKnown),
        _ => Ok(()),
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
