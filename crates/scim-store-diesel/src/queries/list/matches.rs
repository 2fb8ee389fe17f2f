//! All matches of a query, in the order in which they are listed.

use super::super::columns::{Column, column};
use super::super::filter::{Pushed, Scope, looks_inside_texts, push, uncached};
use super::super::{Conn, Db};
use super::{Reading, relations, resources};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::listing::{Hit, Listing, Loaded, Part, Relations, View};
use crate::rows::StoredResource;
use crate::schema::{attr_ix, resource};
use chrono::DateTime;
use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use scim_core::Predicate;
use scim_core::filter::Place;
use scim_core::sort::{SortBy, SortKey};
use std::cmp::Ordering;
use std::time::Instant;

/// The most bytes that the keys of one sorted list take.
const MAX_KEYS: usize = 64 << 20;

/// The most matches of one list.
const MAX_HITS: usize = 2_000_000;

/// Finds all matches; sorts them, if they are to be sorted.
pub(super) fn all(
    reading: &mut Reading<'_>,
    listing: Listing<'_>,
    view: &View<'_>,
) -> Result<Vec<Hit>, StoreError> {
    let mut found = Found { entries: Vec::new(), bytes: 0, deadline: reading.deadline };
    for (rank, part) in listing.parts.iter().enumerate() {
        find(reading, part, rank, listing.order.is_some(), view, &mut found)?;
    }
    let mut entries = found.entries;
    // Rows come in no order; equals are listed by type, and then by id.
    entries.sort_unstable_by(|a, b| {
        let keys = listing.order.map_or(Ordering::Equal, |order| order.directed(a.key.cmp(&b.key)));
        keys.then_with(|| (a.rank, a.hit.id).cmp(&(b.rank, b.hit.id)))
    });
    Ok(entries.into_iter().map(|entry| entry.hit).collect())
}

/// What was found, with the keys to sort it by.
struct Found {
    entries: Vec<Entry>,
    bytes: usize,
    deadline: Instant,
}

struct Entry {
    key: SortKey,
    /// The place of its type among the types.
    rank: usize,
    hit: Hit,
}

impl Found {
    fn add(&mut self, key: SortKey, rank: usize, hit: Hit) -> Result<(), StoreError> {
        self.bytes += key.weight();
        self.entries.push(Entry { key, rank, hit });
        if self.entries.len() > MAX_HITS || self.bytes > MAX_KEYS {
            return Err(StoreError::TooMuchWork);
        }
        if self.entries.len().is_multiple_of(1024) && Instant::now() > self.deadline {
            return Err(StoreError::TooMuchWork);
        }
        Ok(())
    }
}

/// The rows of one type that SQL lets through.
type Rows<'q> = resource::BoxedQuery<'q, Db>;

fn find(
    reading: &mut Reading<'_>,
    part: &Part<'_>,
    rank: usize,
    sorted: bool,
    view: &View<'_>,
    found: &mut Found,
) -> Result<(), StoreError> {
    let (tenant, kind) = (reading.tenant, part.kind);
    let cut = match part.predicate {
        Some(predicate) => cut_paths(reading, kind, predicate)?,
        None => Vec::new(),
    };
    let pushed = match part.predicate {
        Some(predicate) => push(Scope { tenant, stored: reading.stored(kind)?, cut: &cut }, predicate),
        None => Pushed { sql: uncached(), exact: true },
    };
    let own = resource::tenant.eq(tenant).and(resource::rtype.eq(kind.number()));
    let rows = resource::table.filter(own).filter(uncached()).filter(pushed.sql).into_boxed();
    let judge = Judge {
        undecided: part.predicate.filter(|_| !pushed.exact),
        sort: part.sort.filter(|_| sorted),
        view,
    };
    let mut add = |id: ResourceId, key: SortKey| found.add(key, rank, Hit { kind, id });
    match (judge.undecided, judge.sort.map(|by| column(kind, by.place()))) {
        (None, None) => by_column(reading.conn, rows, None, &mut add),
        (None, Some(Some(key))) if has_order(key) => by_column(reading.conn, rows, Some(key), &mut add),
        _ => by_document(reading, kind, rows, &judge, &mut add),
    }
}

/// Whether a column sorts as its attribute does. `active` does not: it counts what is missing.
fn has_order(column: Column) -> bool {
    !matches!(column, Column::Active | Column::ResourceType | Column::Meta)
}

/// What is done with each match and the key to sort it by.
type Add<'a> = dyn FnMut(ResourceId, SortKey) -> Result<(), StoreError> + 'a;

