//! The numbers of resource types and kept attributes, and the rows of attributes that are newly kept.

use super::{Conn, resources, unique};
use crate::error::StoreError;
use crate::ids::{FIRST_OTHER, Kind, ResourceId};
use crate::layout::{KeptPath, StoredType};
use crate::schema::{attr_ix, indexed_path, resource, resource_type, unique_value};
use diesel::dsl::max;
use diesel::prelude::*;
use scim_core::schema::{ResourceType, ResourceTypes};

/// How many documents are read at a time.
const BATCH: i64 = 512;

/// Why a database cannot be opened with some resource types.
#[derive(Debug)]
pub(crate) enum Unsettled {
    /// Two resources of a tenant have one value of an attribute that is to be unique.
    Duplicate {
        resource_type: String,
        path: String,
        ids: [ResourceId; 2],
    },
    Store(StoreError),
}

impl From<StoreError> for Unsettled {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<diesel::result::Error> for Unsettled {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Gives numbers to the types and their attributes, and makes and drops the rows of those that changed.
/// Call inside a transaction: on an error nothing of it may stay.
pub(crate) fn settle(conn: &mut Conn, types: &ResourceTypes) -> Result<Vec<StoredType>, Unsettled> {
    let mut settled = Vec::new();
    for resource_type in types.iter() {
        let kind = kind_of(conn, resource_type)?;
        let mut stored = StoredType::new(kind, resource_type);
        let new_indexes = number(conn, kind, "index", &mut stored.indexed)?;
        let new_uniques = number(conn, kind, "unique", &mut stored.unique)?;
        if new_indexes || new_uniques {
            fill(conn, &stored)?;
        }
        settled.push(stored);
    }
    Ok(settled)
}

fn kind_of(conn: &mut Conn, resource_type: &ResourceType) -> Result<Kind, StoreError> {
    let name = &resource_type.name;
    let known = resource_type::table
        .filter(resource_type::name.eq(name))
        .select(resource_type::number)
        .get_result::<i16>(conn)
        .optional()?;
    let number = match known {
        Some(number) => number,
        None => {
            let last: Option<i16> =
                resource_type::table.select(max(resource_type::number)).get_result(conn)?;
            let number = last.unwrap_or(0).max(FIRST_OTHER - 1) + 1;
            diesel::insert_into(resource_type::table)
                .values((resource_type::number.eq(number), resource_type::name.eq(name)))
                .execute(conn)?;
            number
        }
    };
    Kind::from_number(number).ok_or_else(|| StoreError::Damaged(format!("resource type {number}")))
}

/// Numbers the attributes; drops those that are kept no longer or in another form. Says whether any is new.
fn number(conn: &mut Conn, kind: Kind, what: &str, paths: &mut [KeptPath]) -> Result<bool, StoreError> {
    let stored = indexed_path::table
        .filter(indexed_path::rtype.eq(kind.number()))
        .filter(indexed_path::what.eq(what))
        .select((indexed_path::number, indexed_path::path, indexed_path::form))
        .load::<(i16, String, String)>(conn)?;
    for (number, path, form) in stored {
        match paths.iter_mut().find(|kept| kept.path == path && kept.form() == form) {
            Some(kept) => kept.number = number,
            None => forget(conn, kind, number)?,
        }
    }
    let mut any = false;
    for kept in paths.iter_mut().filter(|kept| kept.number == 0) {
        let last: Option<i16> = indexed_path::table.select(max(indexed_path::number)).get_result(conn)?;
        kept.number = last.unwrap_or(0) + 1;
        diesel::insert_into(indexed_path::table)
            .values((
                indexed_path::number.eq(kept.number),
                indexed_path::rtype.eq(kind.number()),
                indexed_path::what.eq(what),
                indexed_path::path.eq(&kept.path),
                indexed_path::form.eq(kept.form()),
            ))
            .execute(conn)?;
        any = true;
    }
    Ok(any)
}

fn forget(conn: &mut Conn, kind: Kind, number: i16) -> Result<(), StoreError> {
    diesel::delete(attr_ix::table.filter(attr_ix::rtype.eq(kind.number())).filter(attr_ix::path.eq(number)))
        .execute(conn)?;
    diesel::delete(
        unique_value::table
            .filter(unique_value::rtype.eq(kind.number()))
            .filter(unique_value::path.eq(number)),
    )
    .execute(conn)?;
    diesel::delete(indexed_path::table.find(number)).execute(conn)?;
    Ok(())
}

/// Makes the rows of every kept attribute; those that are there already stay.
fn fill(conn: &mut Conn, stored: &StoredType) -> Result<(), Unsettled> {
    let rtype = stored.kind.number();
    let tenants: Vec<i64> =
        resource::table.filter(resource::rtype.eq(rtype)).select(resource::tenant).distinct().load(conn)?;
    for tenant in tenants {
        let mut last: Option<ResourceId> = None;
        loop {
            let mut rows = resource::table
                .filter(resource::tenant.eq(tenant))
                .filter(resource::rtype.eq(rtype))
                .order(resource::id)
                .limit(BATCH)
                .select((resource::id, resource::doc))
                .into_boxed();
            if let Some(last) = last {
                rows = rows.filter(resource::id.gt(last));
            }
            let rows = rows.load::<(ResourceId, String)>(conn)?;
            let Some((end, _)) = rows.last() else { break };
            last = Some(*end);
            for (id, doc) in rows {
                let document = resources::parse_document(&doc)?;
                for entry in stored.index_entries(&document) {
                    resources::insert_entry(conn, tenant, stored.kind, id, &entry)?;
                }
                for (path, key) in stored.unique_keys(&document) {
                    match unique::claim(conn, tenant, stored.kind, path, &key, id)? {
                        Some(holder) if holder != id => {
                            let name = stored.unique.iter().find(|kept| kept.number == path);
                            return Err(Unsettled::Duplicate {
                                resource_type: stored.resource_type.name.clone(),
                                path: name.map(|kept| kept.path.clone()).unwrap_or_default(),
                                ids: [holder, id],
                            });
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    Ok(())
}
