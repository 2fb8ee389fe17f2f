//! Operations on an attribute or a part of it.

use super::Planner;
use super::content::Reader;
use super::locate::Found;
use super::step::{Action, Content, Elements, Target};
use crate::dialect;
use crate::error::Kind;
use crate::request::Op;
use scim_core::fault::Findings;
use scim_core::filter::Filter;
use scim_core::name::AttributeName;
use scim_core::schema::{Attribute, AttributeType, Mutability, Returned};
use scim_core::value::{Rules, normalise};
use serde_json::{Map, Value};

impl Planner<'_> {
    /// An operation on what a path names. `in_object` says that the path is a key of a larger value,
    /// where attributes that the server sets are ignored.
    pub(super) fn attribute(
        &mut self,
        op: Op,
        found: &Found<'_>,
        value: Option<&Value>,
        in_object: bool,
    ) -> Result<(), Kind> {
        if found.is_schemas() {
            if op == Op::Remove && !in_object {
                return Err(Kind::Required(found.path()));
            }
            // It follows from the other attributes.
            self.findings.ignore(found.path());
            let given = value.filter(|_| op != Op::Remove).and_then(Value::as_array);
            for urn in given.into_iter().flatten().filter_map(Value::as_str) {
                self.resource_type.check_schema(urn, self.options.rules, &mut self.findings);
            }
            return Ok(());
        }
        if found.is_read_only() {
            if !in_object {
                return Err(Kind::ReadOnly(found.path()));
            }
            self.findings.ignore(found.path());
            return Ok(());
        }
        if found.is_members() {
            return self.members(op, found, value, in_object);
        }
        if found.filter.is_some() && !found.attribute.multi_valued {
            return Err(Kind::NoBrackets(found.path()));
        }
        let target = self.target(op, found)?;
        let Some(action) = self.action(op, found, &target, value) else { return Ok(()) };
        let leaf = found.sub.unwrap_or(found.attribute);
        if [found.attribute, leaf].iter().all(|a| a.returned != Returned::Never) {
            let slot = self.slot(found.extension, found.attribute);
            self.step(slot, target, action);
        }
        Ok(())
    }

    fn target(&mut self, op: Op, found: &Found<'_>) -> Result<Target, Kind> {
        let Found { attribute, filter, sub, .. } = found;
        Ok(match (filter, sub) {
            (None, None) => Target::Whole,
            (None, Some(sub)) if !attribute.multi_valued => Target::Sub((*sub).clone()),
            (None, Some(sub)) => Target::Elements(Box::new(Elements {
                wanted: None,
                terms: 1,
                described: Some(Map::new()),
                create: true,
                sub: Some((*sub).clone()),
            })),
            (Some(filter), sub) => {
                let wanted = filter.resolve_element(attribute).map_err(|e| Kind::Filter(Box::new(e)))?;
                Target::Elements(Box::new(Elements {
                    terms: wanted.terms(),
                    wanted: Some(wanted),
                    described: described(attribute, filter, &mut self.findings),
                    create: op == Op::Add || self.options.create_missing_elements,
                    sub: sub.cloned(),
                }))
            }
        })
    }

    /// What to do; `None` when that is nothing.
    fn action(
        &mut self,
        op: Op,
        found: &Found<'_>,
        target: &Target,
        value: Option<&Value>,
    ) -> Option<Action> {
        let path = found.path();
        let leaf = found.sub.unwrap_or(found.attribute);
        let mut reader = Reader { rules: self.options.rules, findings: &mut self.findings };
        let mut content = |value: &Value| match target {
            Target::Elements(elements) if elements.sub.is_none() => reader.element(leaf, value, &path),
            _ => reader.content(leaf, value, &path),
        };
        match (op, value) {
            (Op::Add, Some(value)) => match content(value) {
                // Adding no values to a list changes nothing.
                Content::Unassigned if leaf.multi_valued => None,
                content => Some(Action::Add(content)),
            },
            (Op::Replace, Some(value)) => Some(Action::Replace(content(value))),
            (Op::Remove, Some(value)) if !value.is_null() => {
                if !leaf.multi_valued || !matches!(target, Target::Whole) {
                    self.findings.dialect(dialect::REMOVE_OLD_VALUE);
                    return Some(Action::Remove);
                }
                reader.findings.dialect(dialect::REMOVE_LISTED);
                match reader.list(leaf, value, &path) {
                    Some(Value::Array(list)) => Some(Action::RemoveListed(list)),
                    _ => None,
                }
            }
            (Op::Remove, _) => Some(Action::Remove),
            (Op::Add | Op::Replace, None) => None,
        }
    }
}

/// The element that a filter describes, with the types of the schema.
fn described(attribute: &Attribute, filter: &Filter, findings: &mut Findings) -> Option<Map<String, Value>> {
    let parts = filter.described_element()?;
    if attribute.kind != AttributeType::Complex {
        return Some(Map::new());
    }
    let mut element = Map::new();
    for (name, value) in parts {
        let (name, value) = part(attribute, &name, value, findings)?;
        element.insert(name, value);
    }
    Some(element)
}

fn part(
    attribute: &Attribute,
    name: &AttributeName,
    value: Value,
    findings: &mut Findings,
) -> Option<(String, Value)> {
    let sub = attribute.sub_attribute(name.as_str())?;
    if sub.kind == AttributeType::Boolean && value.is_string() {
        findings.dialect(dialect::STRING_BOOLEAN);
    }
    if sub.mutability == Mutability::ReadOnly {
        return None;
    }
    // The filter was resolved, so that the value has the type of the part.
    let mut unused = Findings::default();
    let value = normalise(sub, value, &sub.name, Rules::default(), &mut unused)?;
    unused.is_sound().then(|| (sub.name.clone(), value))
}
