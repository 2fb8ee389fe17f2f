//! What an administrator should know about rules against the groups that exist.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::{GroupMatch, compile::RuleRef};
use crate::state::Root;

/// The result of installing rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleReport {
    /// References to groups that do not exist now. Legal: the rule may precede the sync.
    pub dangling: Vec<DanglingName>,
    /// Rules in the document, disabled ones included.
    pub rules: usize,
    /// Distinct group references in the document.
    pub atoms: usize,
}

/// A reference to a group that does not exist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DanglingName {
    /// The rule that holds it; one entry per rule and reference.
    pub rule: RuleRef,
    /// The name, or the id as text.
    pub name: String,
    /// Names of existing groups that differ only in case or in white space at the ends, sorted.
    pub near_misses: Vec<String>,
}

/// Compares the rules of a state with its groups. Costs a pass over all groups if anything dangles.
pub(crate) fn report(root: &Root) -> RuleReport {
    let mut dangling = Vec::new();
    let mut similar = None;
    for rule in &root.rules.rules {
        let atoms: BTreeSet<_> =
            rule.any_of.iter().chain(&rule.all_of).chain(&rule.none_of).copied().collect();
        for atom in atoms.into_iter().filter(|atom| root.resolved.is_dangling(*atom)) {
            let Some(reference) = root.rules.atoms.get(atom) else { continue };
            let mut near_misses = Vec::new();
            if let GroupMatch::Name(name) = reference {
                let similar = similar.get_or_insert_with(|| by_fold(root));
                near_misses.extend(similar.get(&fold(name)).into_iter().flatten().cloned());
            }
            let name = reference.text();
            dangling.push(DanglingName { rule: rule.info.clone(), name, near_misses });
        }
    }
    RuleReport { dangling, rules: root.rules.rules.len(), atoms: root.rules.atoms.len() }
}

fn by_fold(root: &Root) -> HashMap<String, BTreeSet<String>> {
    let mut similar: HashMap<String, BTreeSet<String>> = HashMap::new();
    for group in root.groups.iter() {
        similar.entry(fold(&group.name)).or_default().insert(group.name.to_string());
    }
    similar
}

/// For suggestions only: decisions never fold a name.
fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}
