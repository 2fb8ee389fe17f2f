//! Listing: rows narrowed by SQL, decided by the caller where SQL could not, in the order of ids.

use super::filter::{Pushed, push, uncached};
use super::{Conn, Db, members, resources};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::rows::{GroupRef, MemberRef, StoredResource};
use crate::schema::resource;
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::query_dsl::methods::LoadQuery;
use scim_core::filter::{CompareOp, Operand, Predicate};
use std::time::Instant;

/// Which computed parts of a resource are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relations {
    /// The members of a group.
    pub members: bool,
    /// The groups of a user.
    pub groups: bool,
}

/// A resource with the computed parts that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The resource.
    pub resource: StoredResource,
    /// Its members, if it is a group and they were asked for.
    pub members: Option<Vec<MemberRef>>,
    /// Its groups, if it is a user and they were asked for.
    pub groups: Option<Vec<GroupRef>>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many resources match in all.
    pub total: i64,
    /// Those of the page.
    pub resources: Vec<Loaded>,
}

/// What to list.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The filter; `None` lists everything.
    pub predicate: Option<&'a Predicate>,
    /// How many matches to pass over.
    pub offset: i64,
    /// The most resources on the page; 0 only counts.
    pub limit: i64,
    /// What the answer needs besides the documents.
    pub relations: Relations,
}

/// How many rows are read at a time where the caller decides.
const BATCH: i64 = 256;

/// How many bytes are held at a time; a page or a batch ends with the row that exceeds it.
const MAX_BYTES: usize = 8 << 20;

/// What a member or a group of a user weighs on a page: about what it takes in an answer.
const RELATION_BYTES: usize = 256;

impl Loaded {
    /// About how many bytes it takes.
    fn weight(&self) -> usize {
        let related = self.members.as_ref().map_or(0, Vec::len) + self.groups.as_ref().map_or(0, Vec::len);
        self.resource.doc.len().saturating_add(related.saturating_mul(RELATION_BYTES))
    }
}

/// Lists resources of a kind. `decide` is the meaning of the predicate; it is asked only about rows
/// that SQL alone could not decide, and gets the relations that the predicate mentions.
pub(crate) fn list(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    listing: Listing<'_>,
    deadline: Instant,
    decide: &mut dyn FnMut(&Loaded) -> Result<bool, StoreError>,
) -> Result<Page, StoreError> {
    let Some(predicate) = listing.predicate else {
        return by_sql(conn, tenant, kind, listing, || Pushed { sql: uncached(), exact: true });
    };
    if let Some(key) = unique_key(kind, predicate) {
        return one_by_key(conn, tenant, kind, listing, key);
    }
    let pushed = push(tenant, kind, predicate);
    if pushed.exact {
        return by_sql(conn, tenant, kind, listing, || push(tenant, kind, predicate));
    }
    by_decision(conn, tenant, kind, listing, predicate, deadline, decide)
}

/// The folded value of `userName eq "…"` or, of a group, `displayName eq "…"`.
fn unique_key(kind: Kind, predicate: &Predicate) -> Option<&str> {
    match predicate {
        Predicate::Compare { place, op: CompareOp::Eq, operand: Operand::Text { key, .. } }
            if place.extension.is_none()
                && place.sub.is_none()
                && place.attribute == crate::hot::unique_attribute(kind) =>
        {
            Some(key)
        }
        _ => None,
    }
}

/// The fast path of the question that identity providers ask most.
fn one_by_key(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    listing: Listing<'_>,
    key: &str,
) -> Result<Page, StoreError> {
    let found = resources::find_by_key(conn, tenant, kind, key)?;
    let total = i64::from(found.is_some());
    let shown = found.filter(|_| listing.offset <= 0 && listing.limit > 0);
    let resources = shown.map(|r| complete(conn, tenant, kind, r, listing.relations)).transpose()?;
    Ok(Page { total, resources: resources.into_iter().collect() })
}

