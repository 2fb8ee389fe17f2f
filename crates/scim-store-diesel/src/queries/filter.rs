//! Filters as SQL: what an index can decide is asked of the database, the rest of scim-core.

use super::Db;
use crate::hot::{INDEXED_CHARS, cut, indexed_paths};
use crate::ids::{Kind, ResourceId};
use crate::schema::{attr_ix, member, resource};
use diesel::dsl::sql;
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use scim_core::filter::{CompareOp, Operand, Place, Predicate};

/// A condition on a row of `resource`.
pub(crate) type Clause<'a> = Box<dyn BoxableExpression<resource::table, Db, SqlType = Bool> + 'a>;

/// A predicate in SQL.
///
/// Invariant: every resource that matches the predicate satisfies `sql`; if `exact`, no other does.
/// Clauses are two-valued: none is ever NULL, so that `NOT` means what the predicate's `not` means.
pub(crate) struct Pushed<'a> {
    pub(crate) sql: Clause<'a>,
    pub(crate) exact: bool,
}

impl<'a> Pushed<'a> {
    fn exact(sql: Clause<'a>) -> Self {
        Self { sql, exact: true }
    }

    /// No narrowing at all.
    pub(crate) fn everything() -> Self {
        Self { sql: uncached(), exact: false }
    }

    fn nothing() -> Self {
        Self::exact(Box::new(sql::<Bool>("0")))
    }
}

/// A condition that always holds and keeps the statement out of diesel's cache.
///
/// The cache has no bound, and clients choose the shapes of filters.
pub(crate) fn uncached<'a>() -> Clause<'a> {
    Box::new(sql::<Bool>("1"))
}

/// Translates a predicate as far as columns and indexes reach.
pub(crate) fn push<'a>(tenant: i64, kind: Kind, predicate: &'a Predicate) -> Pushed<'a> {
    match predicate {
        Predicate::And(parts) => {
            let both = |a: Pushed<'a>, b: Pushed<'a>| Pushed {
                sql: Box::new(a.sql.and(b.sql)),
                exact: a.exact && b.exact,
            };
            let parts = parts.iter().map(|part| push(tenant, kind, part));
            parts.reduce(both).unwrap_or_else(|| Pushed::exact(uncached()))
        }
        Predicate::Or(parts) => {
            // No arm for nothing: SQLite looks up each arm by its own index, if every arm has one.
            let either = |a: Pushed<'a>, b: Pushed<'a>| Pushed {
                sql: Box::new(a.sql.or(b.sql)),
                exact: a.exact && b.exact,
            };
            let parts = parts.iter().map(|part| push(tenant, kind, part));
            parts.reduce(either).unwrap_or_else(Pushed::nothing)
        }
        Predicate::Not(inner) => match push(tenant, kind, inner) {
            Pushed { sql, exact: true } => Pushed::exact(Box::new(diesel::dsl::not(sql))),
            // The negation of a condition that lets too much through lets too little through.
            _ => Pushed::everything(),
        },
        Predicate::Compare { place, op: CompareOp::Eq, operand } => {
            equal(tenant, kind, place, operand).unwrap_or_else(Pushed::everything)
        }
        Predicate::Element { place, inner } => {
            element(tenant, kind, place, inner).unwrap_or_else(Pushed::everything)
        }
        Predicate::Never => Pushed::nothing(),
        Predicate::Compare { .. } | Predicate::Present(_) => Pushed::everything(),
    }
}

