//! How often tokens read, minute by minute.

use super::Conn;
use crate::error::StoreError;
use crate::rows::RequestCount;
use crate::schema::request_count;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// Adds to what is counted already.
pub(crate) fn add(conn: &mut Conn, tenant: i64, count: &RequestCount) -> Result<(), StoreError> {
    diesel::insert_into(request_count::table)
        .values((count, request_count::tenant.eq(tenant)))
        .on_conflict((request_count::tenant, request_count::minute, request_count::accessor))
        .do_update()
        .set((
            request_count::reads.eq(request_count::reads + excluded(request_count::reads)),
            request_count::not_found.eq(request_count::not_found + excluded(request_count::not_found)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The counts of a tenant from a minute on, oldest first.
pub(crate) fn since(conn: &mut Conn, tenant: i64, minute: i64) -> Result<Vec<RequestCount>, StoreError> {
    Ok(request_count::table
        .filter(request_count::tenant.eq(tenant))
        .filter(request_count::minute.ge(minute))
        .order((request_count::minute, request_count::accessor))
        .select(RequestCount::as_select())
        .load(conn)?)
}

/// When the newest minute of a tenant began, in milliseconds.
pub(crate) fn newest(conn: &mut Conn, tenant: i64) -> Result<Option<i64>, StoreError> {
    let of_tenant = request_count::table.filter(request_count::tenant.eq(tenant));
    let minute: Option<i64> = of_tenant.select(max(request_count::minute)).get_result(conn)?;
    Ok(minute.map(|minute| minute.saturating_mul(60_000)))
}

/// Removes at most so many counts of a tenant before a minute, the oldest first, and says how many.
pub(crate) fn prune(conn: &mut Conn, tenant: i64, before: i64, limit: u32) -> Result<u32, StoreError> {
    let old: Vec<(i64, String)> = request_count::table
        .filter(request_count::tenant.eq(tenant))
        .filter(request_count::minute.lt(before))
        .order((request_count::minute, request_count::accessor))
        .limit(limit.into())
        .select((request_count::minute, request_count::accessor))
        .load(conn)?;
    for (minute, accessor) in &old {
        diesel::delete(request_count::table.find((tenant, *minute, accessor))).execute(conn)?;
    }
    Ok(u32::try_from(old.len()).unwrap_or(limit))
}
