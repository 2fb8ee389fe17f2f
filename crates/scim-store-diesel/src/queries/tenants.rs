//! Tenants and their settings.

use super::Conn;
use crate::error::StoreError;
use crate::rows::{TenantColumns, TenantRow};
use crate::schema::{tenant, tenant_seq};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

pub(crate) fn all(conn: &mut Conn) -> Result<Vec<TenantRow>, StoreError> {
    let rows = tenant::table.order(tenant::name).select(TenantColumns::as_select()).load(conn)?;
    Ok(rows.into_iter().map(TenantRow::from).collect())
}

pub(crate) fn by_name(conn: &mut Conn, name: &str) -> Result<Option<TenantRow>, StoreError> {
    let row = tenant::table.filter(tenant::name.eq(name)).select(TenantColumns::as_select()).get_result(conn);
    Ok(row.optional()?.map(TenantRow::from))
}

pub(crate) fn by_number(conn: &mut Conn, number: i64) -> Result<Option<TenantRow>, StoreError> {
    let row = tenant::table.find(number).select(TenantColumns::as_select()).get_result(conn);
    Ok(row.optional()?.map(TenantRow::from))
}

pub(crate) fn create(
    conn: &mut Conn,
    name: &str,
    settings: &str,
    epoch: i64,
    now_ms: i64,
) -> Result<TenantRow, StoreError> {
    // Numbers of deleted tenants must not come back: rows of the log may still carry them.
    let last: Option<i64> =
        tenant_seq::table.select(diesel::dsl::max(tenant_seq::tenant)).get_result(conn)?;
    let number = last.unwrap_or(0) + 1;
    let inserted = diesel::insert_into(tenant::table)
        .values((
            tenant::number.eq(number),
            tenant::name.eq(name),
            tenant::enabled.eq(true),
            tenant::settings.eq(settings),
            tenant::epoch.eq(epoch),
            tenant::version.eq(1),
            tenant::created_ms.eq(now_ms),
            tenant::modified_ms.eq(now_ms),
        ))
        .execute(conn);
    match inserted {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            return Err(StoreError::TenantExists(name.to_owned()));
        }
        other => other?,
    };
    diesel::insert_into(tenant_seq::table)
        .values((tenant_seq::tenant.eq(number), tenant_seq::seq.eq(0)))
        .execute(conn)?;
    by_number(conn, number)?.ok_or(StoreError::NotFound)
}

/// Writes whether a tenant is enabled, and its settings.
pub(crate) fn update(
    conn: &mut Conn,
    number: i64,
    enabled: bool,
    settings: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    diesel::update(tenant::table.find(number))
        .set((
            tenant::enabled.eq(enabled),
            tenant::settings.eq(settings),
            tenant::version.eq(tenant::version + 1),
            tenant::modified_ms.eq(now_ms),
        ))
        .execute(conn)?;
    Ok(())
}
