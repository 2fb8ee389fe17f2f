//! How often tokens read, minute by minute.

use super::Conn;
use crate::error::StoreError;
use crate::rows::ReadCount;
use crate::schema::read_count;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::upsert::excluded;

/// Adds to what is counted already.
pub(crate) fn add(conn: &mut Conn, tenant: i64, count: &ReadCount) -> Result<(), StoreError> {
    diesel::insert_into(read_count::table)
        .values((count, read_count::tenant.eq(tenant)))
        .on_conflict((read_count::tenant, read_count::minute, read_count::accessor))
        .do_update()
        .set((
            read_count::reads.eq(read_count::reads + excluded(read_count::reads)),
            read_count::not_found.eq(read_count::not_found + excluded(read_count::not_found)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The counts of a tenant after a minute and accessor, oldest first.
pub(crate) fn after(
    conn: &mut Conn,
    tenant: i64,
    (minute, accessor): (i64, &str),
    limit: i64,
) -> Result<Vec<ReadCount>, StoreError> {
    Ok(read_count::table
        .filter(read_count::tenant.eq(tenant))
        // The first condition is for the index, the second is what is meant.
        .filter(read_count::minute.ge(minute))
        .filter(read_count::minute.gt(minute).or(read_count::accessor.gt(accessor)))
        .limit(limit)
        .order((read_count::minute, read_count::accessor))
        .select(ReadCount::as_select())
        .load(conn)?)
}

/// When the newest minute of a tenant began, in milliseconds.
pub(crate) fn newest(conn: &mut Conn, tenant: i64) -> Result<Option<i64>, StoreError> {
    let of_tenant = read_count::table.filter(read_count::tenant.eq(tenant));
    let minute: Option<i64> = of_tenant.select(max(read_count::minute)).get_result(conn)?;
    Ok(minute.map(|minute| minute.saturating_mul(60_000)))
}

/// Removes at most so many counts of a tenant before a minute, the oldest first, and says how many.
pub(crate) fn prune(conn: &mut Conn, tenant: i64, before: i64, limit: u32) -> Result<u32, StoreError> {
    let old: Vec<(i64, String)> = read_count::table
        .filter(read_count::tenant.eq(tenant))
        .filter(read_count::minute.lt(before))
        .order((read_count::minute, read_count::accessor))
        .limit(limit.into())
        .select((read_count::minute, read_count::accessor))
        .load(conn)?;
    for (minute, accessor) in &old {
        diesel::delete(read_count::table.find((tenant, *minute, accessor))).execute(conn)?;
    }
    Ok(u32::try_from(old.len()).unwrap_or(limit))
}