/// `attribute eq value` on a column or an index.
fn equal<'a>(tenant: i64, kind: Kind, place: &Place, operand: &'a Operand) -> Option<Pushed<'a>> {
    if place.extension.is_some() {
        return None;
    }
    let sub = place.sub.as_deref();
    if let Operand::Boolean(value) = operand {
        let on_active = kind == Kind::User && place.attribute == "active";
        // The column counts a user without `active` as active, a filter counts it as neither.
        let clause = || Pushed { sql: Box::new(resource::active.eq(*value)), exact: !*value };
        return on_active.then(clause);
    }
    let Operand::Text { given, key } = operand else { return None };
    Some(match (place.attribute.as_str(), sub) {
        ("userName", None) if kind == Kind::User => Pushed::exact(Box::new(
            resource::uniq_key.is_not_null().and(resource::uniq_key.assume_not_null().eq(key)),
        )),
        ("displayName", None) => Pushed::exact(Box::new(
            resource::display_key.is_not_null().and(resource::display_key.assume_not_null().eq(key)),
        )),
        ("externalId", None) => Pushed::exact(Box::new(
            resource::external_id.is_not_null().and(resource::external_id.assume_not_null().eq(given)),
        )),
        ("name", Some("familyName")) => Pushed::exact(Box::new(
            resource::family_key.is_not_null().and(resource::family_key.assume_not_null().eq(key)),
        )),
        ("name", Some("givenName")) => Pushed::exact(Box::new(
            resource::given_key.is_not_null().and(resource::given_key.assume_not_null().eq(key)),
        )),
        ("id", None) => match exact_id(given) {
            Some(id) => Pushed::exact(Box::new(resource::id.eq(id))),
            None => Pushed::nothing(),
        },
        (attribute, None | Some("value")) => {
            related(tenant, kind, attribute, given).or_else(|| indexed(tenant, kind, attribute, key, None))?
        }
        _ => return None,
    })
}

/// Ids are compared as the texts that answers carry.
fn exact_id(given: &str) -> Option<ResourceId> {
    given.parse::<ResourceId>().ok().filter(|id| id.to_string() == given)
}

/// A member of a group, or a group of a user, by its id.
fn related<'a>(tenant: i64, kind: Kind, attribute: &str, given: &str) -> Option<Pushed<'a>> {
    let own = member::table.filter(member::tenant.eq(tenant));
    let clause: Clause<'a> = match (kind, attribute, exact_id(given)) {
        (Kind::Group, "members", Some(id)) => {
            Box::new(resource::id.eq_any(own.filter(member::member_id.eq(id)).select(member::group_id)))
        }
        (Kind::User, "groups", Some(id)) => {
            Box::new(resource::id.eq_any(own.filter(member::group_id.eq(id)).select(member::member_id)))
        }
        (Kind::Group, "members", None) | (Kind::User, "groups", None) => return Some(Pushed::nothing()),
        _ => return None,
    };
    Some(Pushed::exact(clause))
}

/// One value of an indexed multi-valued attribute.
fn indexed<'a>(
    tenant: i64,
    kind: Kind,
    attribute: &str,
    key: &str,
    label: Option<&str>,
) -> Option<Pushed<'a>> {
    let &(path, _) = indexed_paths(kind).iter().find(|(_, name)| *name == attribute)?;
    let short = |text: &str| text.chars().nth(INDEXED_CHARS - 1).is_none();
    // An empty label is indexed for elements without one as well, which no comparison holds for.
    let exact = short(key) && label.is_none_or(|label| short(label) && !label.is_empty());
    let mut rows = attr_ix::table
        .filter(attr_ix::tenant.eq(tenant))
        .filter(attr_ix::rtype.eq(kind.number()))
        .filter(attr_ix::path.eq(path))
        .filter(attr_ix::val.eq(cut(key)))
        .select(attr_ix::id)
        .into_boxed();
    if let Some(label) = label {
        rows = rows.filter(attr_ix::sub.eq(cut(label)));
    }
    Some(Pushed { sql: Box::new(resource::id.eq_any(rows)), exact })
}

/// `emails[type eq "work" and value eq "x"]`, and anything that holds such a condition.
fn element<'a>(tenant: i64, kind: Kind, place: &Place, inner: &Predicate) -> Option<Pushed<'a>> {
    if place.extension.is_some() {
        return None;
    }
    let parts = match inner {
        Predicate::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let equals = |name: &str| {
        parts.iter().find_map(|part| match part {
            Predicate::Compare { place, op: CompareOp::Eq, operand: Operand::Text { given, key } }
                if place.attribute == name =>
            {
                Some((given.as_str(), key.as_str()))
            }
            _ => None,
        })
    };
    let ((given, key), label) = (equals("value")?, equals("type").map(|(_, key)| key));
    let (pushed, decided) = match related(tenant, kind, &place.attribute, given) {
        Some(pushed) => (pushed, 1),
        None => (indexed(tenant, kind, &place.attribute, key, label)?, 1 + usize::from(label.is_some())),
    };
    Some(Pushed { exact: pushed.exact && parts.len() == decided, ..pushed })
}
