//! From operations to steps: a message resolved against the schema of a resource type.

mod attribute;
mod content;
mod locate;
mod members;
mod object;
mod step;

pub(crate) use step::{Action, Content, Elements, Slot, Step, Target};

use crate::error::{Kind, PatchError};
use crate::members::MemberChange;
use crate::request::{Op, Operation, PatchRequest};
use locate::{Located, locate, unknown, without_filter};
use scim_core::fault::Findings;
use scim_core::json::shortened;
use scim_core::schema::{Attribute, ResourceType, Schema};
use scim_core::value::{Rules, is_unassigned, kind_of};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// How a message is understood. The default is that of the `entra` profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How strictly values are read.
    pub rules: Rules,
    /// What `replace` does on a path such as `emails[type eq "work"].value` when no element matches:
    /// create it, as Entra ID expects, or answer `noTarget` (RFC 7644 section 3.5.2.3).
    ///
    /// `add` always creates the element that the filter describes.
    pub create_missing_elements: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { rules: Rules::default(), create_missing_elements: true }
    }
}

/// A message resolved against a resource type: what to do with a resource and with its members.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
    members: Vec<MemberChange>,
    findings: Findings,
}

impl Plan {
    /// What to do with the members of a group, in the order of the operations.
    pub fn member_changes(&self) -> &[MemberChange] {
        &self.members
    }

    /// Whether [`Plan::apply`] has anything to do.
    pub fn touches_document(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The attributes that are ignored, and the client habits that were rewritten.
    ///
    /// What depends on the resource is in the [`Outcome`](crate::Outcome).
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}

impl PatchRequest {
    /// Resolves the operations against a resource type and checks their values.
    ///
    /// # Errors
    /// With the first operation at fault: when its path is malformed or names nothing, when its value
    /// does not fit the attribute, or when only the server sets the attribute.
    pub fn plan(&self, resource_type: &ResourceType, options: Options) -> Result<Plan, PatchError> {
        let mut planner = Planner {
            resource_type,
            options,
            number: 0,
            findings: self.findings.clone(),
            slots: Vec::new(),
            steps: Vec::new(),
            members: Vec::new(),
            known_members: None,
            given: HashSet::new(),
        };
        for (i, operation) in self.operations.iter().enumerate() {
            planner.number = i + 1;
            planner.operation(operation).map_err(|kind| kind.at(i + 1))?;
        }
        let Planner { findings, steps, members, .. } = planner;
        Ok(Plan { steps, members, findings })
    }
}

/// A plan in the making.
struct Planner<'s> {
    resource_type: &'s ResourceType,
    options: Options,
    /// The number of the operation at hand, from 1.
    number: usize,
    findings: Findings,
    slots: Vec<Arc<Slot>>,
    steps: Vec<Step>,
    members: Vec<MemberChange>,
    /// The ids in the last change of members, once they are looked for.
    known_members: Option<HashSet<String>>,
    /// What the object at hand has named so far: attributes, and the parts of those with one value.
    given: HashSet<String>,
}

impl<'s> Planner<'s> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Kind> {
        let Operation { op, path, value } = operation;
        let (op, value) = (*op, value.as_ref());
        if op != Op::Remove && value.is_none() {
            return Err(Kind::NoValue(op, path.as_deref().and_then(without_filter)));
        }
        self.given.clear();
        match path {
            None => self.without_path(op, value)?,
            Some(path) => self.with_path(op, path, value)?,
        }
        self.sound()
    }

    fn without_path(&mut self, op: Op, value: Option<&Value>) -> Result<(), Kind> {
        match value {
            Some(Value::Object(object)) => self.object(op, object, None),
            _ if op == Op::Remove => Err(Kind::NoPath),
            other => Err(Kind::NoObject(other.map_or("nothing", kind_of))),
        }
    }

    fn with_path(&mut self, op: Op, path: &str, value: Option<&Value>) -> Result<(), Kind> {
        match locate(self.resource_type, path, &mut self.findings)? {
            Some(Located::Resource) => self.without_path(op, value),
            Some(Located::Extension(schema)) => self.extension(op, schema, value),
            Some(Located::Attribute(found)) => self.attribute(op, &found, value, false),
            None => {
                let spared = op != Op::Remove && value.is_none_or(is_unassigned);
                if !spared && self.options.rules.reject_unknown {
                    return Err(Kind::Unknown(Box::new(unknown(self.resource_type, path))));
                }
                self.ignore(path);
                Ok(())
            }
        }
    }

    /// Notes a path that names nothing, without its filter: that may hold personal data.
    fn ignore(&mut self, path: &str) {
        self.findings.ignore(shortened(path.split('[').next().unwrap_or_default()));
    }

    /// Refuses the operation if its values have faults.
    fn sound(&mut self) -> Result<(), Kind> {
        self.findings = std::mem::take(&mut self.findings).into_result().map_err(Kind::Value)?;
        Ok(())
    }

    /// The place of an attribute, shared by all steps that go there.
    fn slot(&mut self, extension: Option<&Schema>, attribute: &Attribute) -> Arc<Slot> {
        let urn = extension.map(|schema| schema.id.as_str());
        let known =
            self.slots.iter().find(|s| s.extension.as_deref() == urn && s.attribute.name == attribute.name);
        if let Some(slot) = known {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot { extension: urn.map(str::to_owned), attribute: attribute.clone() });
        self.slots.push(Arc::clone(&slot));
        slot
    }

    fn step(&mut self, slot: Arc<Slot>, target: Target, action: Action) {
        self.steps.push(Step { operation: self.number, slot, target, action });
    }
}
