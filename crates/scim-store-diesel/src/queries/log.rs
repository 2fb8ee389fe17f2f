//! The provisioning log: written, read by time, followed by number, pruned.

use super::{Conn, Db, lower, text_position};
use crate::error::StoreError;
use crate::logs::{LogFilter, LogOrder, LogPage, LogPlace, LogTail, NumberedLine};
use crate::rows::LogLine;
use crate::schema::provisioning_log;
use diesel::dsl::max;
use diesel::prelude::*;

/// How many lines are looked at for one page, where no index leads to those that are wanted.
const WINDOW: i64 = 20_000;

/// The most lines that whoever follows the log gets at once.
const MAX_FOLLOWED: i64 = 500;

/// A query of lines. Its shapes are few, so that it may be kept in a statement cache.
type Lines<'q> = provisioning_log::BoxedQuery<'q, Db>;

pub(crate) fn append(conn: &mut Conn, tenant: i64, line: &LogLine) -> Result<(), StoreError> {
    diesel::insert_into(provisioning_log::table)
        .values((line, provisioning_log::tenant.eq(tenant)))
        .execute(conn)?;
    Ok(())
}

/// The lines that a filter wants, from a place on. The connection is inside a transaction.
pub(crate) fn page(
    conn: &mut Conn,
    tenant: i64,
    filter: &LogFilter,
    order: LogOrder,
    from: Option<LogPlace>,
    limit: i64,
) -> Result<LogPage, StoreError> {
    let end = if filter.looks_at_lines() { end_of_window(conn, tenant, filter, order, from)? } else { None };
    let mut query = chosen(in_range(tenant, filter, order, from), filter);
    if let Some(LogPlace { at_ms, id }) = end {
        let (time, number) = (provisioning_log::at_ms, provisioning_log::id);
        query = match order {
            LogOrder::NewestFirst => query.filter(time.gt(at_ms).or(time.eq(at_ms).and(number.ge(id)))),
            LogOrder::OldestFirst => query.filter(time.lt(at_ms).or(time.eq(at_ms).and(number.le(id)))),
        };
    }
    let rows = sorted(query, order)
        .limit(limit)
        .select((provisioning_log::id, LogLine::as_select()))
        .load::<(i64, LogLine)>(conn)?;
    let lines = numbered(rows);
    let full = i64::try_from(lines.len()).is_ok_and(|count| count >= limit);
    let next = if full { lines.last().map(NumberedLine::place) } else { end };
    Ok(LogPage { lines, next })
}

/// The last of the places that one page looks at; `None` when it looks at all that are left. The index
/// by time alone knows it.
fn end_of_window(
    conn: &mut Conn,
    tenant: i64,
    filter: &LogFilter,
    order: LogOrder,
    from: Option<LogPlace>,
) -> Result<Option<LogPlace>, StoreError> {
    let place = sorted(in_range(tenant, filter, order, from), order)
        .offset(WINDOW - 1)
        .limit(1)
        .select((provisioning_log::at_ms, provisioning_log::id))
        .get_result::<(i64, i64)>(conn)
        .optional()?;
    Ok(place.map(|(at_ms, id)| LogPlace { at_ms, id }))
}

/// The lines of a tenant between two times, behind a place.
fn in_range(tenant: i64, filter: &LogFilter, order: LogOrder, from: Option<LogPlace>) -> Lines<'_> {
    let (time, number) = (provisioning_log::at_ms, provisioning_log::id);
    let mut query = provisioning_log::table.filter(provisioning_log::tenant.eq(tenant)).into_boxed();
    if let Some(since) = filter.since_ms {
        query = query.filter(time.ge(since));
    }
    if let Some(until) = filter.until_ms {
        query = query.filter(time.lt(until));
    }
    if let Some(LogPlace { at_ms, id }) = from {
        // The first condition is for the index, the second is what is meant.
        query = match order {
            LogOrder::NewestFirst => query.filter(time.le(at_ms)).filter(time.lt(at_ms).or(number.lt(id))),
            LogOrder::OldestFirst => query.filter(time.ge(at_ms)).filter(time.gt(at_ms).or(number.gt(id))),
        };
    }
    query
}

