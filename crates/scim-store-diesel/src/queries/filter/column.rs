//! Conditions on the columns of `resource`.

use super::super::columns::{Column, column};
use super::text::{holds, text_test};
use super::{ClauseOn, Pushed, PushedOn, Scope};
use crate::ids::ResourceId;
use crate::schema::resource;
use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use scim_core::filter::{CompareOp, Operand, Place, Predicate};
use scim_core::fold::fold;

/// A condition that columns decide.
pub(super) fn push<'a>(scope: Scope<'a>, condition: &'a Predicate) -> Option<Pushed<'a>> {
    let kind = scope.stored.kind;
    let sql = match condition {
        Predicate::Present(place) => present(column(kind, place)?),
        Predicate::Compare { place, op, operand } => {
            let column = column(kind, place)?;
            match operand {
                Operand::Text { given, key } => {
                    let key = if place.case_exact { given } else { key };
                    if column == Column::ResourceType {
                        type_name(place, *op, key, &scope.stored.resource_type.name)
                    } else {
                        text(column, *op, key)?
                    }
                }
                Operand::Instant(instant) => time(column, *op, *instant)?,
                Operand::Boolean(wanted) => boolean(column, *op, *wanted)?,
                Operand::Integer(_) | Operand::Decimal(_) | Operand::Null => return None,
            }
        }
        _ => return None,
    };
    Some(PushedOn::exact(sql))
}

/// A nullable text column, as text; every clause about it must first ask that it is not NULL.
macro_rules! given {
    ($column:ident) => {
        resource::$column.assume_not_null()
    };
}

fn present<'a>(column: Column) -> ClauseOn<'a, resource::table> {
    macro_rules! not_empty {
        ($column:ident) => {
            Box::new(resource::$column.is_not_null().and(given!($column).ne("")))
        };
    }
    match column {
        Column::UserName => not_empty!(uniq_key),
        Column::DisplayName => not_empty!(display_key),
        Column::ExternalId => not_empty!(external_id),
        Column::FamilyName => not_empty!(family_key),
        Column::GivenName => not_empty!(given_key),
        Column::Active => Box::new(resource::active_given.is_not_null()),
        Column::Id | Column::Created | Column::LastModified | Column::ResourceType | Column::Meta => {
            Box::new(sql::<Bool>("1"))
        }
    }
}

fn text<'a>(column: Column, op: CompareOp, key: &'a str) -> Option<ClauseOn<'a, resource::table>> {
    macro_rules! nullable {
        ($column:ident) => {
            Box::new(resource::$column.is_not_null().and(text_test!(given!($column), op, key)))
        };
    }
    Some(match column {
        Column::UserName => nullable!(uniq_key),
        Column::DisplayName => nullable!(display_key),
        Column::ExternalId => nullable!(external_id),
        Column::FamilyName => nullable!(family_key),
        Column::GivenName => nullable!(given_key),
        Column::Id => id(op, key),
        Column::Active | Column::Created | Column::LastModified | Column::ResourceType | Column::Meta => {
            return None;
        }
    })
}

/// The name of the type is the same for every row.
fn type_name<'a>(place: &Place, op: CompareOp, key: &str, name: &str) -> ClauseOn<'a, resource::table> {
    let name = if place.case_exact { name.into() } else { fold(name) };
    Box::new(sql::<Bool>(if holds(&name, op, key) { "1" } else { "0" }))
}

/// Ids compare as the texts that answers carry; whole ones in the order of their bytes.
fn id<'a>(op: CompareOp, key: &'a str) -> ClauseOn<'a, resource::table> {
    if let Some(id) = exact_id(key) {
        match op {
            CompareOp::Eq => return Box::new(resource::id.eq(id)),
            CompareOp::Ne => return Box::new(resource::id.ne(id)),
            CompareOp::Gt => return Box::new(resource::id.gt(id)),
            CompareOp::Ge => return Box::new(resource::id.ge(id)),
            CompareOp::Lt => return Box::new(resource::id.lt(id)),
            CompareOp::Le => return Box::new(resource::id.le(id)),
            CompareOp::Co | CompareOp::Sw | CompareOp::Ew => {}
        }
    }
    match op {
        CompareOp::Eq => Box::new(sql::<Bool>("0")),
        CompareOp::Ne => Box::new(sql::<Bool>("1")),
        _ => text_test!(sql::<Text>(super::super::RESOURCE_ID_TEXT), op, key),
    }
}

/// The id that a text is, if it is one in the spelling of answers.
pub(super) fn exact_id(given: &str) -> Option<ResourceId> {
    given.parse::<ResourceId>().ok().filter(|id| id.to_string() == given)
}

/// Stored times are whole milliseconds; the operand need not be one.
fn time<'a>(column: Column, op: CompareOp, instant: DateTime<Utc>) -> Option<ClauseOn<'a, resource::table>> {
    let nanos = instant.timestamp_subsec_nanos();
    // A leap second lies between the last millisecond before it and the second after it.
    let is_leap = nanos >= 1_000_000_000;
    let ms = if is_leap { instant.timestamp() * 1000 + 999 } else { instant.timestamp_millis() };
    let whole = !is_leap && nanos.is_multiple_of(1_000_000);
    macro_rules! test {
        ($column:ident) => {
            match op {
                CompareOp::Eq if whole => Box::new(resource::$column.eq(ms)),
                CompareOp::Ne if whole => Box::new(resource::$column.ne(ms)),
                CompareOp::Eq => Box::new(sql::<Bool>("0")),
                CompareOp::Ne => Box::new(sql::<Bool>("1")),
                CompareOp::Ge if whole => Box::new(resource::$column.ge(ms)),
                CompareOp::Lt if whole => Box::new(resource::$column.lt(ms)),
                CompareOp::Gt | CompareOp::Ge => Box::new(resource::$column.gt(ms)),
                CompareOp::Lt | CompareOp::Le => Box::new(resource::$column.le(ms)),
                CompareOp::Co | CompareOp::Sw | CompareOp::Ew => return None,
            }
        };
    }
    let clause: ClauseOn<'a, resource::table> = match column {
        Column::Created => test!(created_ms),
        Column::LastModified => test!(modified_ms),
        _ => return None,
    };
    Some(clause)
}

fn boolean<'a>(column: Column, op: CompareOp, wanted: bool) -> Option<ClauseOn<'a, resource::table>> {
    let Column::Active = column else { return None };
    let wanted = match op {
        CompareOp::Eq => wanted,
        CompareOp::Ne => !wanted,
        _ => return None,
    };
    let given = resource::active_given.is_not_null();
    Some(Box::new(given.and(resource::active_given.assume_not_null().eq(wanted))))
}
