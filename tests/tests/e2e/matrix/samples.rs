//! Values that nobody else has, and whether they are in an answer.

use super::attributes::{Attribute, Target, Type, word};
use serde_json::{Map, Value, json};

/// What samples are made of.
pub(super) struct Samples {
    number: u64,
    /// The id of a user, who may be a member.
    pub(super) user: String,
    /// The id of a group, in which nobody is.
    pub(super) group: String,
}

impl Samples {
    pub(super) fn new(user: String, group: String) -> Self {
        Self { number: 1000, user, group }
    }

    /// A new value of one definition, in no list.
    fn leaf(&mut self, path: &str, definition: &Value) -> Value {
        self.number += 1;
        let number = self.number;
        match (path, word(definition, "type")) {
            ("members.value", _) => json!(self.user),
            ("groups.value", _) => json!(self.group),
            ("active", _) => json!(false),
            (_, "boolean") => json!(true),
            (_, "integer") => json!(number),
            (_, "decimal") => json!(number as f64 + 0.5),
            (_, "dateTime") => json!(format!("19{:02}-12-31T23:59:58Z", number % 90 + 10)),
            (_, "binary") => json!(format!("{number:08}")),
            (_, "reference") => json!(format!("https://probe.test/probe{number:08}")),
            (_, "string") => json!(format!("probe{number:08}")),
            (_, other) => panic!("{path} is of type {other}"),
        }
    }

    /// A new value of an attribute, in no list: of a complex one all parts that are written like itself.
    pub(super) fn element(&mut self, attribute: &Attribute) -> Value {
        let whole = &attribute.definition;
        if word(whole, "type") != "complex" {
            return self.leaf(&attribute.path(), whole);
        }
        let guarded = word(whole, "mutability") == "readOnly" || word(whole, "returned") == "never";
        let written = |part: &&Value| {
            let hidden = word(part, "returned") == "never" || word(part, "returned") == "request";
            guarded || !(word(part, "mutability") == "readOnly" || hidden)
        };
        // Of a member the server makes the rest itself.
        let known = |part: &&Value| attribute.name != "members" || part["name"] == "value";
        let parts: Vec<&Value> = attribute.parts().filter(written).filter(known).collect();
        let object = parts.into_iter().map(|part| (name(part), self.part(attribute, part))).collect();
        Value::Object(object)
    }

    /// A new value of a part.
    pub(super) fn part(&mut self, attribute: &Attribute, part: &Value) -> Value {
        self.leaf(&format!("{}.{}", attribute.path(), word(part, "name")), part)
    }

    /// What an element needs besides one part: what is required, and what it is known by.
    pub(super) fn beside(&mut self, attribute: &Attribute, part: &Value) -> Map<String, Value> {
        let key = attribute.key_beside(part);
        let needed = |other: &&Value| {
            other["name"] != part["name"] && (other["required"] == true || Some(*other) == key)
        };
        let needed: Vec<&Value> = attribute.parts().filter(needed).collect();
        needed.into_iter().map(|other| (name(other), self.part(attribute, other))).collect()
    }

    /// A body with what a type requires.
    pub(super) fn body(&mut self, of: &Type) -> Value {
        let mut body = json!({"schemas": [of.schema]});
        let required = |attribute: &&Attribute| {
            attribute.definition["required"] == true
                && word(&attribute.definition, "mutability") != "readOnly"
        };
        for attribute in of.attributes.iter().filter(required) {
            let element = self.element(attribute);
            place(&mut body, attribute, element);
        }
        body
    }
}

fn name(definition: &Value) -> String {
    word(definition, "name").to_owned()
}

/// Puts the value of an attribute into a body.
pub(super) fn place(body: &mut Value, attribute: &Attribute, element: Value) {
    let value = if attribute.is_list() { json!([element]) } else { element };
    match &attribute.extension {
        None => body[&attribute.name] = value,
        Some(urn) => {
            let schemas = body["schemas"].as_array_mut();
            if let Some(schemas) = schemas.filter(|schemas| !schemas.contains(&json!(urn))) {
                schemas.push(json!(urn));
            }
            body[urn][&attribute.name] = value;
        }
    }
}

/// A value that was written, and where it would be shown.
pub(super) struct Probe {
    keys: Vec<String>,
    value: Value,
}

impl Probe {
    /// The leaves of a value.
    pub(super) fn of(target: Target<'_>, value: &Value) -> Vec<Self> {
        let mut keys: Vec<String> = target.attribute.extension.iter().cloned().collect();
        keys.push(target.attribute.name.clone());
        match (target.part, value.as_object()) {
            (Some(part), _) => {
                keys.push(name(part));
                vec![Self { keys, value: value.clone() }]
            }
            (None, None) => vec![Self { keys, value: value.clone() }],
            (None, Some(parts)) => {
                let below = |(name, value): (&String, &Value)| {
                    let keys = keys.iter().chain([name]).cloned().collect();
                    Self { keys, value: value.clone() }
                };
                parts.iter().map(below).collect()
            }
        }
    }

    /// Whether the value is where it would be shown.
    pub(super) fn is_in(&self, resource: &Value) -> bool {
        let mut here = vec![resource];
        for key in &self.keys {
            let flat = here
                .into_iter()
                .flat_map(|one| one.as_array().map_or(vec![one], |list| list.iter().collect()));
            here = flat.filter_map(|one| one.get(key)).collect();
        }
        let flat =
            here.into_iter().flat_map(|one| one.as_array().map_or(vec![one], |list| list.iter().collect()));
        flat.into_iter().any(|found| alike(found, &self.value))
    }

    /// Whether the value is anywhere in a text, as far as it is a text that nobody else has.
    pub(super) fn is_anywhere_in(&self, text: &str) -> bool {
        self.value.as_str().is_some_and(|value| value.contains("probe") && text.contains(value))
    }
}

fn alike(found: &Value, sample: &Value) -> bool {
    match (found.as_str(), sample.as_str()) {
        // An instant may be shown with more digits.
        (Some(found), Some(sample)) if sample.ends_with(":58Z") => {
            found.starts_with(&sample[..sample.len() - 1])
        }
        _ => found == sample || (found.is_f64() && found.as_f64() == sample.as_f64()),
    }
}
