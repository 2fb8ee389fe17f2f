//! The next state under construction: changes applied to a private copy of the current one.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Key, Root, State, User,
    groups::{GroupSlot, SlotsExhausted},
};
use crate::{Applied, Change, GroupId, KeyId, Member, Revision, UserId, tenant::error::ApplyError};

/// A copy of a root that takes changes one by one and remembers what they touched.
pub(crate) struct Next {
    pub(crate) root: Root,
    users: BTreeSet<UserId>,
    groups: BTreeSet<GroupId>,
    keys: BTreeSet<KeyId>,
    /// Whether a name, an id or an edge that the rules look at may have changed.
    unresolved: bool,
}

impl Next {
    pub(crate) fn after(root: &Root) -> Self {
        Self {
            root: root.clone(),
            users: BTreeSet::new(),
            groups: BTreeSet::new(),
            keys: BTreeSet::new(),
            unresolved: false,
        }
    }

    /// An empty state that takes the place of `before`, of which anything may be gone.
    pub(crate) fn replacing(before: &Root, revision: Revision) -> Self {
        let root = Root {
            revision,
            state: State::Live,
            rules: Arc::clone(&before.rules),
            ..Root::new(before.tenant, before.options)
        };
        Self {
            root,
            users: before.users.values().map(|user| user.id).collect(),
            groups: before.groups.iter().map(|group| group.id).collect(),
            keys: before.digests.iter().map(|(key, _)| *key).collect(),
            unresolved: true,
        }
    }

    /// Applies one change. After an error the copy is half done and must be thrown away.
    pub(crate) fn apply(&mut self, change: &Change) -> Result<(), ApplyError> {
        match change {
            Change::UserPut { id, user_name, active } => self.put_user(*id, user_name, *active),
            Change::UserDelete { id } => self.delete_user(*id),
            Change::GroupPut { id, display_name } => return self.put_group(*id, display_name),
            Change::GroupDelete { id } => self.delete_group(*id),
            Change::MembersAdd { group, members } => {
                let slot = self.group_slot(*group)?;
                for member in members {
                    self.add_member(slot, *member)?;
                }
            }
            Change::MembersRemove { group, members } => {
                let slot = self.group_slot(*group)?;
                for member in members {
                    self.remove_member(slot, *member);
                }
            }
            Change::MembersReplace { group, members } => return self.replace_members(*group, members),
            Change::KeyPut { key, digest, user, enabled, expires_at } => {
                let entry = Key { id: *key, user: *user, enabled: *enabled, expires_at: *expires_at };
                return self.put_key(*digest, entry);
            }
            Change::KeyDelete { key } => {
                self.keys.insert(*key);
                if let Some(digest) = self.root.digests.remove(key) {
                    self.root.keys.remove(&digest);
                }
            }
            Change::TenantSuspend(suspended) => self.root.suspended = *suspended,
        }
        Ok(())
    }

    /// Completes the state and says what changed since `before`.
    pub(crate) fn finish(mut self, before: &Root) -> (Root, Applied) {
        if self.unresolved {
            self.root.resolve();
        }
        let after = self.root;
        let applied = Applied {
            revision: after.revision,
            state: after.state,
            suspended: after.suspended,
            deactivated: lost_users(before, &after, self.users),
            groups_changed: self.groups.into_iter().collect(),
            keys_revoked: lost_keys(before, &after, self.keys),
            dangling: newly_dangling(before, &after),
        };
        (after, applied)
    }

    /// Digests that only the new state has, and digests that only the old one has.
    pub(crate) fn digests(&self, before: &Root) -> (Vec<[u8; 32]>, Vec<[u8; 32]>) {
        let mut gained = Vec::new();
        let mut lost = Vec::new();
        for key in &self.keys {
            let (old, new) = (before.digests.get(key), self.root.digests.get(key));
            if old != new {
                gained.extend(new.filter(|digest| !before.keys.contains(*digest)));
                lost.extend(old.filter(|digest| !self.root.keys.contains(*digest)));
            }
        }
        (gained, lost)
    }

    fn put_user(&mut self, id: UserId, user_name: &str, active: bool) {
        self.users.insert(id);
        if let Some(user) = self.root.users.get_mut(&id) {
            let user = Arc::make_mut(user);
            user.active = active;
            if *user.name != *user_name {
                user.name = Arc::from(user_name);
            }
        } else {
            let user = User { id, name: Arc::from(user_name), active, groups: Vec::new() };
            self.root.users.insert(id, Arc::new(user));
        }
    }

    fn delete_user(&mut self, id: UserId) {
        let Some(user) = self.root.users.remove(&id) else { return };
        self.users.insert(id);
        for slot in &user.groups {
            if let Some(group) = self.root.groups.get_mut(*slot) {
                group.users.remove(id);
                self.groups.insert(group.id);
            }
        }
    }

    fn put_group(&mut self, id: GroupId, name: &str) -> Result<(), ApplyError> {
        let before = self.root.groups.put(id, name).map_err(|SlotsExhausted| ApplyError::Diverged)?;
        if before.as_deref() != Some(name) {
            self.groups.insert(id);
            let rules = &self.root.rules;
            self.unresolved |= rules.mentions_name(name)
                || before.as_deref().is_some_and(|old| rules.mentions_name(old))
                || (before.is_none() && rules.mentions_id(id));
        }
        Ok(())
    }

