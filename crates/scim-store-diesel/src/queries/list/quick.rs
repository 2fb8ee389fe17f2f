//! Questions that are asked most: who has this unique name, and filters that match few resources.

use super::super::filter::{Pushed, Scope, push, uncached};
use super::matches::cut_paths;
use super::{Reading, read_rows, relations, resources};
use crate::error::StoreError;
use crate::hot::unique_attribute;
use crate::ids::Kind;
use crate::listing::{From, Listing, Page, Part};
use crate::rows::StoredResource;
use crate::schema::resource;
use diesel::prelude::*;
use scim_core::filter::{CompareOp, Operand, Predicate};

/// The folded value of `userName eq "…"` or, of a group, `displayName eq "…"`.
pub(crate) fn unique_key<'a>(part: &Part<'a>) -> Option<&'a str> {
    match part.predicate? {
        Predicate::Compare { place, op: CompareOp::Eq, operand: Operand::Text { key, .. } }
            if place.extension.is_none()
                && place.sub.is_none()
                && Some(place.attribute.as_str()) == unique_attribute(part.kind) =>
        {
            Some(key)
        }
        _ => None,
    }
}

/// The fast path of the question that identity providers ask most.
pub(super) fn one_by_key(
    reading: &mut Reading<'_>,
    listing: Listing<'_>,
    kind: Kind,
    key: &str,
) -> Result<Page, StoreError> {
    let (conn, tenant) = (&mut *reading.conn, reading.tenant);
    let found = resources::find_by_key(conn, tenant, kind, key)?;
    let total = i64::from(found.is_some());
    let first = matches!(listing.from, From::Index(..=0)) && listing.limit > 0;
    let shown = found.filter(|_| first);
    let resources =
        shown.map(|row| relations::complete(conn, tenant, kind, row, listing.relations)).transpose()?;
    let (before, after) = (total > 0 && matches!(listing.from, From::Index(1..)), false);
    Ok(Page { total, resources: resources.into_iter().collect(), before, after })
}

/// A list that fits on its first page, of a filter that SQL decides. `None` for every other.
///
/// Most filters match so few resources that one statement finds, counts and shows them.
pub(super) fn only_page(
    reading: &mut Reading<'_>,
    listing: Listing<'_>,
    part: &Part<'_>,
) -> Result<Option<Page>, StoreError> {
    let (Some(predicate), None, From::Index(..=0), 1..) =
        (part.predicate, listing.order, listing.from, listing.limit)
    else {
        return Ok(None);
    };
    let tenant = reading.tenant;
    let cut = cut_paths(reading, part.kind, predicate)?;
    let stored = reading.stored(part.kind)?;
    let Pushed { sql, exact: true } = push(Scope { tenant, stored, cut: &cut }, predicate) else {
        return Ok(None);
    };
    // In no order, so that the filter alone decides which index is used.
    let rows = resource::table
        .filter(resource::tenant.eq(tenant).and(resource::rtype.eq(part.kind.number())))
        .filter(uncached())
        .filter(sql)
        .select(StoredResource::as_select());
    let limit = usize::try_from(listing.limit).unwrap_or(usize::MAX);
    let conn = &mut *reading.conn;
    let (mut rows, more) = read_rows(conn, rows, limit)?;
    if more {
        return Ok(None);
    }
    rows.sort_unstable_by_key(|row| row.id);
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let rows = rows.into_iter().map(|row| (part.kind, row)).collect();
    let resources = relations::complete_page(conn, tenant, rows, listing.relations, false)?;
    let after = i64::try_from(resources.len()).is_ok_and(|shown| shown < total);
    Ok(Some(Page { total, resources, before: false, after }))
}
