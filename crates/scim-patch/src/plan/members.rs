//! Operations on the members of a group, which are never part of the resource.

use super::Planner;
use super::locate::Found;
use crate::dialect;
use crate::error::Kind;
use crate::members::{MemberChange, id_of};
use crate::request::Op;
use scim_core::Predicate;
use scim_core::filter::{CompareOp, Operand};
use scim_core::schema::Attribute;
use scim_core::value::{element, normalise};
use serde_json::Value;
use std::collections::HashSet;

impl Planner<'_> {
    /// An operation on the member list or on some of it.
    ///
    /// `in_object` says that they are a key of a larger value. There, `null` is no reason to empty a
    /// group: some clients write it for all that they leave out.
    pub(super) fn members(
        &mut self,
        op: Op,
        found: &Found<'_>,
        value: Option<&Value>,
        in_object: bool,
    ) -> Result<(), Kind> {
        if in_object && value.is_some_and(Value::is_null) {
            self.findings.ignore(found.path());
            return Ok(());
        }
        if found.sub.is_some() {
            return Err(Kind::MemberPart);
        }
        if op == Op::Remove && found.filter.is_none() && value.is_some_and(Value::is_null) {
            // Only a `remove` that says nothing else empties a group; one that names nobody does not.
            return Ok(());
        }
        let value = value.filter(|value| !value.is_null());
        let change = match &found.filter {
            None => self.listed_members(op, found.attribute, value)?,
            Some(filter) => {
                let wanted =
                    filter.resolve_element(found.attribute).map_err(|e| Kind::Filter(Box::new(e)))?;
                Some(self.selected_members(op, found.attribute, wanted, value)?)
            }
        };
        if let Some(change) = change {
            self.change_members(change);
        }
        Ok(())
    }

    /// Notes a change. Members that come or go one by one, as some clients send them, are one change.
    fn change_members(&mut self, change: MemberChange) {
        use MemberChange::{Add, Remove};
        match (self.members.last_mut(), change) {
            (Some(Add(ids)), Add(more)) | (Some(Remove(ids)), Remove(more)) => {
                let known = self.known_members.get_or_insert_with(|| ids.iter().cloned().collect());
                ids.extend(more.into_iter().filter(|id| known.insert(id.clone())));
            }
            (_, change) => {
                self.known_members = None;
                self.members.push(change);
            }
        }
    }

    fn listed_members(
        &mut self,
        op: Op,
        attribute: &Attribute,
        value: Option<&Value>,
    ) -> Result<Option<MemberChange>, Kind> {
        let Some(value) = value else {
            return Ok((op != Op::Add).then_some(MemberChange::Clear));
        };
        let ids = self.ids(attribute, value)?;
        Ok(match op {
            Op::Add => (!ids.is_empty()).then_some(MemberChange::Add(ids)),
            Op::Replace if ids.is_empty() => Some(MemberChange::Clear),
            Op::Replace => Some(MemberChange::Replace(ids)),
            Op::Remove => {
                // An empty list names nobody; to read it as "everybody" would open a group's locks.
                self.findings.dialect(dialect::REMOVE_LISTED);
                (!ids.is_empty()).then_some(MemberChange::Remove(ids))
            }
        })
    }

    fn selected_members(
        &mut self,
        op: Op,
        attribute: &Attribute,
        wanted: Predicate,
        value: Option<&Value>,
    ) -> Result<MemberChange, Kind> {
        let ids = named_ids(&wanted);
        match op {
            Op::Remove => {
                if value.is_some() {
                    self.findings.dialect(dialect::REMOVE_OLD_VALUE);
                }
                Ok(ids.map_or(MemberChange::RemoveWhere(wanted), |ids| MemberChange::Remove(distinct(ids))))
            }
            Op::Add => {
                let given = match value {
                    Some(value) => self.ids(attribute, value)?,
                    None => Vec::new(),
                };
                match ids {
                    Some(ids) if ids.len() == 1 && (given.is_empty() || given == ids) => {
                        Ok(MemberChange::Add(ids))
                    }
                    _ => Err(Kind::MemberPart),
                }
            }
            Op::Replace => Err(Kind::MemberPart),
        }
    }

    /// The ids in a list of members.
    ///
    /// A member without an id is an error and not an empty place in the list: nobody shall empty a
    /// group by mistake.
    fn ids(&mut self, attribute: &Attribute, value: &Value) -> Result<Vec<String>, Kind> {
        let (rules, findings) = (self.options.rules, &mut self.findings);
        let members: Vec<Option<Value>> = match value {
            Value::Array(list) => list
                .iter()
                .enumerate()
                .map(|(i, item)| element(attribute, item.clone(), &format!("members[{i}]"), rules, findings))
                .collect(),
            other => match normalise(attribute, other.clone(), "members", rules, findings) {
                Some(Value::Array(list)) => list.into_iter().map(Some).collect(),
                _ => vec![None],
            },
        };
        if !findings.is_sound() {
            return Ok(Vec::new());
        }
        let mut ids = Vec::with_capacity(members.len());
        for member in &members {
            let id = member.as_ref().and_then(|member| id_of(member, &mut self.findings));
            ids.push(id.ok_or(Kind::MemberWithoutId)?);
        }
        Ok(distinct(ids))
    }
}

/// The ids that a filter names, if it says nothing but `value eq "…"`, joined by `or`.
fn named_ids(wanted: &Predicate) -> Option<Vec<String>> {
    match wanted {
        Predicate::Compare { place, op: CompareOp::Eq, operand: Operand::Text { given, .. } }
            if place.attribute == "value" && place.case_exact =>
        {
            Some(vec![given.clone()])
        }
        Predicate::Or(list) => {
            let ids: Option<Vec<_>> = list.iter().map(named_ids).collect();
            Some(ids?.concat())
        }
        _ => None,
    }
}

fn distinct(ids: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    ids.into_iter().filter(|id| seen.insert(id.clone())).collect()
}
