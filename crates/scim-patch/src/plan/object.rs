//! Objects whose keys are attributes: values without path, and whole extensions.

use super::Planner;
use super::locate::{Found, Located, locate, unknown};
use super::step::{Action, Target};
use crate::dialect;
use crate::error::Kind;
use crate::request::Op;
use scim_core::fault::{FaultKind, MAX_FAULTS};
use scim_core::schema::{Attribute, Mutability, Schema};
use scim_core::value::{is_unassigned, kind_of};
use serde_json::{Map, Value};

impl<'s> Planner<'s> {
    /// An operation on each attribute that an object names: of the extension, or of the resource.
    pub(super) fn object(
        &mut self,
        op: Op,
        object: &Map<String, Value>,
        extension: Option<&'s Schema>,
    ) -> Result<(), Kind> {
        if op == Op::Remove {
            self.findings.dialect(dialect::REMOVE_KEYS);
        }
        let mut faults = 0;
        for (key, value) in object {
            let path = match extension {
                Some(schema) => format!("{}:{key}", schema.id),
                None => key.clone(),
            };
            match self.key(key, &path, extension)? {
                Some(Located::Attribute(found)) => {
                    let is_list = found.attribute.multi_valued && found.filter.is_none();
                    if op == Op::Remove && is_list && is_unassigned(value) {
                        return Err(Kind::ClearsWithoutPath(found.path()));
                    }
                    self.once(op, &found, value);
                    self.attribute(op, &found, Some(value), true)?;
                }
                Some(Located::Extension(schema)) => {
                    if op == Op::Remove && !value.is_object() {
                        return Err(Kind::ClearsWithoutPath(schema.id.clone()));
                    }
                    self.extension(op, schema, Some(value))?;
                }
                Some(Located::Resource) => match value {
                    Value::Object(inner) => self.object(op, inner, None)?,
                    value if is_unassigned(value) => {}
                    other => return Err(Kind::NoObject(kind_of(other))),
                },
                None if is_unassigned(value) || !self.options.rules.reject_unknown => {
                    self.ignore(&path);
                }
                None => {
                    let fault = unknown(self.resource_type, &path);
                    self.findings.fault(fault.path, fault.kind);
                    faults += 1;
                    // Looking for near names takes its time; a hostile object has many keys.
                    if faults >= MAX_FAULTS {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Notes a fault if the object at hand gives the same thing twice, in two spellings: who reads one of
    /// them must not be overruled by the other.
    fn once(&mut self, op: Op, found: &Found<'_>, value: &Value) {
        // Twice removed is removed, and a filter chooses among many.
        if op == Op::Remove || found.filter.is_some() || found.is_read_only() || found.is_schemas() {
            return;
        }
        let path = found.path();
        let has_parts = found.sub.is_none() && !found.attribute.sub_attributes.is_empty();
        let parts: Vec<&str> = if has_parts && !found.attribute.multi_valued {
            given_parts(found.attribute, value)
        } else {
            Vec::new()
        };
        let mut is_new = true;
        for part in &parts {
            is_new &= self.given.insert(format!("{path}.{part}"));
        }
        if parts.is_empty() {
            is_new = self.given.insert(path.clone());
        }
        if !is_new {
            self.findings.fault(path, FaultKind::Twice);
        }
    }

    /// What a key names; `path` is the same with the URN of the extension.
    fn key(
        &mut self,
        key: &str,
        path: &str,
        extension: Option<&'s Schema>,
    ) -> Result<Option<Located<'s>>, Kind> {
        let plain = match extension {
            Some(schema) => schema.attribute(key),
            None => self.resource_type.attribute(key),
        };
        if let Some(attribute) = plain {
            self.findings.spelling(key, &attribute.name);
            return Ok(Some(Located::Attribute(Found::whole(extension, attribute))));
        }
        match locate(self.resource_type, path, &mut self.findings) {
            Ok(Some(Located::Attribute(found))) => {
                self.name_key(key);
                Ok(Some(Located::Attribute(found)))
            }
            // What an extension holds are attributes.
            Ok(_) if extension.is_some() => Ok(None),
            Ok(located) => Ok(located),
            Err(error) if key.contains('[') => Err(error),
            // Not a path at all: a name that no attribute can have.
            Err(_) => Ok(None),
        }
    }

    /// Notes in which form a path stands in the place of a key.
    fn name_key(&mut self, key: &str) {
        let name = if key.contains('[') {
            dialect::FILTER_KEY
        } else if key.contains(':') {
            dialect::URN_KEY
        } else if key.contains('.') {
            dialect::DOTTED_KEY
        } else {
            return;
        };
        self.findings.dialect(name);
    }

    /// An operation on a whole extension.
    pub(super) fn extension(
        &mut self,
        op: Op,
        schema: &'s Schema,
        value: Option<&Value>,
    ) -> Result<(), Kind> {
        match value {
            Some(Value::Object(object)) => return self.object(op, object, Some(schema)),
            Some(Value::String(text)) if text.is_empty() => self.findings.dialect(dialect::EMPTY_STRING),
            Some(value) if !is_unassigned(value) => {
                let kind = FaultKind::WrongType { expected: "an object", found: kind_of(value) };
                self.findings.fault(schema.id.clone(), kind);
                return Ok(());
            }
            _ => {}
        }
        if op != Op::Add {
            for attribute in schema.attributes.iter().filter(|a| a.mutability != Mutability::ReadOnly) {
                self.once(op, &Found::whole(Some(schema), attribute), &Value::Null);
                let slot = self.slot(Some(schema), attribute);
                self.step(slot, Target::Whole, Action::Remove);
            }
        }
        Ok(())
    }
}

/// The parts that a value of a complex attribute is about: those that it names, or all.
fn given_parts<'a>(attribute: &'a Attribute, value: &Value) -> Vec<&'a str> {
    let of = |names: &mut dyn Iterator<Item = &str>| {
        names.filter_map(|name| attribute.sub_attribute(name)).map(|part| part.name.as_str()).collect()
    };
    match value {
        Value::Object(object) => of(&mut object.keys().map(String::as_str)),
        Value::String(text) if !text.is_empty() => of(&mut std::iter::once("value")),
        _ => attribute.sub_attributes.iter().map(|part| part.name.as_str()).collect(),
    }
}
