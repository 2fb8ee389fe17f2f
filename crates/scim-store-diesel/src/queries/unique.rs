//! Values that one resource of a tenant may have, but those that have a column.

use super::Conn;
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::layout::StoredType;
use crate::schema::unique_value;
use diesel::prelude::*;

/// Refuses values that another resource has, before anything is written.
pub(crate) fn refuse_taken(
    conn: &mut Conn,
    tenant: i64,
    stored: &StoredType,
    keys: &[(i16, String)],
    id: ResourceId,
) -> Result<(), StoreError> {
    for (path, key) in keys {
        if let Some(holder) = holder(conn, tenant, stored.kind, *path, key)?
            && holder != id
        {
            let attribute = stored.unique.iter().find(|kept| kept.number == *path);
            let attribute = attribute.map(|kept| kept.path.clone()).unwrap_or_default();
            return Err(StoreError::Taken { attribute, kind: stored.kind, id: holder });
        }
    }
    Ok(())
}

/// The resource that has a unique value.
fn holder(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    path: i16,
    key: &str,
) -> Result<Option<ResourceId>, StoreError> {
    let held = unique_value::table.find((tenant, kind.number(), path, key));
    Ok(held.select(unique_value::id).get_result(conn).optional()?)
}

/// Takes a unique value for a resource, or answers who has it. The holder may be the resource itself.
pub(crate) fn claim(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    path: i16,
    key: &str,
    id: ResourceId,
) -> Result<Option<ResourceId>, StoreError> {
    let taken = diesel::insert_or_ignore_into(unique_value::table)
        .values((
            unique_value::tenant.eq(tenant),
            unique_value::rtype.eq(kind.number()),
            unique_value::path.eq(path),
            unique_value::val.eq(key),
            unique_value::id.eq(id),
        ))
        .execute(conn)?;
    if taken == 1 { Ok(None) } else { holder(conn, tenant, kind, path, key) }
}
