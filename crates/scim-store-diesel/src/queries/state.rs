//! The whole state of a tenant that the policy side starts from.

use super::{Conn, changes, keys, members, tenants};
use crate::change::{Change, TenantState};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId, TenantId};
use crate::schema::{member, resource, tenant_seq};
use diesel::prelude::*;

/// Reads a tenant's state. Call inside a transaction, so that all of it is of one moment.
pub(crate) fn load(conn: &mut Conn, tenant: TenantId) -> Result<TenantState, StoreError> {
    let number = tenant.0;
    let row = tenants::by_number(conn, number)?.ok_or(StoreError::NotFound)?;
    let seq = tenant_seq::table.find(number).select(tenant_seq::seq).get_result(conn)?;
    let mut state = vec![Change::TenantPut { enabled: row.enabled, settings: row.settings }];
    resources(conn, number, &mut state)?;
    memberships(conn, number, &mut state)?;
    for key in keys::all(conn, number)? {
        let digest = key.digest.try_into().map_err(|_| StoreError::Damaged("a key digest".to_owned()))?;
        let (id, owner, enabled, expires_ms) = (key.id, key.owner, key.enabled, key.expires_ms);
        state.push(Change::KeyPut { id, digest, owner, enabled, expires_ms });
    }
    if let Some(policy) = keys::policy_in_force(conn, number)? {
        state.push(Change::PolicyPut { version: policy.version, doc: policy.doc });
    }
    Ok(TenantState { tenant, epoch: changes::epoch(conn, number)?, seq, changes: state })
}

fn resources(conn: &mut Conn, tenant: i64, state: &mut Vec<Change>) -> Result<(), StoreError> {
    let rows = resource::table
        .filter(resource::tenant.eq(tenant))
        .filter(resource::rtype.le(Kind::Group.number()))
        .order((resource::rtype, resource::id))
        .select((resource::rtype, resource::id, resource::name, resource::active))
        .load_iter::<(i16, ResourceId, String, bool), diesel::connection::DefaultLoadingMode>(conn)?;
    for row in rows {
        let (rtype, id, name, active) = row?;
        state.push(match members::known(rtype)? {
            Kind::User => Change::UserPut { id, name, active },
            Kind::Group => Change::GroupPut { id, name },
            Kind::Other(_) => continue,
        });
    }
    Ok(())
}

fn memberships(conn: &mut Conn, tenant: i64, state: &mut Vec<Change>) -> Result<(), StoreError> {
    let rows = member::table
        .filter(member::tenant.eq(tenant))
        .order((member::group_id, member::member_id))
        .select((member::group_id, member::rtype, member::member_id))
        .load_iter::<(ResourceId, i16, ResourceId), diesel::connection::DefaultLoadingMode>(conn)?;
    for row in rows {
        let (group, rtype, id) = row?;
        let kind = members::known(rtype)?;
        match state.last_mut() {
            Some(Change::MembersAdd { group: last, members }) if *last == group => members.push((kind, id)),
            _ => state.push(Change::MembersAdd { group, members: vec![(kind, id)] }),
        }
    }
    Ok(())
}