    fn delete_group(&mut self, id: GroupId) {
        let Some(group) = self.root.groups.delete(id) else { return };
        self.groups.insert(id);
        let nested = self.root.options.nesting && !(group.parents.is_empty() && group.children.is_empty());
        self.unresolved |=
            nested || self.root.rules.mentions_name(&group.name) || self.root.rules.mentions_id(id);
    }

    fn group_slot(&mut self, id: GroupId) -> Result<GroupSlot, ApplyError> {
        let slot = self.root.groups.slot(id).ok_or(ApplyError::UnknownId { id: id.0 })?;
        self.groups.insert(id);
        Ok(slot)
    }

    fn add_member(&mut self, slot: GroupSlot, member: Member) -> Result<(), ApplyError> {
        match member {
            Member::User(id) => {
                let Some(user) = self.root.users.get(&id) else {
                    return Err(ApplyError::UnknownId { id: id.0 });
                };
                if user.groups.binary_search(&slot).is_ok() {
                    return Ok(());
                }
                self.edit_row(id, |row| {
                    if let Err(at) = row.binary_search(&slot) {
                        row.insert(at, slot);
                    }
                });
                self.root.groups.get_mut(slot).map(|group| group.users.insert(id));
            }
            Member::Group(id) => {
                let child = self.root.groups.slot(id).ok_or(ApplyError::UnknownId { id: id.0 })?;
                self.unresolved |= self.root.groups.link(slot, child) && self.root.options.nesting;
            }
        }
        Ok(())
    }

    fn remove_member(&mut self, slot: GroupSlot, member: Member) {
        match member {
            Member::User(id) => {
                if self.root.users.get(&id).is_some_and(|user| user.groups.binary_search(&slot).is_ok()) {
                    self.edit_row(id, |row| row.retain(|other| *other != slot));
                    self.root.groups.get_mut(slot).map(|group| group.users.remove(id));
                }
            }
            Member::Group(id) => {
                if let Some(child) = self.root.groups.slot(id) {
                    self.unresolved |= self.root.groups.unlink(slot, child) && self.root.options.nesting;
                }
            }
        }
    }

    fn replace_members(&mut self, id: GroupId, members: &[Member]) -> Result<(), ApplyError> {
        let slot = self.group_slot(id)?;
        let wanted: BTreeSet<Member> = members.iter().copied().collect();
        let Some(group) = self.root.groups.get(slot) else { return Ok(()) };
        let users = group.users.iter().map(Member::User);
        let children =
            group.children.iter().filter_map(|child| Some(Member::Group(self.root.groups.get(*child)?.id)));
        let leaving: Vec<Member> = users.chain(children).filter(|member| !wanted.contains(member)).collect();
        for member in leaving {
            self.remove_member(slot, member);
        }
        for member in wanted {
            self.add_member(slot, member)?;
        }
        Ok(())
    }

    /// Edits the memberships of a user and, since the row is copied anyway, drops groups that are gone.
    fn edit_row(&mut self, id: UserId, edit: impl FnOnce(&mut Vec<GroupSlot>)) {
        if let Some(user) = self.root.users.get_mut(&id) {
            let row = &mut Arc::make_mut(user).groups;
            row.retain(|slot| self.root.groups.get(*slot).is_some());
            edit(row);
        }
    }

    fn put_key(&mut self, digest: [u8; 32], entry: Key) -> Result<(), ApplyError> {
        if self.root.keys.get(&digest).is_some_and(|holder| holder.id != entry.id) {
            return Err(ApplyError::DigestTaken { key: entry.id });
        }
        self.keys.insert(entry.id);
        if let Some(old) = self.root.digests.get(&entry.id).copied()
            && old != digest
        {
            self.root.keys.remove(&old);
        }
        self.root.digests.insert(entry.id, digest);
        self.root.keys.insert(digest, entry);
        Ok(())
    }
}

/// Users who could act before and cannot now.
fn lost_users(before: &Root, after: &Root, touched: BTreeSet<UserId>) -> Vec<UserId> {
    let active = |root: &Root, id| root.user(id).is_some_and(|user| user.active);
    touched.into_iter().filter(|id| active(before, *id) && !active(after, *id)).collect()
}

/// Keys that opened something before and no longer open the same.
fn lost_keys(before: &Root, after: &Root, touched: BTreeSet<KeyId>) -> Vec<KeyId> {
    let lost = |id: &KeyId| {
        before.key(*id).is_some_and(|(digest, old)| {
            old.enabled
                && after
                    .key(*id)
                    .is_none_or(|(now, new)| !new.enabled || now != digest || new.user != old.user)
        })
    };
    touched.into_iter().filter(lost).collect()
}

/// References of the installed rules that denoted a group before and denote none now.
fn newly_dangling(before: &Root, after: &Root) -> Vec<String> {
    if Arc::ptr_eq(&before.resolved, &after.resolved) || !Arc::ptr_eq(&before.rules, &after.rules) {
        return Vec::new();
    }
    let lost = |atom: &usize| !before.resolved.is_dangling(*atom) && after.resolved.is_dangling(*atom);
    let named = after.rules.atoms.iter().enumerate().filter(|(atom, _)| lost(atom));
    named.map(|(_, reference)| reference.text()).collect()
}