/// What of a filter is decided line by line, or by the index of requests.
fn chosen<'q>(mut query: Lines<'q>, filter: &'q LogFilter) -> Lines<'q> {
    if let Some(request_id) = &filter.request_id {
        query = query.filter(provisioning_log::request_id.eq(request_id));
    }
    if let Some(res) = filter.res {
        query = query
            .filter(provisioning_log::res.is_not_null().and(provisioning_log::res.assume_not_null().eq(res)));
    }
    if let Some(target) = &filter.target {
        let target = target.to_ascii_lowercase();
        let known = provisioning_log::target.is_not_null();
        query = query.filter(
            known.and(text_position(lower(provisioning_log::target.assume_not_null()), target).gt(0)),
        );
    }
    if let Some(action) = &filter.action {
        query =
            query.filter(text_position(lower(provisioning_log::action), action.to_ascii_lowercase()).gt(0));
    }
    if let Some((least, most)) = filter.status {
        query = query.filter(provisioning_log::status.between(least, most));
    }
    query
}

fn sorted(query: Lines<'_>, order: LogOrder) -> Lines<'_> {
    match order {
        LogOrder::NewestFirst => query.order((provisioning_log::at_ms.desc(), provisioning_log::id.desc())),
        LogOrder::OldestFirst => query.order((provisioning_log::at_ms, provisioning_log::id)),
    }
}

fn numbered(rows: Vec<(i64, LogLine)>) -> Vec<NumberedLine> {
    rows.into_iter().map(|(id, line)| NumberedLine { id, line }).collect()
}

/// The number of the newest line of all tenants; 0 when there is none.
fn last_number(conn: &mut Conn) -> Result<i64, StoreError> {
    let last: Option<i64> = provisioning_log::table.select(max(provisioning_log::id)).get_result(conn)?;
    Ok(last.unwrap_or(0))
}

/// The time of a tenant's newest line.
pub(crate) fn newest(conn: &mut Conn, tenant: i64) -> Result<Option<i64>, StoreError> {
    let of_tenant = provisioning_log::table.filter(provisioning_log::tenant.eq(tenant));
    Ok(of_tenant.select(max(provisioning_log::at_ms)).get_result(conn)?)
}

/// The newest lines, and where to go on from them. The connection is inside a transaction.
pub(crate) fn tail(conn: &mut Conn, tenant: i64, limit: i64) -> Result<LogTail, StoreError> {
    let after = last_number(conn)?;
    let mut lines = page(conn, tenant, &LogFilter::default(), LogOrder::NewestFirst, None, limit)?.lines;
    lines.reverse();
    Ok(LogTail { lines, after })
}

/// The lines that were written after a number. The connection is inside a transaction.
pub(crate) fn after(conn: &mut Conn, tenant: i64, number: i64) -> Result<LogTail, StoreError> {
    let last = last_number(conn)?;
    // `+ 0`: the way in is the number, for what is new is little.
    let rows = provisioning_log::table
        .filter(provisioning_log::id.gt(number))
        .filter((provisioning_log::tenant + 0).eq(tenant))
        .order(provisioning_log::id)
        .limit(MAX_FOLLOWED)
        .select((provisioning_log::id, LogLine::as_select()))
        .load::<(i64, LogLine)>(conn)?;
    let lines = numbered(rows);
    let full = i64::try_from(lines.len()).is_ok_and(|count| count >= MAX_FOLLOWED);
    let after = if full { lines.last().map_or(last, |line| line.id) } else { last };
    Ok(LogTail { lines, after })
}

/// Removes at most so many lines of a tenant that are older than a time, the oldest first, and says how
/// many. The newest line of all stays: SQLite gives the number of the last row again when that is gone.
pub(crate) fn prune(conn: &mut Conn, tenant: i64, before_ms: i64, limit: u32) -> Result<u32, StoreError> {
    let last = last_number(conn)?;
    let old: Vec<i64> = provisioning_log::table
        .filter(provisioning_log::tenant.eq(tenant))
        .filter(provisioning_log::at_ms.lt(before_ms))
        .filter(provisioning_log::id.ne(last))
        .order((provisioning_log::at_ms, provisioning_log::id))
        .limit(limit.into())
        .select(provisioning_log::id)
        .load(conn)?;
    for id in &old {
        diesel::delete(provisioning_log::table.find(id)).execute(conn)?;
    }
    Ok(u32::try_from(old.len()).unwrap_or(limit))
}
