//! From the body of a POST or PUT to a resource, or to all that is wrong with it.

use super::{Reading, Resource};
use crate::dialect;
use crate::fault::{FaultKind, Faults, Findings};
use crate::json::shortened;
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, Target};
use crate::value::{Rules, check_parts, complete, is_unassigned, kind_of};
use serde_json::{Map, Value};

impl ResourceType {
    /// Reads the body of a POST or PUT.
    ///
    /// Attributes that the server alone sets are ignored, `null` and `[]` mean unassigned
    /// (RFC 7643 section 2.5), and what is never returned (`password`) is checked and dropped.
    ///
    /// # Errors
    /// With all faults of the body at once.
    pub fn read(&self, body: Map<String, Value>, rules: Rules) -> Result<Reading, Faults> {
        let mut findings = Findings::default();
        let mut kept = Map::with_capacity(body.len());
        let mut schemas = None;
        for (name, value) in body {
            if name.eq_ignore_ascii_case("schemas") {
                findings.spelling(&name, "schemas");
                schemas = Some(value);
            } else if let Some(attribute) = self.attribute(&name) {
                findings.spelling(&name, &attribute.name);
                keep(attribute, value, &attribute.name, rules, &mut findings, &mut kept);
            } else if let Some(extension) = self.extension(&name) {
                self.read_extension(extension, value, rules, &mut findings, &mut kept);
            } else if let Some((path, target)) = self.flattened(&name) {
                self.read_flattened(&path, target, value, rules, &mut findings, &mut kept);
            } else {
                self.unknown(&name, &value, rules, &mut findings);
            }
        }
        self.check_schemas(schemas, rules, &mut findings);
        // Elements of lists were checked one by one, each by its place in the body.
        self.check_presence(&kept, false, &mut findings);
        let findings = findings.into_result()?;
        let mut resource = Resource { attributes: kept };
        resource.seal(self);
        Ok(Reading { resource, findings })
    }

    /// What a key such as `name.givenName` or `urn:…:User:department` names, as some clients flatten
    /// what they send.
    fn flattened(&self, name: &str) -> Option<(AttributePath, Target<'_>)> {
        let path: AttributePath = name.parse().ok()?;
        let target = self.find(&path)?;
        Some((path, target))
    }

    fn read_flattened(
        &self,
        path: &AttributePath,
        target: Target<'_>,
        value: Value,
        rules: Rules,
        findings: &mut Findings,
        kept: &mut Map<String, Value>,
    ) {
        target.note_spelling(path, findings);
        let Target::Attribute { extension, attribute, sub } = target else { return };
        findings.dialect(if path.uri.is_some() { dialect::URN_KEY } else { dialect::DOTTED_KEY });
        // The part of a complex attribute stands alone in an object of its own.
        let value = match sub {
            Some(sub) => Value::Object(Map::from_iter([(sub.name.clone(), value)])),
            None => value,
        };
        // However the key was spelled, findings speak of the attribute by one path.
        let place = match extension {
            Some(schema) => format!("{}:{}", schema.id, attribute.name),
            None => attribute.name.clone(),
        };
        match extension {
            None => keep(attribute, value, &place, rules, findings, kept),
            Some(schema) => {
                let mut parts = Map::new();
                keep(attribute, value, &place, rules, findings, &mut parts);
                merge_extension(&schema.id, parts, findings, kept);
            }
        }
    }

    fn read_extension(
        &self,
        schema: &Schema,
        value: Value,
        rules: Rules,
        findings: &mut Findings,
        kept: &mut Map<String, Value>,
    ) {
        let object = match value {
            Value::Object(object) => object,
            value if is_unassigned(&value) => return,
            Value::String(text) if text.is_empty() => return findings.dialect(dialect::EMPTY_STRING),
            other => {
                let kind = FaultKind::WrongType { expected: "an object", found: kind_of(&other) };
                return findings.fault(schema.id.as_str(), kind);
            }
        };
        let mut parts = Map::with_capacity(object.len());
        for (name, value) in object {
            match schema.attribute(&name) {
                Some(attribute) => {
                    findings.spelling(&name, &attribute.name);
                    let path = format!("{}:{}", schema.id, attribute.name);
                    keep(attribute, value, &path, rules, findings, &mut parts);
                }
                None => self.unknown(&format!("{}:{name}", schema.id), &value, rules, findings),
            }
        }
        merge_extension(&schema.id, parts, findings, kept);
    }

    /// An attribute that no schema defines: spared when it has no value, whatever the rules say.
    fn unknown(&self, name: &str, value: &Value, rules: Rules, findings: &mut Findings) {
        if is_unassigned(value) || !rules.reject_unknown {
            return findings.ignore(shortened(name));
        }
        let suggestion = if findings.is_full() { None } else { self.suggest(name) };
        findings.fault(name, FaultKind::UnknownAttribute { resource_type: self.name.clone(), suggestion });
    }

