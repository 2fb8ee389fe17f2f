//! How many resources a tenant has of a type, and whether places in the order of ids have changed.

use super::Conn;
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::schema::resource_count;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// The number of resources, and the number of changes that moved others in the order of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Count {
    pub(crate) total: i64,
    pub(crate) moved: i64,
}

/// What requests changed, to be added up before their commit.
#[derive(Debug, Default)]
pub(crate) struct CountChanges(BTreeMap<(i64, Kind), Delta>);

#[derive(Debug, Default, Clone, Copy)]
struct Delta {
    added: i64,
    removed: i64,
    /// The least and the greatest new id.
    ids: Option<(ResourceId, ResourceId)>,
}

impl CountChanges {
    pub(crate) fn inserted(&mut self, tenant: i64, kind: Kind, id: ResourceId) {
        self.change(tenant, kind, Delta { added: 1, removed: 0, ids: Some((id, id)) });
    }

    pub(crate) fn deleted(&mut self, tenant: i64, kind: Kind) {
        self.change(tenant, kind, Delta { added: 0, removed: 1, ids: None });
    }

    /// Takes over what another request changed.
    pub(crate) fn absorb(&mut self, other: Self) {
        for ((tenant, kind), delta) in other.0 {
            self.change(tenant, kind, delta);
        }
    }

    fn change(&mut self, tenant: i64, kind: Kind, delta: Delta) {
        let known = self.0.entry((tenant, kind)).or_default();
        known.added += delta.added;
        known.removed += delta.removed;
        known.ids = match (known.ids, delta.ids) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (one, other) => one.or(other),
        };
    }

    /// Writes the changes down, one row for each tenant and type.
    pub(crate) fn write(self, conn: &mut Conn) -> QueryResult<()> {
        for ((tenant, kind), delta) in self.0 {
            let key = (tenant, kind.number());
            let row: Option<(i64, i64, ResourceId)> = resource_count::table
                .find(key)
                .select((resource_count::total, resource_count::moved, resource_count::last_id))
                .get_result(conn)
                .optional()?;
            let known = row.is_some();
            let (total, moved, last) = row.unwrap_or((0, 0, uuid::Uuid::nil().into()));
            // Ids grow with time; a clock that was set back makes some that do not come last.
            let (first_new, last_new) = delta.ids.unwrap_or((last, last));
            let misplaced = delta.ids.is_some() && known && first_new <= last;
            let values = (
                resource_count::total.eq(total + delta.added - delta.removed),
                resource_count::moved.eq(moved + delta.removed + i64::from(misplaced)),
                resource_count::last_id.eq(last.max(last_new)),
            );
            if known {
                diesel::update(resource_count::table.find(key)).set(values).execute(conn)?;
            } else {
                diesel::insert_into(resource_count::table)
                    .values((resource_count::tenant.eq(key.0), resource_count::rtype.eq(key.1), values))
                    .execute(conn)?;
            }
        }
        Ok(())
    }
}

/// The count of a type; nothing where there never was a resource.
pub(crate) fn find(conn: &mut Conn, tenant: i64, kind: Kind) -> Result<Count, StoreError> {
    let row = resource_count::table
        .find((tenant, kind.number()))
        .select((resource_count::total, resource_count::moved))
        .get_result::<(i64, i64)>(conn)
        .optional()?;
    Ok(row.map_or_else(Count::default, |(total, moved)| Count { total, moved }))
}
