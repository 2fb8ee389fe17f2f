//! All matches of a query, in the order in which they are listed.

use super::super::filter::{Pushed, Scope, looks_inside_texts, push, uncached};
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
        if self.entries.len().is_multiple_of(1024) { self.in_time() } else { Ok(()) }
    }

    fn in_time(&self) -> Result<(), StoreError> {
        if Instant::now() > self.deadline { Err(StoreError::TooMuchWork) } else { Ok(()) }
    }
}

fn find(
    reading: &mut Reading<'_>,
    part: &Part<'_>,
    rank: usize,
    sorted: bool,
    view: &View<'_>,
    found: &mut Found,
) -> Result<(), StoreError> {
    let cut = match part.predicate {
        Some(predicate) => cut_paths(reading, part.kind, predicate)?,
        None => Vec::new(),
    };
    let (tenant, kind) = (reading.tenant, part.kind);
    let stored = reading.stored(kind)?;
    let pushed = || match part.predicate {
        Some(predicate) => push(Scope { tenant, stored, cut: &cut }, predicate),
        None => Pushed { sql: uncached(), exact: true },
    };
    let own = || {
        let own = resource::tenant.eq(tenant).and(resource::rtype.eq(kind.number()));
        resource::table.filter(own).filter(uncached()).filter(pushed().sql)
    };
    let hit = |id| Hit { kind, id };
    let exact = pushed().exact;
    let column = match part.sort {
        _ if !exact => None,
        Some(by) if sorted => key_column(kind, by.place()),
        _ => Some(KeyColumn::None),
    };
    macro_rules! by_column {
        ($columns:expr, $row:ty, $split:expr) => {{
            let rows = own().select($columns).load_iter::<$row, DefaultLoadingMode>(reading.conn)?;
            for row in rows {
                let (id, key): (ResourceId, SortKey) = $split(row?);
                found.add(key, rank, hit(id))?;
            }
            Ok(())
        }};
    }
    let text = |text: Option<String>| text.map_or(SortKey::Missing, SortKey::Text);
    let time = |ms: i64| SortKey::Instant(DateTime::from_timestamp_millis(ms).unwrap_or_default());
    type TextRow = (ResourceId, Option<String>);
    match column {
        Some(KeyColumn::None) => by_column!(resource::id, ResourceId, |id| (id, SortKey::Missing)),
        Some(KeyColumn::Id) => {
            by_column!(resource::id, ResourceId, |id: ResourceId| (id, SortKey::Text(id.to_string())))
        }
        Some(KeyColumn::UserName) => {
            by_column!((resource::id, resource::uniq_key), TextRow, |(id, key)| (id, text(key)))
        }
        Some(KeyColumn::DisplayName) => {
            by_column!((resource::id, resource::display_key), TextRow, |(id, key)| (id, text(key)))
        }
        Some(KeyColumn::ExternalId) => {
            by_column!((resource::id, resource::external_id), TextRow, |(id, key)| (id, text(key)))
        }
        Some(KeyColumn::FamilyName) => {
            by_column!((resource::id, resource::family_key), TextRow, |(id, key)| (id, text(key)))
        }
        Some(KeyColumn::GivenName) => {
            by_column!((resource::id, resource::given_key), TextRow, |(id, key)| (id, text(key)))
        }
        Some(KeyColumn::Created) => {
            by_column!((resource::id, resource::created_ms), (ResourceId, i64), |(id, ms)| (id, time(ms)))
        }
        Some(KeyColumn::LastModified) => {
            by_column!((resource::id, resource::modified_ms), (ResourceId, i64), |(id, ms)| (id, time(ms)))
        }
        None => {
            let judge = Judge {
                undecided: part.predicate.filter(|_| !exact),
                sort: part.sort.filter(|_| sorted),
                view,
            };
            let asked = judge.needed(kind);
            if asked == Relations::default() {
                let rows = own().select(StoredResource::as_select());
                for row in rows.load_iter::<StoredResource, DefaultLoadingMode>(reading.conn)? {
                    found.in_time()?;
                    let loaded = Loaded { kind, resource: row?, members: None, groups: None };
                    if let Some(key) = judge.decide(&loaded)? {
                        found.add(key, rank, hit(loaded.resource.id))?;
                    }
                }
                return Ok(());
            }
            // Relations are read between rows, so that rows cannot be read in one go.
            for id in own().select(resource::id).load::<ResourceId>(reading.conn)? {
                found.in_time()?;
                let Some(row) = resources::find(reading.conn, tenant, kind, id)? else { continue };
                let loaded = relations::complete(reading.conn, tenant, kind, row, asked)?;
                if let Some(key) = judge.decide(&loaded)? {
                    found.add(key, rank, hit(id))?;
                }
            }
            Ok(())
        }
    }
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

/// A column whose order is that of an attribute.
enum KeyColumn {
    None,
    Id,
    UserName,
    DisplayName,
    ExternalId,
    FamilyName,
    GivenName,
    Created,
    LastModified,
}

fn key_column(kind: Kind, place: &Place) -> Option<KeyColumn> {
    if place.extension.is_some() {
        return None;
    }
    let built_in = matches!(kind, Kind::User | Kind::Group);
    Some(match (place.attribute.as_str(), place.sub.as_deref()) {
        ("id", None) => KeyColumn::Id,
        ("externalId", None) => KeyColumn::ExternalId,
        ("meta", Some("created")) => KeyColumn::Created,
        ("meta", Some("lastModified")) => KeyColumn::LastModified,
        ("displayName", None) if built_in => KeyColumn::DisplayName,
        ("userName", None) if kind == Kind::User => KeyColumn::UserName,
        ("name", Some("familyName")) if kind == Kind::User => KeyColumn::FamilyName,
        ("name", Some("givenName")) if kind == Kind::User => KeyColumn::GivenName,
        _ => return None,
    })
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
