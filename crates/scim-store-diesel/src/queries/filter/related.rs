//! Conditions on the members of a group and the groups of a user.

use super::column::exact_id;
use super::text::{holds, text_test};
use super::{ClauseOn, Db, Pushed, PushedOn, Scope, combine_member};
use crate::ids::Kind;
use crate::schema::{member, resource};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use scim_core::filter::{CompareOp, Operand, Place, Predicate};
use scim_core::fold::fold;

/// The two sides of a membership.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// `members` of a group.
    Members,
    /// `groups` of a user.
    Groups,
}

fn side(kind: Kind, place: &Place) -> Option<Side> {
    match (kind, place.attribute.as_str(), &place.extension) {
        (Kind::Group, "members", None) => Some(Side::Members),
        (Kind::User, "groups", None) => Some(Side::Groups),
        _ => None,
    }
}

/// A condition that rows of `member` decide, or narrow.
pub(super) fn push<'a>(scope: Scope<'a>, condition: &'a Predicate) -> Option<Pushed<'a>> {
    let kind = scope.stored.kind;
    let (side, pushed) = match condition {
        Predicate::Present(place) if place.sub.is_none() => {
            (side(kind, place)?, PushedOn::exact(Box::new(sql::<Bool>("1")) as ClauseOn<'a, member::table>))
        }
        Predicate::Present(place) | Predicate::Compare { place, .. } => {
            let side = side(kind, place)?;
            (side, part(side, place.sub.as_deref()?, condition)?)
        }
        Predicate::Element { place, inner } => {
            let side = side(kind, place)?;
            let leaf = |inner: &'a Predicate| match inner {
                Predicate::Present(place) | Predicate::Compare { place, .. } => {
                    part(side, &place.attribute, inner)
                }
                _ => None,
            };
            (side, combine_member(inner, &leaf))
        }
        _ => return None,
    };
    let rows = member::table.filter(member::tenant.eq(scope.tenant));
    let sql: ClauseOn<'a, resource::table> = match side {
        Side::Members => {
            let rows = rows.select(member::group_id).into_boxed::<Db>().filter(pushed.sql);
            Box::new(resource::id.eq_any(rows))
        }
        Side::Groups => {
            let rows = rows.select(member::member_id).into_boxed::<Db>().filter(pushed.sql);
            Box::new(resource::id.eq_any(rows))
        }
    };
    Some(PushedOn { sql, exact: pushed.exact })
}

/// A condition on one part of a membership: `value` or `type`.
fn part<'a>(side: Side, name: &str, condition: &'a Predicate) -> Option<PushedOn<'a, member::table>> {
    let sql: ClauseOn<'a, member::table> = match (name, condition) {
        ("value" | "type", Predicate::Present(_)) => Box::new(sql::<Bool>("1")),
        ("value", Predicate::Compare { op, operand: Operand::Text { given, .. }, .. }) => {
            id(side, *op, given)
        }
        ("type", Predicate::Compare { op, operand: Operand::Text { key, .. }, .. }) => {
            let says = |word: &str| holds(&fold(word), *op, key);
            match side {
                Side::Groups => Box::new(sql::<Bool>(if says("direct") { "1" } else { "0" })),
                Side::Members => match (says("User"), says("Group")) {
                    (true, true) => Box::new(sql::<Bool>("1")),
                    (false, false) => Box::new(sql::<Bool>("0")),
                    (true, false) => Box::new(member::rtype.eq(Kind::User.number())),
                    (false, true) => Box::new(member::rtype.eq(Kind::Group.number())),
                },
            }
        }
        _ => return None,
    };
    Some(PushedOn::exact(sql))
}

/// Ids compare as the texts that answers carry.
fn id<'a>(side: Side, op: CompareOp, key: &'a str) -> ClauseOn<'a, member::table> {
    let (exact, text) = match side {
        Side::Members => (exact_id(key), super::super::MEMBER_ID_TEXT),
        Side::Groups => (exact_id(key), super::super::GROUP_ID_TEXT),
    };
    match (op, exact, side) {
        (CompareOp::Eq, Some(id), Side::Members) => Box::new(member::member_id.eq(id)),
        (CompareOp::Eq, Some(id), Side::Groups) => Box::new(member::group_id.eq(id)),
        (CompareOp::Eq, None, _) => Box::new(sql::<Bool>("0")),
        _ => text_test!(sql::<Text>(text), op, key),
    }
}
