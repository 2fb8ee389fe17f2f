//! The members of a group: what a PATCH does with them.

use crate::dialect;
use scim_core::Predicate;
use scim_core::fault::Findings;
use serde_json::{Value, json};
use std::collections::HashSet;

/// One change of the members of a group.
///
/// Ids are as the client wrote them, each once, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum MemberChange {
    /// These become members; those who are stay.
    Add(Vec<String>),
    /// These are members no longer; those who are not need not be.
    Remove(Vec<String>),
    /// These become the only members.
    Replace(Vec<String>),
    /// The members that match are members no longer. The predicate is about
    /// [elements](Predicate::matches_element) with `value`, `type`, `display` and `$ref`.
    RemoveWhere(Predicate),
    /// Nobody is a member.
    Clear,
}

/// The id in a member of a body that was read: its `value`, or the end of its `$ref` where a client
/// sends only that.
pub fn id_of(member: &Value, findings: &mut Findings) -> Option<String> {
    if let Some(id) = id(member) {
        return Some(id.to_owned());
    }
    let reference = member.get("$ref")?.as_str()?;
    let id = reference.rsplit('/').find(|part| !part.is_empty())?.to_owned();
    findings.dialect(dialect::MEMBER_REF);
    Some(id)
}

/// Applies member changes to a list of members; says whether it changed.
///
/// Meant for small groups in memory, and for tests: a server makes rows of the changes instead. A
/// new member is an object with `value` alone.
pub fn apply(changes: &[MemberChange], members: &mut Vec<Value>) -> bool {
    let before: HashSet<String> = members.iter().filter_map(id).map(str::to_owned).collect();
    for change in changes {
        match change {
            MemberChange::Add(ids) => add(ids, members),
            MemberChange::Remove(ids) => {
                let gone: HashSet<&str> = ids.iter().map(String::as_str).collect();
                members.retain(|member| !id(member).is_some_and(|id| gone.contains(id)));
            }
            MemberChange::Replace(ids) => {
                let kept: HashSet<&str> = ids.iter().map(String::as_str).collect();
                members.retain(|member| id(member).is_some_and(|id| kept.contains(id)));
                add(ids, members);
            }
            MemberChange::RemoveWhere(wanted) => members.retain(|member| !wanted.matches_element(member)),
            MemberChange::Clear => members.clear(),
        }
    }
    let after: HashSet<&str> = members.iter().filter_map(id).collect();
    after.len() != before.len() || after.iter().any(|id| !before.contains(*id))
}

fn id(member: &Value) -> Option<&str> {
    member.get("value")?.as_str()
}

fn add(ids: &[String], members: &mut Vec<Value>) {
    let mut known: HashSet<String> = members.iter().filter_map(id).map(str::to_owned).collect();
    for id in ids {
        if known.insert(id.clone()) {
            members.push(json!({"value": id}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(list: &[&str]) -> Vec<String> {
        list.iter().map(|&id| id.to_owned()).collect()
    }

    #[test]
    fn changes_are_applied_in_order() {
        let mut members = vec![json!({"value": "a", "type": "User"}), json!({"value": "b"})];
        let changes = [MemberChange::Remove(ids(&["b", "x"])), MemberChange::Add(ids(&["a", "c"]))];
        assert!(apply(&changes, &mut members));
        assert_eq!(members, [json!({"value": "a", "type": "User"}), json!({"value": "c"})]);
        assert!(!apply(&changes, &mut members));
        assert!(!apply(&[MemberChange::Replace(ids(&["c", "a"]))], &mut members));
        assert!(apply(&[MemberChange::Clear], &mut members));
        assert!(members.is_empty());
    }
}
