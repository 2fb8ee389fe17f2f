//! The members of a body or a plan, as writes to rows.

use crate::error::ServiceError;
use crate::render::{Links, member};
use crate::settings::{TenantSettings, UnknownMembers};
use scim_core::fault::{FaultKind, Findings};
use scim_patch::MemberChange;
use scim_patch::members::id_of;
use scim_store_diesel::{Kind, MemberDelta, MemberWrite, Relations, StoredResource, TenantTx};
use serde_json::{Map, Value};

/// How many members a body holds, those without content included.
pub(super) fn count_sent(body: &Map<String, Value>) -> usize {
    let members = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("members"));
    members.and_then(|(_, value)| value.as_array()).map_or(0, Vec::len)
}

/// The ids in the `members` of a whole group, of which the client sent a number.
///
/// A member without an id is a fault and not an empty place: nobody shall empty a group by mistake.
pub(super) fn ids(
    members: Option<&Value>,
    sent: usize,
    findings: &mut Findings,
) -> Result<Vec<String>, ServiceError> {
    let list = members.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if list.len() < sent {
        findings.fault("members.value", FaultKind::Missing);
    }
    let mut ids = Vec::with_capacity(list.len());
    for (i, member) in list.iter().enumerate() {
        match id_of(member, findings) {
            Some(id) => ids.push(id),
            None => findings.fault(format!("members[{i}].value"), FaultKind::Missing),
        }
    }
    *findings = std::mem::take(findings).into_result()?;
    Ok(ids)
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

/// Refuses unknown members where the tenant wants to be told.
pub(super) fn check_unknown(delta: &MemberDelta, settings: &TenantSettings) -> Result<(), ServiceError> {
    if settings.unknown_members == UnknownMembers::Reject && !delta.unknown.is_empty() {
        let shown = delta.unknown.iter().take(20).map(|id| scim_core::json::shortened(id)).collect();
        return Err(ServiceError::UnknownMembers(shown));
    }
    Ok(())
}
