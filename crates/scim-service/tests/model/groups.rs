//! Groups: what a request does to them, and how it is written down.

use crate::draw::folded;
use crate::model::{Group, Model, Outcome, Refused, check, refused};
use crate::request::{GroupChange, Way};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

impl Model {
    pub(crate) fn create_group(
        &mut self,
        name: &'static str,
        members: &[String],
        new: &str,
    ) -> Result<Outcome, Refused> {
        self.group_name_is_free(name, "")?;
        let members = self.known(members);
        self.groups.insert(new.to_owned(), Group { name, members, version: 1 });
        self.ever.push(new.to_owned());
        Ok(Outcome::Version(1))
    }

    pub(crate) fn replace_group(
        &mut self,
        id: &str,
        name: &'static str,
        members: &[String],
        if_match: Option<&str>,
    ) -> Result<Outcome, Refused> {
        let old = self.groups.get(id).ok_or(refused(404, None))?.clone();
        check(old.version, if_match)?;
        self.group_name_is_free(name, id)?;
        let mut new = Group { name, members: self.replacement(members)?, ..old.clone() };
        new.version += i64::from(new != old);
        Ok(self.keep_group(id, new))
    }

    /// All operations or none. A change that a later operation of the request takes back is none.
    pub(crate) fn patch_group(
        &mut self,
        id: &str,
        changes: &[GroupChange<String>],
        if_match: Option<&str>,
    ) -> Result<Outcome, Refused> {
        let old = self.groups.get(id).ok_or(refused(404, None))?.clone();
        check(old.version, if_match)?;
        let mut new = old.clone();
        for change in changes {
            if let GroupChange::Rename(name, _) = change {
                new.name = name;
            }
        }
        self.group_name_is_free(new.name, id)?;
        // Members are shown with the names that they have once the request is done.
        let mut after = self.clone();
        after.keep_group(id, new.clone());
        for change in changes {
            after.change_members(&mut new.members, change);
        }
        self.emptied_by_a_slip(changes)?;
        new.version += i64::from(new != old);
        Ok(self.keep_group(id, new))
    }

    fn keep_group(&mut self, id: &str, new: Group) -> Outcome {
        let version = new.version;
        self.groups.insert(id.to_owned(), new);
        Outcome::Version(version)
    }

    fn change_members(&self, members: &mut BTreeSet<String>, change: &GroupChange<String>) {
        match change {
            GroupChange::Rename(..) => {}
            GroupChange::Add(ids, _) => members.extend(self.known(ids)),
            GroupChange::Replace(ids, _) => *members = self.known(ids),
            GroupChange::Listed(ids) => members.retain(|id| !ids.contains(id)),
            GroupChange::ByValue(one, other) => members.retain(|id| id != one && Some(id) != other.as_ref()),
            GroupChange::AllBut(one) => members.retain(|id| id == one),
            GroupChange::OfType(users) => members.retain(|id| self.users.contains_key(id) != *users),
            GroupChange::Shown(name) => {
                members.retain(|id| self.display(id).map(folded) != Some(folded(name)));
            }
            GroupChange::Clear(_) => members.clear(),
        }
    }

    /// Whoever empties a group, or replaces its members, and then names nobody but unknown ones, meant
    /// somebody.
    fn emptied_by_a_slip(&self, changes: &[GroupChange<String>]) -> Result<(), Refused> {
        let emptying =
            |change: &GroupChange<String>| matches!(change, GroupChange::Replace(..) | GroupChange::Clear(_));
        let Some(last) = changes.iter().rposition(emptying) else { return Ok(()) };
        let named: Vec<&String> = (changes[last..].iter())
            .flat_map(|change| match change {
                GroupChange::Add(ids, _) | GroupChange::Replace(ids, _) => ids.as_slice(),
                _ => &[],
            })
            .collect();
        match named.iter().any(|id| self.knows(id)) || named.is_empty() {
            true => Ok(()),
            false => Err(refused(400, Some("invalidValue"))),
        }
    }

    /// Those who are known; the others are passed over.
    fn known(&self, ids: &[String]) -> BTreeSet<String> {
        ids.iter().filter(|id| self.knows(id)).cloned().collect()
    }

    /// The members of a whole list. One that names nobody who is known must not empty a group.
    fn replacement(&self, ids: &[String]) -> Result<BTreeSet<String>, Refused> {
        let known = self.known(ids);
        if known.is_empty() && !ids.is_empty() { Err(refused(400, Some("invalidValue"))) } else { Ok(known) }
    }

    fn group_name_is_free(&self, name: &str, own: &str) -> Result<(), Refused> {
        let holder = self.groups.iter().find(|(id, group)| *id != own && folded(group.name) == folded(name));
        match holder {
            Some((id, _)) => Err(Outcome::Refused(409, Some("uniqueness"), Some(id.clone()))),
            None => Ok(()),
        }
    }
}

fn members_json(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({"value": id})).collect()
}

/// The body of a POST or PUT.
pub(crate) fn body_json(name: &str, members: &[String]) -> Value {
    json!({"schemas": [GROUP], "displayName": name, "members": members_json(members)})
}

/// One operation of a PATCH.
pub(crate) fn operation(change: &GroupChange<String>) -> Value {
    match change {
        GroupChange::Rename(name, Way::Pathless) => json!({"op": "replace", "value": {"displayName": name}}),
        GroupChange::Rename(name, Way::Add) => json!({"op": "add", "path": "displayName", "value": name}),
        GroupChange::Rename(name, _) => json!({"op": "Replace", "path": "displayName", "value": name}),
        GroupChange::Add(ids, Way::Pathless) => json!({"op": "add", "value": {"members": members_json(ids)}}),
        GroupChange::Add(ids, Way::Habit) if ids.len() == 1 => {
            json!({"op": "Add", "path": "members", "value": {"value": ids[0]}})
        }
        GroupChange::Add(ids, _) => json!({"op": "add", "path": "members", "value": members_json(ids)}),
        GroupChange::Replace(ids, Way::Pathless) => {
            json!({"op": "replace", "value": {"members": members_json(ids)}})
        }
        GroupChange::Replace(ids, _) => {
            json!({"op": "replace", "path": "members", "value": members_json(ids)})
        }
        GroupChange::Listed(ids) => json!({"op": "Remove", "path": "members", "value": members_json(ids)}),
        GroupChange::ByValue(one, None) => remove(&format!("value eq \"{one}\"")),
        GroupChange::ByValue(one, Some(other)) => {
            remove(&format!("value eq \"{one}\" or value eq \"{other}\""))
        }
        GroupChange::AllBut(one) => remove(&format!("value ne \"{one}\"")),
        GroupChange::OfType(users) => {
            remove(&format!("type eq \"{}\"", if *users { "User" } else { "Group" }))
        }
        GroupChange::Shown(name) => remove(&format!("display eq {}", json!(name))),
        GroupChange::Clear(Way::Replace) => json!({"op": "replace", "path": "members", "value": []}),
        GroupChange::Clear(Way::Pathless) => json!({"op": "replace", "value": {"members": []}}),
        GroupChange::Clear(Way::Add | Way::Habit) => json!({"op": "remove", "path": "members"}),
    }
}

fn remove(filter: &str) -> Value {
    json!({"op": "remove", "path": format!("members[{filter}]")})
}
