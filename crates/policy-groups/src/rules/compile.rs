//! Rules made ready for evaluation: in order, with every distinct group reference numbered.

use std::{collections::HashMap, fmt, sync::Arc};

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{ActionType, GroupMatch, Rule, RuleSetDoc, UserGroups};
use crate::GroupId;

/// The number of a distinct group reference within one compiled rule set.
pub(crate) type AtomId = usize;

#[derive(Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) version: u64,
    pub(crate) document: RuleSetDoc,
    /// In the order of evaluation, disabled ones included.
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) atoms: Vec<GroupMatch>,
    numbers: HashMap<GroupMatch, AtomId>,
}

#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) info: RuleRef,
    pub(crate) any_of: Vec<AtomId>,
    pub(crate) all_of: Vec<AtomId>,
    pub(crate) none_of: Vec<AtomId>,
}

/// A rule as decisions name it. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct RuleRef(Arc<Placed>);

#[derive(PartialEq)]
struct Placed {
    rule: Rule,
    sequence: i64,
    position: usize,
}

impl RuleRef {
    /// The id of the rule, if the document gives one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.rule.id.as_deref()
    }

    /// The name of the rule.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.rule.name
    }

    /// The `sequence` of the rule, or the one it inherits from the rule before it in the document.
    #[must_use]
    pub fn sequence(&self) -> i64 {
        self.0.sequence
    }

    /// The place in the order of evaluation, from 1.
    #[must_use]
    pub fn position(&self) -> usize {
        self.0.position
    }

    /// The message of the rule's action for the person whose request was stopped.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.rule.action.message.as_deref()
    }

    /// The complete rule.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.0.rule
    }
}

impl fmt::Debug for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleRef(#{} {:?})", self.position(), self.name())
    }
}

impl Serialize for RuleRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("RuleRef", 5)?;
        out.serialize_field("id", &self.id())?;
        out.serialize_field("name", self.name())?;
        out.serialize_field("sequence", &self.sequence())?;
        out.serialize_field("position", &self.position())?;
        out.serialize_field("message", &self.message())?;
        out.end()
    }
}

impl Compiled {
    pub(crate) fn new(document: &RuleSetDoc, version: u64) -> Self {
        let mut compiled = Self { version, document: document.clone(), ..Self::default() };
        let mut sequence = 0;
        let mut ordered = Vec::with_capacity(document.rules.len());
        for rule in &document.rules {
            sequence = rule.sequence.unwrap_or(sequence);
            ordered.push((sequence, rule));
        }
        // Stable: equal sequences keep the order of the document.
        ordered.sort_by_key(|(sequence, _)| *sequence);
        for (at, (sequence, rule)) in ordered.into_iter().enumerate() {
            let placed = Placed { rule: rule.clone(), sequence, position: at + 1 };
            let info = RuleRef(Arc::new(placed));
            let none = UserGroups::default();
            let groups = rule.conditions.user_groups.as_ref().unwrap_or(&none);
            let any_of = compiled.atoms(&groups.any_of);
            let all_of = compiled.atoms(&groups.all_of);
            let none_of = compiled.atoms(&groups.none_of);
            compiled.rules.push(CompiledRule { info, any_of, all_of, none_of });
        }
        compiled
    }

    pub(crate) fn mentions_name(&self, name: &str) -> bool {
        !self.numbers.is_empty() && self.numbers.contains_key(&GroupMatch::Name(name.to_owned()))
    }

    pub(crate) fn mentions_id(&self, id: GroupId) -> bool {
        self.numbers.contains_key(&GroupMatch::Id(id))
    }

    fn atoms(&mut self, groups: &[GroupMatch]) -> Vec<AtomId> {
        let mut number = |group: &GroupMatch| {
            let atoms = &mut self.atoms;
            *self.numbers.entry(group.clone()).or_insert_with(|| {
                atoms.push(group.clone());
                atoms.len() - 1
            })
        };
        groups.iter().map(&mut number).collect()
    }
}

impl CompiledRule {
    pub(crate) fn rule(&self) -> &Rule {
        self.info.rule()
    }

    pub(crate) fn kind(&self) -> ActionType {
        self.info.rule().action.kind
    }
}
