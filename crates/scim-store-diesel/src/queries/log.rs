//! The provisioning log.

use super::Conn;
use crate::error::StoreError;
use crate::rows::LogLine;
use crate::schema::provisioning_log;
use diesel::prelude::*;

pub(crate) fn append(conn: &mut Conn, tenant: i64, line: &LogLine) -> Result<(), StoreError> {
    diesel::insert_into(provisioning_log::table)
        .values((line, provisioning_log::tenant.eq(tenant)))
        .execute(conn)?;
    Ok(())
}

/// The newest lines of a tenant, newest first.
pub(crate) fn newest(conn: &mut Conn, tenant: i64, limit: i64) -> Result<Vec<LogLine>, StoreError> {
    Ok(provisioning_log::table
        .filter(provisioning_log::tenant.eq(tenant))
        .order(provisioning_log::id.desc())
        .limit(limit)
        .select(LogLine::as_select())
        .load(conn)?)
}
