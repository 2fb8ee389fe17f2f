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

/// The question who has a unique name.
pub(crate) struct OneByKey<'a> {
    kind: Kind,
    /// The folded name.
    key: &'a str,
    /// The first place that is shown, and the place after the last; there is one at most.
    shown: [i64; 2],
}

/// Whether a list asks who has a unique name: `userName eq "…"` or, of a group, `displayName eq "…"`,
/// from a place that is counted. It is the question that identity providers ask most.
pub(crate) fn one_by_key(listing: Listing<'_>) -> Option<OneByKey<'_>> {
    let ([part], From::Index(index)) = (listing.parts, listing.from) else { return None };
    match part.predicate? {
        Predicate::Compare { place, op: CompareOp::Eq, operand: Operand::Text { key, .. } }
            if place.extension.is_none()
                && place.sub.is_none()
                && Some(place.attribute.as_str()) == unique_attribute(part.kind) =>
        {
            let start = index.max(0);
            Some(OneByKey { kind: part.kind, key, shown: [start, start.saturating_add(listing.limit)] })
        }
        _ => None,
    }
}

impl OneByKey<'_> {
    /// Answers it with one read of an index.
    pub(super) fn page(&self, reading: &mut Reading<'_>, listing: Listing<'_>) -> Result<Page, StoreError> {
        let (conn, tenant) = (&mut *reading.conn, reading.tenant);
        let found = resources::find_by_key(conn, tenant, self.kind, self.key)?;
        let total = i64::from(found.is_some());
        let [start, end] = self.shown.map(|place| place.min(total));
        let found = found.filter(|_| start < end);
        let resources = found
            .map(|row| relations::complete(conn, tenant, self.kind, row, listing.relations))
            .transpose()?;
        let resources = resources.into_iter().collect();
        Ok(Page { total, resources, before: start > 0, after: end < total })
    }
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
