//! Users and groups: their documents and the columns beside them.

use super::{Conn, unique};
use crate::error::StoreError;
use crate::hot::{HotColumns, unique_attribute};
use crate::ids::{Kind, ResourceId};
use crate::layout::{IndexEntry, StoredType};
use crate::rows::{NewResourceRow, StoredResource};
use crate::schema::{attr_ix, resource, tombstone, unique_value};
use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::BigInt;
use scim_core::Resource;
use serde_json::Value;

pub(crate) fn find(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    id: ResourceId,
) -> Result<Option<StoredResource>, StoreError> {
    Ok(resource::table
        .find((tenant, kind.number(), id))
        .select(StoredResource::as_select())
        .get_result(conn)
        .optional()?)
}

/// The resource whose unique attribute has this folded value.
pub(crate) fn find_by_key(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    key: &str,
) -> Result<Option<StoredResource>, StoreError> {
    Ok(resource::table
        .filter(resource::tenant.eq(tenant))
        .filter(resource::rtype.eq(kind.number()))
        .filter(resource::uniq_key.eq(key))
        .select(StoredResource::as_select())
        .get_result(conn)
        .optional()?)
}

pub(crate) fn insert(
    conn: &mut Conn,
    tenant: i64,
    stored: &StoredType,
    id: ResourceId,
    document: &Resource,
    now_ms: i64,
) -> Result<StoredResource, StoreError> {
    let kind = stored.kind;
    let doc = document_text(document)?;
    let hot = HotColumns::of(kind, document);
    let (name, active, key) = (hot.name.clone(), hot.active, hot.uniq_key.clone());
    let row = NewResourceRow {
        tenant,
        rtype: kind.number(),
        id,
        hot,
        version: 1,
        created_ms: now_ms,
        modified_ms: now_ms,
        doc: &doc,
    };
    let keys = stored.unique_keys(document);
    unique::refuse_taken(conn, tenant, stored, &keys, id)?;
    let inserted = diesel::insert_into(resource::table).values(row).execute(conn);
    or_taken(conn, tenant, kind, key.as_deref(), inserted)?;
    for entry in stored.index_entries(document) {
        insert_entry(conn, tenant, kind, id, &entry)?;
    }
    for (path, key) in &keys {
        unique::claim(conn, tenant, kind, *path, key, id)?;
    }
    Ok(StoredResource { id, name, active, version: 1, created_ms: now_ms, modified_ms: now_ms, doc })
}

/// Writes a changed document as the next version of `old`, which must be the stored version.
pub(crate) fn update(
    conn: &mut Conn,
    tenant: i64,
    stored_type: &StoredType,
    old: &StoredResource,
    document: &Resource,
    now_ms: i64,
) -> Result<StoredResource, StoreError> {
    let kind = stored_type.kind;
    let doc = document_text(document)?;
    let hot = HotColumns::of(kind, document);
    let (name, active, key) = (hot.name.clone(), hot.active, hot.uniq_key.clone());
    let modified_ms = now_ms.max(old.modified_ms);
    let keys = stored_type.unique_keys(document);
    unique::refuse_taken(conn, tenant, stored_type, &keys, old.id)?;
    let stored =
        resource::table.find((tenant, kind.number(), old.id)).filter(resource::version.eq(old.version));
    let updated = diesel::update(stored)
        .set((
            hot,
            resource::version.eq(old.version + 1),
            resource::modified_ms.eq(modified_ms),
            resource::doc.eq(&doc),
        ))
        .execute(conn);
    if or_taken(conn, tenant, kind, key.as_deref(), updated)? == 0 {
        return Err(StoreError::NotFound);
    }
    let old_document = parse_document(&old.doc)?;
    // Both are sorted.
    let before = stored_type.index_entries(&old_document);
    let after = stored_type.index_entries(document);
    for entry in before.iter().filter(|e| after.binary_search(e).is_err()) {
        delete_entry(conn, tenant, kind, old.id, entry)?;
    }
    for entry in after.iter().filter(|e| before.binary_search(e).is_err()) {
        insert_entry(conn, tenant, kind, old.id, entry)?;
    }
    let before = stored_type.unique_keys(&old_document);
    for (path, key) in before.iter().filter(|held| !keys.contains(held)) {
        diesel::delete(unique_value::table.find((tenant, kind.number(), path, key))).execute(conn)?;
    }
    for (path, key) in keys.iter().filter(|wanted| !before.contains(wanted)) {
        unique::claim(conn, tenant, kind, *path, key, old.id)?;
    }
    Ok(StoredResource {
        id: old.id,
        name,
        active,
        version: old.version + 1,
        created_ms: old.created_ms,
        modified_ms,
        doc,
    })
}

