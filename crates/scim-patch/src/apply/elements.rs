//! Steps on some values of a list: `emails[type eq "work"].value`.

use super::write::{self, append, check_immutable, hand_over, merge};
use super::{Work, put};
use crate::error::Kind;
use crate::plan::{Action, Content, Elements, Slot};
use scim_core::fault::{Fault, FaultKind, Faults};
use scim_core::schema::Attribute;
use serde_json::Value;

impl Elements {
    /// Changes the list; says whether an element was created for a filter that matched none.
    pub(super) fn run(
        &self,
        list: &mut Vec<Value>,
        slot: &Slot,
        action: &Action,
        work: &mut Work,
    ) -> Result<bool, Kind> {
        work.spend(list.len().saturating_mul(self.terms))?;
        let is_wanted = |element: &Value| self.wanted.as_ref().is_none_or(|w| w.matches_element(element));
        if self.sub.is_none() && removes(action) {
            list.retain(|element| !is_wanted(element));
            return Ok(false);
        }
        let mut matched = false;
        let mut primary = None;
        for (i, element) in list.iter_mut().enumerate() {
            if !is_wanted(element) {
                continue;
            }
            matched = true;
            self.change(element, &slot.attribute, action, work)?;
            if self.makes_primary(action) && primary.replace(i).is_some() {
                return Err(several_primary(slot));
            }
        }
        if let Some(primary) = primary {
            hand_over(list, primary);
        }
        let created = if matched { None } else { self.created(slot, action)? };
        let is_new = created.is_some() && self.wanted.is_some();
        if let Some(element) = created {
            // What the action says may make it another element than the filter does, and one that is there.
            append(list, &slot.attribute, &[element], work)?;
        }
        list.retain(|element| element.as_object().is_none_or(|parts| !parts.is_empty()));
        Ok(is_new)
    }

    /// Does to one element what the action says.
    fn change(
        &self,
        element: &mut Value,
        attribute: &Attribute,
        action: &Action,
        work: &mut Work,
    ) -> Result<(), Kind> {
        let Value::Object(parts) = element else {
            if let Action::Add(Content::Value(value)) | Action::Replace(Content::Value(value)) = action {
                *element = value.clone();
            }
            return Ok(());
        };
        let mut after = parts.clone();
        match (&self.sub, action) {
            (Some(sub), action) => write::attribute(&mut after, sub, action, work)?,
            (None, Action::Add(Content::Parts { set, unset })) => merge(&mut after, set, unset),
            (None, Action::Replace(Content::Parts { set, .. })) => {
                // The value is replaced as a whole; what the filter says of it stays true unless the
                // new value says otherwise.
                after = self.described.clone().unwrap_or_default();
                merge(&mut after, set, &[]);
            }
            _ => {}
        }
        check_immutable(attribute, parts, &after)?;
        *parts = after;
        Ok(())
    }

    /// The element to create when none matches; none if the action gives it no value.
    fn created(&self, slot: &Slot, action: &Action) -> Result<Option<Value>, Kind> {
        let content = match action {
            Action::Add(content) | Action::Replace(content) => content,
            Action::Remove | Action::RemoveListed(_) => return Ok(None),
        };
        let mut element = match (&self.described, self.create) {
            (Some(described), true) => described.clone(),
            _ if matches!(content, Content::Unassigned) => return Ok(None),
            _ => return Err(Kind::NoTarget(slot.path())),
        };
        match (&self.sub, content) {
            (Some(sub), Content::Value(value)) => put(&mut element, &sub.name, value.clone()),
            (Some(sub), Content::Parts { set, .. }) if !set.is_empty() => {
                put(&mut element, &sub.name, Value::Object(set.clone()));
            }
            (None, Content::Parts { set, .. }) if !set.is_empty() => merge(&mut element, set, &[]),
            (None, Content::Value(value)) => return Ok(Some(value.clone())),
            _ => return Ok(None),
        }
        Ok(Some(Value::Object(element)))
    }

    /// Whether the action marks an element as primary.
    fn makes_primary(&self, action: &Action) -> bool {
        match (action, &self.sub) {
            (Action::Add(Content::Value(value)) | Action::Replace(Content::Value(value)), Some(sub)) => {
                sub.name == "primary" && *value == Value::Bool(true)
            }
            (Action::Add(Content::Parts { set, .. }) | Action::Replace(Content::Parts { set, .. }), None) => {
                set.get("primary") == Some(&Value::Bool(true))
            }
            _ => false,
        }
    }
}

fn removes(action: &Action) -> bool {
    matches!(action, Action::Remove | Action::Add(Content::Unassigned) | Action::Replace(Content::Unassigned))
}

fn several_primary(slot: &Slot) -> Kind {
    let fault = Fault { path: slot.path(), kind: FaultKind::SeveralPrimary };
    Kind::Value(Faults { faults: vec![fault], more: 0 })
}
