//! Which group references of the rules does membership of a group satisfy?

use std::collections::{HashMap, HashSet};

use super::groups::{Group, GroupSlot, Groups};
use crate::rules::GroupMatch;
use crate::rules::compile::{AtomId, Compiled};

/// The group references ("atoms") of a rule set, resolved against the groups of one revision.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// For each group that satisfies an atom, itself or through nesting: the atoms, ascending.
    satisfied: HashMap<GroupSlot, Vec<AtomId>>,
    /// For each atom, whether it denotes no group at all.
    dangling: Vec<bool>,
}

impl Resolved {
    pub(crate) fn new(rules: &Compiled, groups: &Groups, nesting: bool) -> Self {
        let mut resolved = Self { satisfied: HashMap::new(), dangling: vec![true; rules.atoms.len()] };
        let mut reached = HashSet::new();
        let mut queue = Vec::new();
        for (atom, wanted) in rules.atoms.iter().enumerate() {
            reached.clear();
            queue.extend(denoted(wanted, groups).map(|group| group.slot));
            if let Some(dangling) = resolved.dangling.get_mut(atom) {
                *dangling = queue.is_empty();
            }
            // Cycles are legal, so every group is visited once; a deep chain must not use the stack.
            while let Some(slot) = queue.pop() {
                if reached.insert(slot) {
                    resolved.satisfied.entry(slot).or_default().push(atom);
                    if nesting && let Some(group) = groups.get(slot) {
                        queue.extend(group.children.iter().copied());
                    }
                }
            }
        }
        resolved
    }

    /// The atoms that a direct member of this group satisfies.
    pub(crate) fn satisfied_by(&self, slot: GroupSlot) -> &[AtomId] {
        self.satisfied.get(&slot).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn is_dangling(&self, atom: AtomId) -> bool {
        self.dangling.get(atom).copied().unwrap_or(true)
    }
}

/// The groups that a reference denotes: all that bear the name, or the one with the id.
pub(crate) fn denoted<'a>(wanted: &'a GroupMatch, groups: &'a Groups) -> impl Iterator<Item = &'a Group> {
    let (name, id) = match wanted {
        GroupMatch::Name(name) => (Some(name), None),
        GroupMatch::Id(id) => (None, Some(*id)),
    };
    let by_name = name.into_iter().flat_map(|name| groups.named(name));
    by_name.chain(id.and_then(|id| groups.get(groups.slot(id)?)))
}