/// Makes the next version of a resource whose document stays as it is, and answers its number and
/// time; `None` when the tenant has no such resource.
pub(crate) fn bump(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    id: ResourceId,
    now_ms: i64,
) -> Result<Option<(i64, i64)>, StoreError> {
    // A clock that was set back must not take the time of the last change with it.
    let now = now_ms.into_sql::<BigInt>();
    let modified_ms = case_when(resource::modified_ms.lt(now_ms), now).otherwise(resource::modified_ms);
    Ok(diesel::update(resource::table.find((tenant, kind.number(), id)))
        .set((resource::version.eq(resource::version + 1), resource::modified_ms.eq(modified_ms)))
        .returning((resource::version, resource::modified_ms))
        .get_result(conn)
        .optional()?)
}

/// Deletes a resource and leaves a tombstone. Memberships are the caller's.
pub(crate) fn delete(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    old: &StoredResource,
    now_ms: i64,
) -> Result<(), StoreError> {
    diesel::delete(resource::table.find((tenant, kind.number(), old.id))).execute(conn)?;
    let entries = attr_ix::table
        .filter(attr_ix::tenant.eq(tenant))
        .filter(attr_ix::rtype.eq(kind.number()))
        .filter(attr_ix::id.eq(old.id));
    diesel::delete(entries).execute(conn)?;
    let held = unique_value::table
        .filter(unique_value::tenant.eq(tenant))
        .filter(unique_value::rtype.eq(kind.number()))
        .filter(unique_value::id.eq(old.id));
    diesel::delete(held).execute(conn)?;
    diesel::insert_into(tombstone::table)
        .values((
            tombstone::tenant.eq(tenant),
            tombstone::rtype.eq(kind.number()),
            tombstone::id.eq(old.id),
            tombstone::name.eq(&old.name),
            tombstone::version.eq(old.version),
            tombstone::created_ms.eq(old.created_ms),
            tombstone::deleted_ms.eq(now_ms.max(old.modified_ms)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Turns the violation of a unique index into the resource that holds the value.
fn or_taken(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    key: Option<&str>,
    result: QueryResult<usize>,
) -> Result<usize, StoreError> {
    match result {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => {
            let holder = match key {
                Some(key) => find_by_key(conn, tenant, kind, key)?,
                None => None,
            };
            match (holder, unique_attribute(kind)) {
                (Some(holder), Some(attribute)) => {
                    Err(StoreError::Taken { attribute: attribute.to_owned(), kind, id: holder.id })
                }
                _ => Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info).into()),
            }
        }
        Err(other) => Err(other.into()),
        Ok(rows) => Ok(rows),
    }
}

pub(crate) fn insert_entry(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    id: ResourceId,
    entry: &IndexEntry,
) -> QueryResult<usize> {
    diesel::insert_or_ignore_into(attr_ix::table)
        .values((
            attr_ix::tenant.eq(tenant),
            attr_ix::rtype.eq(kind.number()),
            attr_ix::path.eq(entry.path),
            attr_ix::val.eq(&entry.val),
            attr_ix::sub.eq(&entry.sub),
            attr_ix::id.eq(id),
            attr_ix::elem.eq(entry.elem),
        ))
        .execute(conn)
}

fn delete_entry(
    conn: &mut Conn,
    tenant: i64,
    kind: Kind,
    id: ResourceId,
    entry: &IndexEntry,
) -> QueryResult<usize> {
    let key = (tenant, kind.number(), entry.path, &entry.val, &entry.sub, id, entry.elem);
    diesel::delete(attr_ix::table.find(key)).execute(conn)
}

/// The largest document, in bytes: every change of one reads and writes all of it.
const MAX_DOCUMENT: usize = 1 << 20;

fn document_text(document: &Resource) -> Result<String, StoreError> {
    let text = serde_json::to_string(document.attributes()).unwrap_or_default();
    if text.len() > MAX_DOCUMENT { Err(StoreError::TooLarge { most: MAX_DOCUMENT }) } else { Ok(text) }
}

/// Reads a stored document.
pub(crate) fn parse_document(doc: &str) -> Result<Resource, StoreError> {
    match serde_json::from_str(doc) {
        Ok(Value::Object(attributes)) => Ok(Resource::from_stored(attributes)),
        Ok(_) => Err(StoreError::Damaged("a document is not an object".to_owned())),
        Err(error) => Err(StoreError::Damaged(format!("a document is not JSON: {error}"))),
    }
}
