//! Listing: rows narrowed by SQL, decided by scim-core where SQL could not, page by page.

mod by_id;
mod matches;
mod quick;

use super::relations::MAX_BYTES;
use super::{Conn, relations, resources};
use crate::error::StoreError;
use crate::ids::Kind;
use crate::layout::StoredType;
use crate::listing::{From, Hit, Listing, Page, View};
use crate::remembered::Remembered;
use crate::rows::StoredResource;
use crate::schema::tenant_seq;
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::query_dsl::methods::LoadQuery;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

pub(crate) use quick::one_by_key;

/// What a list is read with. The connection is inside a transaction: all of a list is of one moment.
pub(crate) struct Reading<'r> {
    pub(crate) conn: &'r mut Conn,
    pub(crate) tenant: i64,
    pub(crate) types: &'r [StoredType],
    pub(crate) remembered: &'r Remembered,
    /// When the list has taken too long.
    pub(crate) deadline: Instant,
}

impl<'r> Reading<'r> {
    fn stored(&self, kind: Kind) -> Result<&'r StoredType, StoreError> {
        let found = self.types.iter().find(|stored| stored.kind == kind);
        found.ok_or_else(|| StoreError::Damaged(format!("resource type {}", kind.number())))
    }
}

/// Lists resources. `view` says how a row looks to the predicate and to sorting; it is asked about
/// rows that SQL alone could not decide, with the relations that they need.
pub(crate) fn list(
    reading: &mut Reading<'_>,
    listing: Listing<'_>,
    view: &View<'_>,
) -> Result<Page, StoreError> {
    if let Some(asked) = one_by_key(listing) {
        return asked.page(reading, listing);
    }
    if let [part] = listing.parts {
        if part.predicate.is_none() && listing.order.is_none() {
            return by_id::page(reading, listing, part.kind);
        }
        if let Some(page) = quick::only_page(reading, listing, part)? {
            return Ok(page);
        }
    }
    let hits = remembered_matches(reading, listing, view)?;
    let sorted = listing.order.is_some();
    let range = window(&hits, listing, sorted)?;
    let backwards = matches!(listing.from, From::Before(_));
    let mut wanted = hits.get(range.clone()).unwrap_or_default().to_vec();
    if backwards {
        wanted.reverse();
    }
    let rows = rows(reading, &wanted)?;
    let (conn, tenant) = (&mut *reading.conn, reading.tenant);
    let mut resources = relations::complete_page(conn, tenant, rows, listing.relations, false)?;
    // A page that was cut lacks what is farthest from where it began.
    let shown = if backwards {
        resources.reverse();
        range.end - resources.len()..range.end
    } else {
        range.start..range.start + resources.len()
    };
    let total = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    Ok(Page { total, resources, before: shown.start > 0, after: shown.end < hits.len() })
}

/// All matches in their order, read anew only if the tenant has changed.
fn remembered_matches(
    reading: &mut Reading<'_>,
    listing: Listing<'_>,
    view: &View<'_>,
) -> Result<Arc<[Hit]>, StoreError> {
    let revision =
        tenant_seq::table.find(reading.tenant).select(tenant_seq::seq).get_result::<i64>(reading.conn)?;
    if let Some(hits) = reading.remembered.matches(reading.tenant, revision, listing.query) {
        return Ok(hits);
    }
    let hits: Arc<[Hit]> = matches::all(reading, listing, view)?.into();
    reading.remembered.add_matches(reading.tenant, revision, listing.query, &hits);
    Ok(hits)
}

/// Where in the matches the page lies.
fn window(hits: &[Hit], listing: Listing<'_>, sorted: bool) -> Result<Range<usize>, StoreError> {
    let limit = usize::try_from(listing.limit).unwrap_or(0);
    let rank = |hit: &Hit| (listing.parts.iter().position(|part| part.kind == hit.kind), hit.id);
    // Where a hit is or, if it is gone from a list that is in the order of ids, would be.
    let place = |wanted: Hit| match hits.iter().position(|hit| *hit == wanted) {
        Some(at) => Ok((at, at + 1)),
        None if sorted => Err(StoreError::PlaceGone),
        None => {
            let at = hits.partition_point(|hit| rank(hit) < rank(&wanted));
            Ok((at, at))
        }
    };
    Ok(match listing.from {
        From::Index(index) => {
            let start = usize::try_from(index.max(0)).unwrap_or(usize::MAX).min(hits.len());
            start..start.saturating_add(limit).min(hits.len())
        }
        From::After(hit) => {
            let (_, start) = place(hit)?;
            start..start.saturating_add(limit).min(hits.len())
        }
        From::Before(hit) => {
            let (end, _) = place(hit)?;
            end.saturating_sub(limit)..end
        }
    })
}

/// The rows of matches, as far as they fit into memory.
fn rows(reading: &mut Reading<'_>, hits: &[Hit]) -> Result<Vec<(Kind, StoredResource)>, StoreError> {
    let (mut rows, mut bytes) = (Vec::with_capacity(hits.len()), 0_usize);
    for hit in hits {
        let row = resources::find(reading.conn, reading.tenant, hit.kind, hit.id)?;
        let row = row.ok_or_else(|| StoreError::Damaged(format!("the row of {} is missing", hit.id)))?;
        bytes = bytes.saturating_add(row.doc.len());
        rows.push((hit.kind, row));
        if bytes >= MAX_BYTES {
            break;
        }
    }
    Ok(rows)
}

/// Reads at most `limit` rows, as far as they fit into memory; says whether some were left.
fn read_rows<'q, Q>(
    conn: &mut Conn,
    query: Q,
    limit: usize,
) -> Result<(Vec<StoredResource>, bool), StoreError>
where
    Q: LoadQuery<'q, Conn, StoredResource> + RunQueryDsl<Conn> + 'q,
{
    let (mut rows, mut bytes) = (Vec::with_capacity(limit.min(128)), 0_usize);
    for row in query.load_iter::<StoredResource, DefaultLoadingMode>(conn)? {
        let row = row?;
        if rows.len() == limit || bytes >= MAX_BYTES {
            return Ok((rows, true));
        }
        bytes = bytes.saturating_add(row.doc.len());
        rows.push(row);
    }
    Ok((rows, false))
}
