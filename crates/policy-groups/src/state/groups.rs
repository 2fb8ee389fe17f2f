//! Groups: their names, their members and the edges between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{members::MemberSet, shards::Shards};
use crate::GroupId;

/// The internal number of one incarnation of a group.
///
/// A slot is never used again before the next reset, so a group that is deleted and created again under
/// the same id does not inherit the members that user rows may still list under the old number.
pub(crate) type GroupSlot = u32;

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) slot: GroupSlot,
    pub(crate) id: GroupId,
    pub(crate) name: Arc<str>,
    pub(crate) users: MemberSet,
    // Invariant: `child` is in the children of `parent` exactly when `parent` is in the parents of `child`,
    // and both are live.
    pub(crate) children: BTreeSet<GroupSlot>,
    pub(crate) parents: BTreeSet<GroupSlot>,
}

/// Every live group of a tenant, found by slot, id or exact name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    table: Shards<GroupSlot, Arc<Group>>,
    by_id: Shards<GroupId, GroupSlot>,
    // Invariant: a name is present exactly while a live group bears it.
    by_name: Shards<Arc<str>, BTreeMap<GroupId, GroupSlot>>,
    next_slot: GroupSlot,
}

impl Groups {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.table.values().map(|group| &**group)
    }

    pub(crate) fn get(&self, slot: GroupSlot) -> Option<&Group> {
        self.table.get(&slot).map(|group| &**group)
    }

    pub(crate) fn get_mut(&mut self, slot: GroupSlot) -> Option<&mut Group> {
        self.table.get_mut(&slot).map(Arc::make_mut)
    }

    pub(crate) fn slot(&self, id: GroupId) -> Option<GroupSlot> {
        self.by_id.get(&id).copied()
    }

    /// The groups that bear exactly this name, in the order of their ids.
    ///
    /// Names are compared byte for byte: no trim, no case fold, no normalisation.
    pub(crate) fn named(&self, exact: &str) -> impl Iterator<Item = &Group> {
        self.by_name
            .get(exact)
            .into_iter()
            .flat_map(|slots| slots.values())
            .filter_map(|slot| self.get(*slot))
    }

    /// Creates or renames a group and returns its former name; `Err` when all slots are used up.
    pub(crate) fn put(&mut self, id: GroupId, name: &str) -> Result<Option<Arc<str>>, SlotsExhausted> {
        let name: Arc<str> = Arc::from(name);
        let Some(slot) = self.slot(id) else {
            let slot = self.next_slot;
            self.next_slot = slot.checked_add(1).ok_or(SlotsExhausted)?;
            let group = Group {
                slot,
                id,
                name: Arc::clone(&name),
                users: MemberSet::default(),
                children: BTreeSet::new(),
                parents: BTreeSet::new(),
            };
            self.table.insert(slot, Arc::new(group));
            self.by_id.insert(id, slot);
            self.name(name, id, slot);
            return Ok(None);
        };
        let Some(before) = self.get(slot).map(|group| Arc::clone(&group.name)) else { return Ok(None) };
        if before != name {
            if let Some(group) = self.get_mut(slot) {
                group.name = Arc::clone(&name);
            }
            self.unname(&before, id);
            self.name(name, id, slot);
        }
        Ok(Some(before))
    }

    /// Removes a group with its edges. The slot stays behind in the rows of its users, where it is inert.
    pub(crate) fn delete(&mut self, id: GroupId) -> Option<Arc<Group>> {
        let slot = self.by_id.remove(&id)?;
        let group = self.table.remove(&slot)?;
        self.unname(&group.name, id);
        for child in &group.children {
            if let Some(child) = self.get_mut(*child) {
                child.parents.remove(&slot);
            }
        }
        for parent in &group.parents {
            if let Some(parent) = self.get_mut(*parent) {
                parent.children.remove(&slot);
            }
        }
        Some(group)
    }

    /// Makes one group a member of another; false when it already was. A group may contain itself.
    pub(crate) fn link(&mut self, parent: GroupSlot, child: GroupSlot) -> bool {
        if self.get(parent).is_none_or(|group| group.children.contains(&child)) {
            return false;
        }
        self.get_mut(parent).map(|group| group.children.insert(child));
        self.get_mut(child).map(|group| group.parents.insert(parent));
        true
    }

    /// Takes one group out of another; false when it was not in.
    pub(crate) fn unlink(&mut self, parent: GroupSlot, child: GroupSlot) -> bool {
        if self.get(parent).is_none_or(|group| !group.children.contains(&child)) {
            return false;
        }
        self.get_mut(parent).map(|group| group.children.remove(&child));
        self.get_mut(child).map(|group| group.parents.remove(&parent));
        true
    }

    fn name(&mut self, name: Arc<str>, id: GroupId, slot: GroupSlot) {
        if let Some(slots) = self.by_name.get_mut(&*name) {
            slots.insert(id, slot);
        } else {
            self.by_name.insert(name, BTreeMap::from([(id, slot)]));
        }
    }

    fn unname(&mut self, name: &str, id: GroupId) {
        if let Some(slots) = self.by_name.get_mut(name) {
            slots.remove(&id);
            if slots.is_empty() {
                self.by_name.remove(name);
            }
        }
    }
}

/// Four billion groups were created since the last reset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlotsExhausted;
