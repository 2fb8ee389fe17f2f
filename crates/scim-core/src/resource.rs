//! Resources: the attributes of one user or group, as the schema spells them.

use crate::fault::{FaultKind, Faults, Findings};
use crate::json::shortened;
use crate::path::AttributePath;
use crate::schema::{Attribute, Mutability, ResourceType, Returned, Target};
use crate::value::{Rules, is_unassigned, kind_of, normalise};
use serde_json::{Map, Value};

/// The attributes of one resource.
///
/// What `id` and `meta` say is not in here: the server keeps them beside the resource.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    // Invariant: names are spelled as in the schema, values have the schema's types, nothing in it
    // is null or an empty list, and `schemas` comes first.
    attributes: Map<String, Value>,
}

/// What became of a body: the resource, and what was let pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The resource.
    pub resource: Resource,
    /// Attributes ignored and client habits rewritten.
    pub findings: Findings,
}

impl Resource {
    /// Takes attributes that already have the form of a resource, such as a stored document.
    pub fn from_stored(attributes: Map<String, Value>) -> Self {
        Self { attributes }
    }

    /// The attributes.
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// The attributes, to be changed in keeping with the schema; end with [`Resource::seal`].
    pub fn attributes_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.attributes
    }

    /// The attributes, given away.
    pub fn into_attributes(self) -> Map<String, Value> {
        self.attributes
    }

    /// The value of an attribute, by the schema's spelling.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// The text of an attribute, by the schema's spelling.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Takes an attribute out.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.attributes.shift_remove(name)
    }

    /// Puts `schemas` right: the core URN and those of the extensions that are present, in front.
    pub fn seal(&mut self, resource_type: &ResourceType) {
        self.attributes.shift_remove("schemas");
        let present = resource_type
            .extensions
            .iter()
            .map(|e| &e.schema.id)
            .filter(|id| self.attributes.contains_key(*id));
        let urns: Vec<Value> = std::iter::once(&resource_type.schema.id)
            .chain(present)
            .map(|u| Value::from(u.as_str()))
            .collect();
        self.attributes.shift_insert(0, "schemas".to_owned(), Value::Array(urns));
    }
}

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
                schemas = Some(value);
            } else if let Some(attribute) = self.attribute(&name) {
                keep(attribute, value, &attribute.name, rules, &mut findings, &mut kept);
            } else if let Some(extension) = self.extension(&name) {
                self.read_extension(&extension.id, value, rules, &mut findings, &mut kept);
            } else if let Some((path, target)) = self.flattened(&name) {
                self.read_flattened(&path, target, value, rules, &mut findings, &mut kept);
            } else {
                self.unknown(&name, &value, rules, &mut findings);
            }
        }
        self.check_schemas(schemas, rules, &mut findings);
        self.check_required(&kept, &mut findings);
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
        let Target::Attribute { extension, attribute, sub } = target else { return };
        findings.dialect(if path.uri.is_some() { "urn-key" } else { "dotted-key" });
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
        urn: &str,
        value: Value,
        rules: Rules,
        findings: &mut Findings,
        kept: &mut Map<String, Value>,
    ) {
        let Some(schema) = self.extension(urn) else { return };
        let object = match value {
            Value::Object(object) => object,
            value if is_unassigned(&value) => return,
            other => {
                let kind = FaultKind::WrongType { expected: "an object", found: kind_of(&other) };
                return findings.fault(urn, kind);
            }
        };
        let mut parts = Map::with_capacity(object.len());
        for (name, value) in object {
            let path = format!("{urn}:{name}");
            match schema.attribute(&name) {
                Some(attribute) => keep(attribute, value, &path, rules, findings, &mut parts),
                None => self.unknown(&path, &value, rules, findings),
            }
        }
        merge_extension(&schema.id, parts, findings, kept);
    }

    /// An attribute that no schema defines: spared when it has no value, whatever the rules say.
    fn unknown(&self, name: &str, value: &Value, rules: Rules, findings: &mut Findings) {
        if is_unassigned(value) || !rules.reject_unknown {
            return findings.ignore(shortened(name));
        }
        let last = name.rsplit(':').next().unwrap_or(name);
        let suggestion = if findings.is_full() { None } else { self.suggest_attribute(last) };
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
            if rules.reject_foreign_schemas && !self.schema.is(urn) && self.extension(urn).is_none() {
                findings.fault("schemas", FaultKind::UnknownSchema { urn: urn.to_owned() });
            }
        }
        if !core {
            findings.fault("schemas", FaultKind::SchemaNotListed { urn: self.schema.id.clone() });
        }
    }

    /// Notes every required attribute that a complete resource lacks.
    pub fn check_required(&self, attributes: &Map<String, Value>, findings: &mut Findings) {
        let client_sets = |a: &&Attribute| {
            a.required && a.mutability != Mutability::ReadOnly && a.returned != Returned::Never
        };
        for attribute in self.schema.attributes.iter().filter(client_sets) {
            // A value that was refused is not missing as well.
            if !attributes.contains_key(&attribute.name) && !findings.concerns(&attribute.name) {
                findings.fault(attribute.name.clone(), FaultKind::Missing);
            }
        }
        for extension in &self.extensions {
            let present = attributes.get(&extension.schema.id).and_then(Value::as_object);
            if present.is_none() && !extension.required {
                continue;
            }
            for attribute in extension.schema.attributes.iter().filter(client_sets) {
                if !present.is_some_and(|p| p.contains_key(&attribute.name)) {
                    findings.fault(format!("{}:{}", extension.schema.id, attribute.name), FaultKind::Missing);
                }
            }
        }
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
    match normalise(attribute, value, path, rules, findings) {
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

#[cfg(test)]
mod tests;