/// Takes the ids of rows, with the key of a column if there is one.
fn by_column(
    conn: &mut Conn,
    rows: Rows<'_>,
    key: Option<Column>,
    add: &mut Add<'_>,
) -> Result<(), StoreError> {
    macro_rules! texts {
        ($column:ident) => {{
            let rows = rows.select((resource::id, resource::$column));
            for row in rows.load_iter::<(ResourceId, Option<String>), DefaultLoadingMode>(conn)? {
                let (id, text) = row?;
                add(id, text.map_or(SortKey::Missing, SortKey::Text))?;
            }
        }};
    }
    macro_rules! times {
        ($column:ident) => {{
            let rows = rows.select((resource::id, resource::$column));
            for row in rows.load_iter::<(ResourceId, i64), DefaultLoadingMode>(conn)? {
                let (id, ms) = row?;
                add(id, SortKey::Instant(DateTime::from_timestamp_millis(ms).unwrap_or_default()))?;
            }
        }};
    }
    match key {
        Some(Column::UserName) => texts!(uniq_key),
        Some(Column::DisplayName) => texts!(display_key),
        Some(Column::ExternalId) => texts!(external_id),
        Some(Column::FamilyName) => texts!(family_key),
        Some(Column::GivenName) => texts!(given_key),
        Some(Column::Created) => times!(created_ms),
        Some(Column::LastModified) => times!(modified_ms),
        None | Some(Column::Id | Column::Active | Column::ResourceType | Column::Meta) => {
            for id in rows.select(resource::id).load_iter::<ResourceId, DefaultLoadingMode>(conn)? {
                let id = id?;
                add(id, key.map_or(SortKey::Missing, |_| SortKey::Text(id.to_string())))?;
            }
        }
    }
    Ok(())
}

/// Reads the documents of rows, and decides about each.
fn by_document(
    reading: &mut Reading<'_>,
    kind: Kind,
    rows: Rows<'_>,
    judge: &Judge<'_>,
    add: &mut Add<'_>,
) -> Result<(), StoreError> {
    let asked = judge.needed(kind);
    let deadline = reading.deadline;
    let in_time = || if Instant::now() > deadline { Err(StoreError::TooMuchWork) } else { Ok(()) };
    if asked == Relations::default() {
        let rows = rows.select(StoredResource::as_select());
        for row in rows.load_iter::<StoredResource, DefaultLoadingMode>(reading.conn)? {
            in_time()?;
            let loaded = Loaded { kind, resource: row?, members: None, groups: None };
            if let Some(key) = judge.decide(&loaded)? {
                add(loaded.resource.id, key)?;
            }
        }
        return Ok(());
    }
    // Relations are read between rows, so that rows cannot be read in one go.
    for id in rows.select(resource::id).load::<ResourceId>(reading.conn)? {
        in_time()?;
        let Some(row) = resources::find(reading.conn, reading.tenant, kind, id)? else { continue };
        let loaded = relations::complete(reading.conn, reading.tenant, kind, row, asked)?;
        if let Some(key) = judge.decide(&loaded)? {
            add(id, key)?;
        }
    }
    Ok(())
}

/// Decides what SQL did not.
struct Judge<'j> {
    undecided: Option<&'j Predicate>,
    sort: Option<&'j SortBy>,
    view: &'j View<'j>,
}

impl Judge<'_> {
    /// By what a row is sorted, if it matches.
    fn decide(&self, loaded: &Loaded) -> Result<Option<SortKey>, StoreError> {
        let attributes = (self.view)(loaded)?;
        if self.undecided.is_some_and(|predicate| !predicate.matches(&attributes)) {
            return Ok(None);
        }
        Ok(Some(self.sort.map_or(SortKey::Missing, |by| by.key(&attributes))))
    }

    /// Which relations bear on the match or its place.
    fn needed(&self, kind: Kind) -> Relations {
        let mentions = |name: &str| {
            let in_place = |place: &Place| place.extension.is_none() && place.attribute == name;
            self.undecided.is_some_and(|predicate| predicate.mentions(name))
                || self.sort.is_some_and(|by| in_place(by.place()))
        };
        Relations {
            members: kind == Kind::Group && mentions("members"),
            groups: kind == Kind::User && mentions("groups"),
        }
    }
}

/// The indexed attributes of which the tenant has values that were cut, if it matters to the predicate.
pub(super) fn cut_paths(
    reading: &mut Reading<'_>,
    kind: Kind,
    predicate: &Predicate,
) -> Result<Vec<i16>, StoreError> {
    if reading.stored(kind)?.indexed.is_empty() || !looks_inside_texts(predicate) {
        return Ok(Vec::new());
    }
    // In the words of the index, which holds such values alone.
    let was_cut = sql::<Bool>("(length(val) >= 256 OR length(sub) >= 256)");
    Ok(attr_ix::table
        .filter(attr_ix::tenant.eq(reading.tenant))
        .filter(attr_ix::rtype.eq(kind.number()))
        .filter(was_cut)
        .select(attr_ix::path)
        .distinct()
        .load(reading.conn)?)
}
