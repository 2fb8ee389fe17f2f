//! The computed parts of resources: members of groups, groups of users.

use super::Conn;
use super::members::{self, GroupsOfMany, Whose};
use crate::error::StoreError;
use crate::ids::Kind;
use crate::listing::{Loaded, RELATION_BYTES, Relations};
use crate::rows::StoredResource;

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
    Ok(Loaded { kind, resource, members, groups })
}

/// How many bytes of documents and relations are held at a time; a page ends with the resource that
/// exceeds it.
pub(crate) const MAX_BYTES: usize = 8 << 20;

/// The most groups of users that are read for one page.
const MAX_RELATIONS: usize = MAX_BYTES / RELATION_BYTES;

/// Reads the computed parts of the resources of a page, as far as they fit into memory; at least of the
/// first. Who walks backwards gives them in reverse: the page ends where it is cut.
///
/// `in_a_row` says that the resources are of one type, in the order of their ids or its reverse, with nothing between
/// them that is not on the page: then their groups are one stretch of the index.
pub(crate) fn complete_page(
    conn: &mut Conn,
    tenant: i64,
    rows: Vec<(Kind, StoredResource)>,
    wanted: Relations,
    in_a_row: bool,
) -> Result<Vec<Loaded>, StoreError> {
    let users: Vec<_> = rows.iter().filter(|(kind, _)| *kind == Kind::User).map(|(_, row)| row.id).collect();
    let mut groups = match users.as_slice() {
        _ if !wanted.groups => GroupsOfMany::default(),
        [] => GroupsOfMany::default(),
        [one, .., other] if in_a_row => {
            let range = Whose::Between(*one.min(other), *one.max(other));
            members::groups_of_many(conn, tenant, &range, MAX_RELATIONS)?
        }
        users => members::groups_of_many(conn, tenant, &Whose::Any(users), MAX_RELATIONS)?,
    };
    let mut page = Vec::with_capacity(rows.len());
    let mut bytes = 0_usize;
    for (kind, row) in rows {
        let loaded = match kind {
            Kind::User if wanted.groups => match groups.take(row.id) {
                Some(groups) => Loaded { kind, resource: row, members: None, groups: Some(groups) },
                // The groups of so many users were too many to be read at once.
                None if page.is_empty() => complete(conn, tenant, kind, row, wanted)?,
                None => break,
            },
            _ => complete(conn, tenant, kind, row, wanted)?,
        };
        bytes = bytes.saturating_add(loaded.weight());
        page.push(loaded);
        if bytes >= MAX_BYTES {
            break;
        }
    }
    Ok(page)
}