    /// Checks the `schemas` of a body (RFC 7643 section 3).
    fn check_schemas(&self, schemas: Option<Value>, rules: Rules, findings: &mut Findings) {
        let list = match schemas {
            Some(Value::Array(list)) => list,
            None | Some(Value::Null) => Vec::new(),
            Some(other) => {
                let kind = FaultKind::WrongType { expected: "a list of URNs", found: kind_of(&other) };
                return findings.fault("schemas", kind);
            }
        };
        let mut core = false;
        for urn in &list {
            let Some(urn) = urn.as_str() else {
                let kind =
                    FaultKind::WrongType { expected: "a list of URNs", found: "a list of something else" };
                return findings.fault("schemas", kind);
            };
            core |= self.schema.is(urn);
            self.check_schema(urn, rules, findings);
        }
        if !core {
            findings.fault("schemas", FaultKind::SchemaNotListed { urn: self.schema.id.clone() });
        }
    }

    /// Notes a URN in `schemas` that this resource type does not define: as a fault, or as ignored.
    pub fn check_schema(&self, urn: &str, rules: Rules, findings: &mut Findings) {
        if self.schema.is(urn) || self.extension(urn).is_some() {
            return;
        }
        if rules.reject_foreign_schemas {
            findings.fault("schemas", FaultKind::UnknownSchema { urn: urn.to_owned() });
        } else {
            findings.dialect(dialect::FOREIGN_SCHEMA);
        }
    }

    /// Notes every required attribute that a complete resource lacks, and every required part of a
    /// complex value; what was refused is not missing as well.
    pub fn check_required(&self, attributes: &Map<String, Value>, findings: &mut Findings) {
        self.check_presence(attributes, true, findings);
    }

    fn check_presence(&self, attributes: &Map<String, Value>, elements_too: bool, findings: &mut Findings) {
        let matters = |attribute: &&Attribute| {
            attribute.is_expected() || attribute.sub_attributes.iter().any(Attribute::is_expected)
        };
        for attribute in self.schema.attributes.iter().filter(matters) {
            let value = attributes.get(&attribute.name);
            check_attribute(attribute, value, &attribute.name, elements_too, findings);
        }
        for extension in &self.extensions {
            let urn = &extension.schema.id;
            let present = attributes.get(urn).and_then(Value::as_object);
            if present.is_none() && (!extension.required || findings.concerns(urn)) {
                continue;
            }
            let defined = &extension.schema.attributes;
            if present.is_none() && !defined.iter().any(Attribute::is_expected) {
                findings.fault(urn.as_str(), FaultKind::Missing);
            }
            for attribute in defined.iter().filter(matters) {
                let value = present.and_then(|present| present.get(&attribute.name));
                let path = format!("{urn}:{}", attribute.name);
                check_attribute(attribute, value, &path, elements_too, findings);
            }
        }
    }
}

/// Notes what is missing of one attribute: its value, or parts of it.
fn check_attribute(
    attribute: &Attribute,
    value: Option<&Value>,
    path: &str,
    elements_too: bool,
    findings: &mut Findings,
) {
    match value {
        None if attribute.is_expected() && !findings.concerns(path) => {
            findings.fault(path, FaultKind::Missing);
        }
        Some(Value::Object(parts)) if attribute.kind == AttributeType::Complex => {
            check_parts(attribute, parts, path, findings);
        }
        Some(Value::Array(list)) if elements_too => {
            for (i, element) in list.iter().enumerate() {
                if let Value::Object(parts) = element {
                    check_parts(attribute, parts, &format!("{path}[{i}]"), findings);
                }
            }
        }
        _ => {}
    }
}

fn keep(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
    kept: &mut Map<String, Value>,
) {
    if attribute.mutability == Mutability::ReadOnly {
        return findings.ignore(path);
    }
    match complete(attribute, value, path, rules, findings) {
        None => {
            findings.unassigned.insert(path.to_owned());
        }
        Some(value) if attribute.returned != Returned::Never => {
            put(&attribute.name, value, path, findings, kept);
        }
        Some(_) => {}
    }
}

/// Puts a value in its place. Parts of a complex attribute may come one by one; nothing may come twice.
fn put(name: &str, value: Value, path: &str, findings: &mut Findings, kept: &mut Map<String, Value>) {
    match (kept.get_mut(name), value) {
        (None, value) => {
            kept.insert(name.to_owned(), value);
        }
        (Some(Value::Object(there)), Value::Object(parts)) => {
            for (part, value) in parts {
                if there.contains_key(&part) {
                    findings.fault(format!("{path}.{part}"), FaultKind::Twice);
                }
                there.insert(part, value);
            }
        }
        (Some(_), _) => findings.fault(path, FaultKind::Twice),
    }
}

/// Adds attributes of an extension to those that came before.
fn merge_extension(
    urn: &str,
    parts: Map<String, Value>,
    findings: &mut Findings,
    kept: &mut Map<String, Value>,
) {
    if parts.is_empty() {
        return;
    }
    let Some(Value::Object(there)) = kept.get_mut(urn) else {
        kept.insert(urn.to_owned(), Value::Object(parts));
        return;
    };
    for (name, value) in parts {
        put(&name, value, &format!("{urn}:{name}"), findings, there);
    }
}
