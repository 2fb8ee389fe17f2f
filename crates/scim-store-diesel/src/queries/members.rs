//! Membership, one row for each member. No query here reads a whole group to change one row.

use super::{Conn, Db};
use crate::error::StoreError;
use crate::ids::{Kind, ResourceId};
use crate::rows::{GroupRef, MemberRef, NewMemberRow};
use crate::schema::{member, resource};
use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::HashMap;

/// What a member is, if the tenant has it.
pub(crate) fn kind_of(conn: &mut Conn, tenant: i64, id: ResourceId) -> Result<Option<Kind>, StoreError> {
    for kind in Kind::MEMBERS {
        if has(conn, tenant, kind, id)? {
            return Ok(Some(kind));
        }
    }
    Ok(None)
}

/// Whether the tenant has a resource of that kind and id.
pub(crate) fn has(conn: &mut Conn, tenant: i64, kind: Kind, id: ResourceId) -> Result<bool, StoreError> {
    let key = resource::table.find((tenant, kind.number(), id));
    Ok(key.select(resource::rtype).get_result::<i16>(conn).optional()?.is_some())
}

/// Adds a member; false when it was one already.
pub(crate) fn add(
    conn: &mut Conn,
    tenant: i64,
    group: ResourceId,
    id: ResourceId,
    kind: Kind,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let row = NewMemberRow { tenant, group_id: group, member_id: id, rtype: kind.number(), added_ms: now_ms };
    Ok(diesel::insert_or_ignore_into(member::table).values(row).execute(conn)? == 1)
}

/// Removes a member and says what it was; `None` when it was none.
pub(crate) fn remove(
    conn: &mut Conn,
    tenant: i64,
    group: ResourceId,
    id: ResourceId,
) -> Result<Option<Kind>, StoreError> {
    let removed = diesel::delete(member::table.find((tenant, group, id)))
        .returning(member::rtype)
        .get_result::<i16>(conn);
    removed.optional()?.map(known).transpose()
}

/// The ids of all members.
pub(crate) fn ids(
    conn: &mut Conn,
    tenant: i64,
    group: ResourceId,
) -> Result<Vec<(Kind, ResourceId)>, StoreError> {
    member::table
        .filter(member::tenant.eq(tenant))
        .filter(member::group_id.eq(group))
        .select((member::rtype, member::member_id))
        .load::<(i16, ResourceId)>(conn)?
        .into_iter()
        .map(|(rtype, id)| Ok((known(rtype)?, id)))
        .collect()
}

/// The members with the names to show, in the order of their ids.
pub(crate) fn of_group(
    conn: &mut Conn,
    tenant: i64,
    group: ResourceId,
) -> Result<Vec<MemberRef>, StoreError> {
    let same_resource = resource::tenant
        .eq(member::tenant)
        .and(resource::rtype.eq(member::rtype))
        .and(resource::id.eq(member::member_id));
    member::table
        .left_join(resource::table.on(same_resource))
        .filter(member::tenant.eq(tenant))
        .filter(member::group_id.eq(group))
        .order(member::member_id)
        .select((member::member_id, member::rtype, resource::display.nullable()))
        .load::<(ResourceId, i16, Option<String>)>(conn)?
        .into_iter()
        .map(|(id, rtype, display)| Ok(MemberRef { id, kind: known(rtype)?, display }))
        .collect()
}

/// The groups that a resource is a direct member of, in the order of their ids.
pub(crate) fn groups_of(conn: &mut Conn, tenant: i64, id: ResourceId) -> Result<Vec<GroupRef>, StoreError> {
    let same_group = resource::tenant
        .eq(member::tenant)
        .and(resource::rtype.eq(Kind::Group.number()))
        .and(resource::id.eq(member::group_id));
    Ok(member::table
        .inner_join(resource::table.on(same_group))
        .filter(member::tenant.eq(tenant))
        .filter(member::member_id.eq(id))
        .order(member::group_id)
        .select((resource::id, resource::display))
        .load::<GroupRef>(conn)?)
}

/// The groups of many users, as far as they were read.
#[derive(Default)]
pub(crate) struct GroupsOfMany {
    by_user: HashMap<ResourceId, Vec<GroupRef>>,
    /// Those at and after this id were not read to the end.
    unread_from: Option<ResourceId>,
}

impl GroupsOfMany {
    /// The groups of a user; `None` when they were not read.
    pub(crate) fn take(&mut self, id: ResourceId) -> Option<Vec<GroupRef>> {
        match self.unread_from {
            Some(end) if id >= end => None,
            _ => Some(self.by_user.remove(&id).unwrap_or_default()),
        }
    }
}

/// Whose groups are read.
pub(crate) enum Whose<'a> {
    /// Those of all users from one id to another.
    Between(ResourceId, ResourceId),
    /// Those of these users, in any order.
    Any(&'a [ResourceId]),
}

/// The groups of many users, user by user until there are `most`.
pub(crate) fn groups_of_many(
    conn: &mut Conn,
    tenant: i64,
    whose: &Whose<'_>,
    most: usize,
) -> Result<GroupsOfMany, StoreError> {
    let same_group = resource::tenant
        .eq(member::tenant)
        .and(resource::rtype.eq(Kind::Group.number()))
        .and(resource::id.eq(member::group_id));
    let query = member::table
        .inner_join(resource::table.on(same_group))
        .filter(member::tenant.eq(tenant))
        .order((member::member_id, member::group_id))
        .select((member::member_id, resource::id, resource::display))
        .into_boxed::<Db>();
    let query = match whose {
        Whose::Between(first, last) => {
            query.filter(member::member_id.ge(first)).filter(member::member_id.le(last))
        }
        // One statement for each number of users: not for the cache, which has no bound.
        Whose::Any(ids) => query.filter(member::member_id.eq_any(*ids)).filter(sql::<Bool>("1")),
    };
    let mut read = GroupsOfMany::default();
    let rows = query.load_iter::<(ResourceId, ResourceId, Option<String>), DefaultLoadingMode>(conn)?;
    for (count, row) in rows.enumerate() {
        let (user, id, display) = row?;
        if count >= most && !read.by_user.contains_key(&user) {
            read.unread_from = Some(user);
            break;
        }
        read.by_user.entry(user).or_default().push(GroupRef { id, display });
    }
    Ok(read)
}

/// Removes every membership of and in a resource; answers the groups that lost it as a member.
pub(crate) fn forget(conn: &mut Conn, tenant: i64, id: ResourceId) -> Result<Vec<ResourceId>, StoreError> {
    let held = member::table.filter(member::tenant.eq(tenant)).filter(member::member_id.eq(id));
    let groups = held.select(member::group_id).load::<ResourceId>(conn)?;
    diesel::delete(held).execute(conn)?;
    let own = member::table.filter(member::tenant.eq(tenant)).filter(member::group_id.eq(id));
    diesel::delete(own).execute(conn)?;
    Ok(groups)
}

pub(crate) fn known(rtype: i16) -> Result<Kind, StoreError> {
    Kind::from_number(rtype).ok_or_else(|| StoreError::Damaged(format!("resource type {rtype}")))
}
