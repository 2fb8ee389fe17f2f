//! Conditions on the values of indexed attributes.

use super::super::text_length;
use super::text::text_test;
use super::{ClauseOn, Db, Pushed, PushedOn, Scope, combine_entry};
use crate::layout::{INDEXED_CHARS, KeptPath, cut};
use crate::schema::{attr_ix, resource};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use scim_core::filter::{CompareOp, Operand, Predicate};

/// A column of `attr_ix`. An empty text says that the element has no such part.
#[derive(Clone, Copy)]
enum Part {
    Value,
    Label,
}

/// A condition that rows of `attr_ix` decide, or narrow.
pub(super) fn push<'a>(scope: Scope<'a>, condition: &'a Predicate) -> Option<Pushed<'a>> {
    let place = match condition {
        Predicate::Present(place) | Predicate::Compare { place, .. } | Predicate::Element { place, .. } => {
            place
        }
        _ => return None,
    };
    let of_attribute = || {
        let paths = scope.stored.indexed.iter();
        paths.filter(|path| path.is_of(place.extension.as_deref(), &place.attribute))
    };
    let (path, pushed) = match condition {
        Predicate::Element { inner, .. } => {
            // Of several indexes of one attribute, the one that decides.
            let tried = of_attribute().map(|path| (path, entry(scope, path, inner)));
            tried.reduce(|best, next| if best.1.exact { best } else { next })?
        }
        // Every element has a row.
        Predicate::Present(place) if place.sub.is_none() => {
            let pushed: PushedOn<'a, attr_ix::table> = PushedOn::exact(Box::new(sql::<Bool>("1")));
            (of_attribute().next()?, pushed)
        }
        _ => of_attribute().find_map(|path| {
            let part = part(path, place.sub.as_deref())?;
            Some((path, test(scope, path, part, condition)?))
        })?,
    };
    let rows = attr_ix::table
        .filter(attr_ix::tenant.eq(scope.tenant))
        .filter(attr_ix::rtype.eq(scope.stored.kind.number()))
        .filter(attr_ix::path.eq(path.number))
        .select(attr_ix::id)
        .into_boxed::<Db>()
        .filter(pushed.sql);
    let sql: ClauseOn<'a, resource::table> = Box::new(resource::id.eq_any(rows));
    Some(PushedOn { sql, exact: pushed.exact })
}

/// The column of a sub-attribute, if it has one.
fn part(path: &KeptPath, sub: Option<&str>) -> Option<Part> {
    match sub {
        sub if path.value.as_deref() == sub => Some(Part::Value),
        Some("type") if path.labelled => Some(Part::Label),
        _ => None,
    }
}

/// What stands in brackets, asked of one entry.
fn entry<'a>(scope: Scope<'a>, path: &'a KeptPath, inner: &'a Predicate) -> PushedOn<'a, attr_ix::table> {
    combine_entry(inner, &|condition| match condition {
        Predicate::Present(place) | Predicate::Compare { place, .. } => {
            let name = place.attribute.as_str();
            // Elements that are simple values are called `value`.
            let sub = if path.value.is_none() && name == "value" { None } else { Some(name) };
            test(scope, path, part(path, sub)?, condition)
        }
        _ => None,
    })
}

/// A comparison of one column of an entry; `None` where entries do not compare as the values do.
fn test<'a>(
    scope: Scope<'a>,
    path: &KeptPath,
    part: Part,
    condition: &'a Predicate,
) -> Option<PushedOn<'a, attr_ix::table>> {
    let there = || -> ClauseOn<'a, attr_ix::table> {
        match part {
            Part::Value => Box::new(attr_ix::val.ne("")),
            Part::Label => Box::new(attr_ix::sub.ne("")),
        }
    };
    let Predicate::Compare { op, operand, .. } = condition else {
        return Some(PushedOn::exact(there()));
    };
    let is_text = matches!(part, Part::Label) || path.is_text();
    if is_text != matches!(operand, Operand::Text { .. }) {
        return None;
    }
    let key = KeptPath::key_of_operand(operand)?;
    let compared: ClauseOn<'a, attr_ix::table> = match part {
        Part::Value => text_test!(attr_ix::val, op, &cut(&key)),
        Part::Label => text_test!(attr_ix::sub, op, &cut(&key)),
    };
    let is_cut = key.chars().nth(INDEXED_CHARS - 1).is_some();
    Some(match op {
        CompareOp::Eq if is_cut => PushedOn::narrowing(Box::new(there().and(compared))),
        _ if is_cut => PushedOn::narrowing(there()),
        // What was cut off may hold it, or be how it ends.
        CompareOp::Co | CompareOp::Ew if scope.cut.contains(&path.number) => {
            let long: ClauseOn<'a, attr_ix::table> = match part {
                Part::Value => Box::new(text_length(attr_ix::val).ge(INDEXED_CHARS as i32)),
                Part::Label => Box::new(text_length(attr_ix::sub).ge(INDEXED_CHARS as i32)),
            };
            PushedOn::narrowing(Box::new(there().and(compared.or(long))))
        }
        _ => PushedOn::exact(Box::new(there().and(compared))),
    })
}
