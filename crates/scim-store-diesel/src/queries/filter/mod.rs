//! Filters as SQL: what columns and indexes can decide is asked of the database, the rest of scim-core.

mod column;
mod indexed;
mod related;
mod text;

use super::Db;
use crate::layout::StoredType;
use crate::schema::{attr_ix, member, resource};
use diesel::dsl::sql;
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use scim_core::filter::{CompareOp, Predicate};
use std::cell::Cell;

/// A condition on a row of a table.
type ClauseOn<'a, T> = Box<dyn BoxableExpression<T, Db, SqlType = Bool> + 'a>;

/// A condition on a row of `resource`.
pub(crate) type Clause<'a> = ClauseOn<'a, resource::table>;

/// A predicate in SQL.
///
/// Invariant: every row that matches the predicate satisfies `sql`; if `exact`, no other does.
/// Clauses are two-valued: none is ever NULL, so that `NOT` means what the predicate's `not` means.
pub(crate) struct PushedOn<'a, T> {
    pub(crate) sql: ClauseOn<'a, T>,
    pub(crate) exact: bool,
}

/// A predicate about a resource in SQL.
pub(crate) type Pushed<'a> = PushedOn<'a, resource::table>;

impl<'a, T> PushedOn<'a, T> {
    fn exact(sql: ClauseOn<'a, T>) -> Self {
        Self { sql, exact: true }
    }

    fn narrowing(sql: ClauseOn<'a, T>) -> Self {
        Self { sql, exact: false }
    }
}

/// A condition that always holds and keeps the statement out of diesel's cache.
///
/// The cache has no bound, and clients choose the shapes of filters.
pub(crate) fn uncached<'a>() -> Clause<'a> {
    Box::new(sql::<Bool>("1"))
}

/// What a predicate is translated for.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) tenant: i64,
    pub(crate) stored: &'a StoredType,
    /// The numbers of indexed attributes of which the tenant has values that were cut.
    pub(crate) cut: &'a [i16],
}

/// Translates the structure of a predicate about the rows of a table; `leaf` translates its conditions.
macro_rules! combine_on {
    ($name:ident, $table:ty) => {
        fn $name<'a>(
            predicate: &'a Predicate,
            leaf: &dyn Fn(&'a Predicate) -> Option<PushedOn<'a, $table>>,
        ) -> PushedOn<'a, $table> {
            match predicate {
                Predicate::And(parts) => {
                    let both = |a: PushedOn<'a, $table>, b: PushedOn<'a, $table>| PushedOn {
                        sql: Box::new(a.sql.and(b.sql)),
                        exact: a.exact && b.exact,
                    };
                    let parts = parts.iter().map(|part| $name(part, leaf));
                    parts.reduce(both).unwrap_or_else(|| PushedOn::exact(Box::new(sql::<Bool>("1"))))
                }
                Predicate::Or(parts) => {
                    // No arm for nothing: SQLite looks up each arm by its own index, if every arm has one.
                    let either = |a: PushedOn<'a, $table>, b: PushedOn<'a, $table>| PushedOn {
                        sql: Box::new(a.sql.or(b.sql)),
                        exact: a.exact && b.exact,
                    };
                    let parts = parts.iter().map(|part| $name(part, leaf));
                    parts.reduce(either).unwrap_or_else(|| PushedOn::exact(Box::new(sql::<Bool>("0"))))
                }
                Predicate::Not(inner) => match $name(inner, leaf) {
                    PushedOn { sql, exact: true } => PushedOn::exact(Box::new(diesel::dsl::not(sql))),
                    // The negation of a condition that lets too much through lets too little through.
                    PushedOn { exact: false, .. } => PushedOn::narrowing(Box::new(sql::<Bool>("1"))),
                },
                Predicate::Never => PushedOn::exact(Box::new(sql::<Bool>("0"))),
                condition => {
                    leaf(condition).unwrap_or_else(|| PushedOn::narrowing(Box::new(sql::<Bool>("1"))))
                }
            }
        }
    };
}

combine_on!(combine_resource, resource::table);
combine_on!(combine_entry, attr_ix::table);
combine_on!(combine_member, member::table);

/// The most comparisons of one filter that SQL makes row by row. Nothing can stop a statement that takes
/// long; what scim-core decides ends at its deadline.
const MAX_SCANS: usize = 32;

/// How many comparisons no index answers.
fn scans(condition: &Predicate) -> usize {
    match condition {
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().map(scans).sum(),
        Predicate::Not(inner) => scans(inner),
        Predicate::Element { inner, .. } => scans(inner).max(1),
        Predicate::Compare { op: CompareOp::Eq | CompareOp::Sw, .. } | Predicate::Never => 0,
        Predicate::Compare { .. } | Predicate::Present(_) => 1,
    }
}

/// Translates a predicate as far as columns and indexes reach.
pub(crate) fn push<'a>(scope: Scope<'a>, predicate: &'a Predicate) -> Pushed<'a> {
    let left = Cell::new(MAX_SCANS);
    combine_resource(predicate, &|condition| {
        left.set(left.get().checked_sub(scans(condition))?);
        column::push(scope, condition)
            .or_else(|| related::push(scope, condition))
            .or_else(|| indexed::push(scope, condition))
    })
}

/// Whether the translation depends on which indexed attributes have values that were cut.
pub(crate) fn looks_inside_texts(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().any(looks_inside_texts),
        Predicate::Not(inner) | Predicate::Element { inner, .. } => looks_inside_texts(inner),
        Predicate::Compare { op, .. } => matches!(op, CompareOp::Co | CompareOp::Ew),
        Predicate::Present(_) | Predicate::Never => false,
    }
}
