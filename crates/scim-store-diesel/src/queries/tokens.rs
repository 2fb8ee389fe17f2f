//! Tokens: looked up by accessor over all tenants, listed and revoked within one.

use super::Conn;
use crate::error::StoreError;
use crate::rows::{TenantColumns, TenantRow, TokenRow};
use crate::schema::{tenant, token};
use diesel::prelude::*;

/// The token of an accessor and the tenant that it opens.
pub(crate) fn find(conn: &mut Conn, accessor: &str) -> Result<Option<(TokenRow, TenantRow)>, StoreError> {
    let row = token::table
        .inner_join(tenant::table)
        .filter(token::accessor.eq(accessor))
        .select((TokenRow::as_select(), TenantColumns::as_select()))
        .get_result::<(TokenRow, TenantColumns)>(conn)
        .optional()?;
    Ok(row.map(|(token, tenant)| (token, tenant.into())))
}

pub(crate) fn insert(conn: &mut Conn, tenant: i64, row: &TokenRow) -> Result<(), StoreError> {
    diesel::insert_into(token::table).values((row, token::tenant.eq(tenant))).execute(conn)?;
    Ok(())
}

pub(crate) fn all(conn: &mut Conn, tenant: i64) -> Result<Vec<TokenRow>, StoreError> {
    Ok(token::table
        .filter(token::tenant.eq(tenant))
        .order((token::created_ms, token::accessor))
        .select(TokenRow::as_select())
        .load(conn)?)
}

/// Revokes a token; false when the tenant has no live one of that accessor.
pub(crate) fn revoke(conn: &mut Conn, tenant: i64, accessor: &str, now_ms: i64) -> Result<bool, StoreError> {
    let live = token::table
        .filter(token::accessor.eq(accessor))
        .filter(token::tenant.eq(tenant))
        .filter(token::revoked_ms.is_null());
    Ok(diesel::update(live).set(token::revoked_ms.eq(now_ms)).execute(conn)? == 1)
}

/// Notes a use of a token, unless a later one is known.
pub(crate) fn touch(conn: &mut Conn, accessor: &str, at_ms: i64) -> Result<(), StoreError> {
    let earlier = token::last_used_ms.is_null().or(token::last_used_ms.lt(at_ms));
    diesel::update(token::table.find(accessor).filter(earlier))
        .set(token::last_used_ms.eq(at_ms))
        .execute(conn)?;
    Ok(())
}
