//! The change log and its numbers.

use super::Conn;
use crate::change::{Before, Change};
use crate::error::StoreError;
use crate::rows::NewChangeRow;
use crate::schema::{change_log, tenant, tenant_seq};
use diesel::prelude::*;

/// Who caused a change.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cause<'a> {
    pub(crate) actor: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
}

/// Takes the next number of a tenant's log. Only the one writer calls this, so numbers are dense
/// and in the order of the commits.
pub(crate) fn next_seq(conn: &mut Conn, tenant: i64) -> Result<i64, StoreError> {
    Ok(diesel::update(tenant_seq::table.find(tenant))
        .set(tenant_seq::seq.eq(tenant_seq::seq + 1))
        .returning(tenant_seq::seq)
        .get_result(conn)?)
}

pub(crate) fn epoch(conn: &mut Conn, number: i64) -> Result<i64, StoreError> {
    Ok(tenant::table.find(number).select(tenant::epoch).get_result(conn)?)
}

#[expect(clippy::too_many_arguments, reason = "one argument for each column")]
pub(crate) fn append(
    conn: &mut Conn,
    tenant: i64,
    seq: i64,
    now_ms: i64,
    change: &Change,
    version: i64,
    before: Option<&Before>,
    cause: Cause<'_>,
) -> Result<(), StoreError> {
    let (rtype, res) = change.subject();
    diesel::insert_into(change_log::table)
        .values(NewChangeRow {
            tenant,
            seq: Some(seq),
            at_ms: now_ms,
            kind: change.number(),
            rtype,
            res,
            version,
            actor: cause.actor,
            request_id: cause.request_id,
            detail: change.detail(before),
        })
        .execute(conn)?;
    Ok(())
}