/// SQL decides every row: it counts and it pages.
fn by_sql<'a>(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    listing: Listing<'_>,
    pushed: impl Fn() -> Pushed<'a>,
) -> Result<Page, StoreError> {
    let matching = || {
        let own = resource::tenant.eq(tenant).and(resource::rtype.eq(kind.number()));
        resource::table.filter(own).filter(uncached()).filter(pushed().sql).into_boxed::<Db>()
    };
    let total = matching().count().get_result(conn)?;
    if listing.limit <= 0 || listing.offset >= total {
        return Ok(Page { total, resources: Vec::new() });
    }
    let rows = matching()
        .order(resource::id)
        .offset(listing.offset)
        .limit(listing.limit)
        .select(StoredResource::as_select());
    let (rows, _) = within_memory(conn, rows)?;
    let mut page = Page { total, resources: Vec::with_capacity(rows.len()) };
    let mut bytes = 0_usize;
    for row in rows {
        let shown = complete(conn, tenant, kind, row, listing.relations)?;
        bytes = bytes.saturating_add(shown.weight());
        page.resources.push(shown);
        if bytes >= MAX_BYTES {
            break;
        }
    }
    Ok(page)
}

/// SQL narrows, the caller decides. Memory holds one batch and the page.
fn by_decision(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    listing: Listing<'_>,
    predicate: &Predicate,
    deadline: Instant,
    decide: &mut dyn FnMut(&Loaded) -> Result<bool, StoreError>,
) -> Result<Page, StoreError> {
    let asked = Relations {
        members: kind == Kind::Group && predicate.mentions("members"),
        groups: kind == Kind::User && predicate.mentions("groups"),
    };
    let mut page = Page { total: 0, resources: Vec::new() };
    let mut last: Option<ResourceId> = None;
    let mut bytes = 0_usize;
    loop {
        let own = resource::tenant.eq(tenant).and(resource::rtype.eq(kind.number()));
        let mut rows = resource::table
            .filter(own)
            .filter(uncached())
            .filter(push(tenant, kind, predicate).sql)
            .order(resource::id)
            .limit(BATCH)
            .select(StoredResource::as_select())
            .into_boxed::<Db>();
        if let Some(last) = last {
            rows = rows.filter(resource::id.gt(last));
        }
        let (batch, cut) = within_memory(conn, rows)?;
        let more = cut || i64::try_from(batch.len()).is_ok_and(|rows| rows == BATCH);
        last = batch.last().map(|end| end.id);
        for row in batch {
            let candidate = complete(conn, tenant, kind, row, asked)?;
            if Instant::now() > deadline {
                return Err(StoreError::TooMuchWork);
            }
            if !decide(&candidate)? {
                continue;
            }
            let position = page.total;
            page.total += 1;
            let shown = i64::try_from(page.resources.len()).unwrap_or(i64::MAX);
            if position >= listing.offset && shown < listing.limit && bytes < MAX_BYTES {
                let shown = complete(conn, tenant, kind, candidate.resource, listing.relations)?;
                bytes = bytes.saturating_add(shown.weight());
                page.resources.push(shown);
            }
        }
        if !more {
            return Ok(page);
        }
    }
}

/// Reads rows as far as they fit into memory; says whether some were left.
fn within_memory<'q, Q>(conn: &mut Conn, query: Q) -> Result<(Vec<StoredResource>, bool), StoreError>
where
    Q: LoadQuery<'q, Conn, StoredResource> + RunQueryDsl<Conn> + 'q,
{
    let (mut rows, mut bytes) = (Vec::new(), 0_usize);
    for row in query.load_iter::<StoredResource, DefaultLoadingMode>(conn)? {
        let row = row?;
        bytes = bytes.saturating_add(row.doc.len());
        rows.push(row);
        if bytes >= MAX_BYTES {
            return Ok((rows, true));
        }
    }
    Ok((rows, false))
}

/// Reads the computed parts of a resource.
pub(crate) fn complete(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    resource: StoredResource,
    wanted: Relations,
) -> Result<Loaded, StoreError> {
    let members = match kind {
        Kind::Group if wanted.members => Some(members::of_group(conn, tenant, resource.id)?),
        _ => None,
    };
    let groups = match kind {
        Kind::User if wanted.groups => Some(members::groups_of(conn, tenant, resource.id)?),
        _ => None,
    };
    Ok(Loaded { resource, members, groups })
}
