//! API keys and policy documents.

use super::Conn;
use crate::error::StoreError;
use crate::ids::ResourceId;
use crate::rows::{ApiKeyRow, PolicyRow};
use crate::schema::{api_key, policy};
use diesel::prelude::*;

pub(crate) fn insert(conn: &mut Conn, tenant: i64, row: &ApiKeyRow) -> Result<(), StoreError> {
    diesel::insert_into(api_key::table).values((row, api_key::tenant.eq(tenant))).execute(conn)?;
    Ok(())
}

pub(crate) fn all(conn: &mut Conn, tenant: i64) -> Result<Vec<ApiKeyRow>, StoreError> {
    Ok(api_key::table
        .filter(api_key::tenant.eq(tenant))
        .order(api_key::id)
        .select(ApiKeyRow::as_select())
        .load(conn)?)
}

pub(crate) fn remove(conn: &mut Conn, tenant: i64, id: ResourceId) -> Result<bool, StoreError> {
    Ok(diesel::delete(api_key::table.find((tenant, id))).execute(conn)? == 1)
}

/// The policy document in force.
pub(crate) fn policy_in_force(conn: &mut Conn, tenant: i64) -> Result<Option<PolicyRow>, StoreError> {
    Ok(policy::table
        .filter(policy::tenant.eq(tenant))
        .order(policy::version.desc())
        .limit(1)
        .select(PolicyRow::as_select())
        .load(conn)?
        .pop())
}

pub(crate) fn insert_policy(conn: &mut Conn, tenant: i64, doc: &str, now_ms: i64) -> Result<i64, StoreError> {
    let version = policy_in_force(conn, tenant)?.map_or(0, |p| p.version) + 1;
    diesel::insert_into(policy::table)
        .values((PolicyRow { version, doc: doc.to_owned(), created_ms: now_ms }, policy::tenant.eq(tenant)))
        .execute(conn)?;
    Ok(version)
}
