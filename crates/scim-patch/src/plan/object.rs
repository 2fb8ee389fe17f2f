//! Objects whose keys are attributes: values without path, and whole extensions.

use super::Planner;
use super::locate::{Found, Located, locate};
use super::step::{Action, Target};
use crate::dialect;
use crate::error::Kind;
use crate::request::Op;
use scim_core::fault::{Fault, FaultKind, MAX_FAULTS};
use scim_core::json::shortened;
use scim_core::schema::{Mutability, Schema};
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
        let mut unknown = 0;
        for (key, value) in object {
            match self.key(key, extension)? {
                Ok(Located::Attribute(found)) => {
                    let is_list = found.attribute.multi_valued && found.filter.is_none();
                    if op == Op::Remove && is_list && is_unassigned(value) {
                        return Err(Kind::ClearsWithoutPath(found.path()));
                    }
                    self.attribute(op, &found, Some(value), true)?;
                }
                Ok(Located::Extension(schema)) => {
                    if op == Op::Remove && !value.is_object() {
                        return Err(Kind::ClearsWithoutPath(schema.id.clone()));
                    }
                    self.extension(op, schema, Some(value))?;
                }
                Ok(Located::Resource) => match value {
                    Value::Object(inner) => self.object(op, inner, None)?,
                    value if is_unassigned(value) => {}
                    other => return Err(Kind::NoObject(kind_of(other))),
                },
                Err(fault) if is_unassigned(value) || !self.options.rules.reject_unknown => {
                    self.findings.ignore(shortened(&fault.path));
                }
                Err(fault) => {
                    self.findings.fault(fault.path, fault.kind);
                    unknown += 1;
                    // Looking for near names takes its time; a hostile object has many keys.
                    if unknown >= MAX_FAULTS {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// What a key names; the fault, if that is nothing.
    fn key(&mut self, key: &str, extension: Option<&'s Schema>) -> Result<Result<Located<'s>, Fault>, Kind> {
        let resource_type = self.resource_type;
        let plain = match extension {
            Some(schema) => schema.attribute(key),
            None => resource_type.attribute(key),
        };
        if let Some(attribute) = plain {
            return Ok(Ok(Located::Attribute(Found::whole(extension, attribute))));
        }
        let path = match extension {
            Some(schema) => format!("{}:{key}", schema.id),
            None => key.to_owned(),
        };
        let nothing = |path: String| Fault {
            kind: FaultKind::UnknownAttribute {
                resource_type: resource_type.name.clone(),
                suggestion: resource_type.suggest_attribute(key),
            },
            path,
        };
        match locate(resource_type, &path, &mut self.findings) {
            Ok(Located::Attribute(found)) => {
                self.name_key(key);
                Ok(Ok(Located::Attribute(found)))
            }
            Ok(_) if extension.is_some() => Ok(Err(nothing(path))),
            Ok(located) => Ok(Ok(located)),
            Err(Kind::Unknown(fault)) => Ok(Err(*fault)),
            Err(error) if key.contains('[') => Err(error),
            Err(_) => Ok(Err(nothing(path))),
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
                let slot = self.slot(Some(schema), attribute);
                self.step(slot, Target::Whole, Action::Remove);
            }
        }
        Ok(())
    }
}
