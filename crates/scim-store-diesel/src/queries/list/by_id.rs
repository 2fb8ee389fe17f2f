//! All resources of a type, in the order of their ids. Every page costs the same, wherever it lies.

use super::super::counts;
use super::{Reading, read_rows, relations};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::listing::{From, Listing, Page};
use crate::remembered::STRIDE;
use crate::rows::StoredResource;
use crate::schema::resource;
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;

pub(super) fn page(reading: &mut Reading<'_>, listing: Listing<'_>, kind: Kind) -> Result<Page, StoreError> {
    let tenant = reading.tenant;
    let count = counts::find(reading.conn, tenant, kind)?;
    let total = count.total;
    let mut page = Page { total, resources: Vec::new(), before: false, after: false };
    let limit = usize::try_from(listing.limit).unwrap_or(0);
    if total == 0 {
        return Ok(page);
    }
    let own = || {
        let own = resource::tenant.eq(tenant).and(resource::rtype.eq(kind.number()));
        resource::table.filter(own).select(StoredResource::as_select())
    };
    let (rows, more) = match listing.from {
        From::Index(index) if index >= total || limit == 0 => {
            page.before = index > 0;
            page.after = index < total;
            return Ok(page);
        }
        From::Index(index) => {
            page.before = index > 0;
            let index = usize::try_from(index.max(0)).unwrap_or(usize::MAX);
            let Some(first) = id_at(reading, kind, count.moved, index)? else { return Ok(page) };
            let rows = own().filter(resource::id.ge(first)).order(resource::id);
            read_rows(reading.conn, rows, limit)?
        }
        From::After(hit) => {
            let rows = own().filter(resource::id.gt(hit.id)).order(resource::id);
            let (rows, more) = read_rows(reading.conn, rows, limit)?;
            page.before = exists(reading, kind, |id| match rows.first() {
                Some(first) => Box::new(id.lt(first.id)),
                None => Box::new(id.le(hit.id)),
            })?;
            (rows, more)
        }
        From::Before(hit) => {
            let rows = own().filter(resource::id.lt(hit.id)).order(resource::id.desc());
            let (rows, more) = read_rows(reading.conn, rows, limit)?;
            page.after = exists(reading, kind, |id| match rows.first() {
                Some(last) => Box::new(id.gt(last.id)),
                None => Box::new(id.ge(hit.id)),
            })?;
            (rows, more)
        }
    };
    let read = rows.len();
    let rows = rows.into_iter().map(|row| (kind, row)).collect();
    page.resources = relations::complete_page(reading.conn, tenant, rows, listing.relations, true)?;
    let more = more || page.resources.len() < read;
    if matches!(listing.from, From::Before(_)) {
        page.resources.reverse();
        page.before = more;
    } else {
        page.after = more;
    }
    Ok(page)
}

/// The id at a place in the order, counted from 0.
fn id_at(
    reading: &mut Reading<'_>,
    kind: Kind,
    moved: i64,
    index: usize,
) -> Result<Option<ResourceId>, StoreError> {
    let tenant = reading.tenant;
    let known = reading.remembered.place((tenant, kind), moved, index);
    if let Some((place, id)) = known
        && place == index
    {
        return Ok(Some(id));
    }
    let (start, from) = known.unwrap_or((0, uuid::Uuid::nil().into()));
    let ids = resource::table
        .filter(resource::tenant.eq(tenant))
        .filter(resource::rtype.eq(kind.number()))
        .filter(resource::id.ge(from))
        .order(resource::id)
        .select(resource::id)
        .load_iter::<ResourceId, DefaultLoadingMode>(reading.conn)?;
    let (mut places, mut found) = (Vec::new(), None);
    for (place, id) in (start..).zip(ids) {
        let id = id?;
        if place % STRIDE == 0 {
            places.push(id);
        }
        if place == index {
            found = Some(id);
            break;
        }
    }
    reading.remembered.add_places((tenant, kind), moved, start, &places);
    Ok(found)
}

/// A condition on the column of ids.
type IdClause = super::super::filter::Clause<'static>;

/// Whether the type has a resource whose id satisfies a condition.
fn exists(
    reading: &mut Reading<'_>,
    kind: Kind,
    condition: impl FnOnce(resource::id) -> IdClause,
) -> Result<bool, StoreError> {
    let own = resource::table
        .filter(resource::tenant.eq(reading.tenant))
        .filter(resource::rtype.eq(kind.number()))
        .filter(condition(resource::id));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(reading.conn)?)
}
