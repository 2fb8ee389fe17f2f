//! The attributes of a server, as it shows them itself in `/ResourceTypes` and `/Schemas`.

use scimd_tests::Session;
use serde_json::Value;

/// What a client may do to an attribute and see of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Written and shown.
    Free,
    /// Written, and shown to those who ask for it.
    OnRequest,
    /// Taken and never shown.
    Never,
    /// Never written.
    ReadOnly,
    /// Written once.
    Once,
    /// Made by the server of another part, whatever a client says.
    Derived,
}

/// A type of resources.
pub(super) struct Type {
    pub(super) endpoint: String,
    /// The URN of its own schema.
    pub(super) schema: String,
    pub(super) attributes: Vec<Attribute>,
}

/// An attribute that is no part of another.
pub(super) struct Attribute {
    pub(super) name: String,
    /// The URN of the extension that has it.
    pub(super) extension: Option<String>,
    pub(super) definition: Value,
}

/// An attribute or a part of one.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub(super) of: &'t Type,
    pub(super) attribute: &'t Attribute,
    pub(super) part: Option<&'t Value>,
}

/// The types that the server has.
pub(super) fn types(scim: &Session) -> Vec<Type> {
    let schemas = scim.get("/Schemas").status(200).resources();
    let attributes = |urn: &Value, extension: Option<String>| {
        let schema = schemas.iter().find(|schema| schema["id"] == *urn).unwrap();
        let list = schema["attributes"].as_array().unwrap().clone();
        list.into_iter().map(move |definition| Attribute {
            name: definition["name"].as_str().unwrap().to_owned(),
            extension: extension.clone(),
            definition,
        })
    };
    let of = |found: Value| {
        let mut own: Vec<Attribute> = attributes(&found["schema"], None).collect();
        // It says what a body is; no attribute of a resource.
        own.retain(|attribute| attribute.name != "schemas");
        for extension in found["schemaExtensions"].as_array().into_iter().flatten() {
            let urn = &extension["schema"];
            own.extend(attributes(urn, urn.as_str().map(str::to_owned)));
        }
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        Type { endpoint: text("endpoint"), schema: text("schema"), attributes: own }
    };
    scim.get("/ResourceTypes").status(200).resources().into_iter().map(of).collect()
}

impl Type {
    /// Every attribute and every part of one.
    pub(super) fn targets(&self) -> Vec<Target<'_>> {
        let mut targets = Vec::new();
        for attribute in &self.attributes {
            targets.push(Target { of: self, attribute, part: None });
            targets.extend(attribute.parts().map(|part| Target { of: self, attribute, part: Some(part) }));
        }
        targets
    }
}

impl Attribute {
    pub(super) fn parts(&self) -> impl Iterator<Item = &Value> {
        self.definition["subAttributes"].as_array().into_iter().flatten()
    }

    pub(super) fn is_list(&self) -> bool {
        self.definition["multiValued"] == true
    }

    /// The path of the attribute, as PATCH, filters and `attributes` name it.
    pub(super) fn path(&self) -> String {
        match &self.extension {
            Some(urn) => format!("{urn}:{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Another part, by which an element is told from others while one part is written.
    pub(super) fn key_beside(&self, part: &Value) -> Option<&Value> {
        let fit = |other: &&Value| {
            other["name"] != part["name"]
                && matches!(word(other, "type"), "string" | "reference")
                && matches!(word(other, "mutability"), "readWrite" | "immutable")
                && word(other, "returned") != "never"
        };
        let named = self.parts().filter(fit).find(|other| other["name"] == "value");
        named.or_else(|| self.parts().find(fit))
    }
}

/// A word of a definition.
pub(super) fn word<'d>(definition: &'d Value, name: &str) -> &'d str {
    definition[name].as_str().unwrap_or_default()
}

impl Target<'_> {
    /// The path of the attribute or part.
    pub(super) fn path(&self) -> String {
        let path = self.attribute.path();
        self.part.map_or(path.clone(), |part| format!("{path}.{}", word(part, "name")))
    }

    /// The definition of the attribute or part.
    pub(super) fn definition(&self) -> &Value {
        self.part.unwrap_or(&self.attribute.definition)
    }

    pub(super) fn rule(&self) -> Rule {
        let both = [Some(&self.attribute.definition), self.part];
        let says = |name: &str, wanted: &str| both.into_iter().flatten().any(|one| word(one, name) == wanted);
        let of_member = self.of.endpoint == "/Groups" && self.attribute.name == "members";
        if says("mutability", "readOnly") {
            Rule::ReadOnly
        } else if says("returned", "never") {
            Rule::Never
        } else if of_member && self.part.is_some_and(|part| matches!(word(part, "name"), "type" | "$ref")) {
            Rule::Derived
        } else if says("mutability", "immutable") {
            Rule::Once
        } else if says("returned", "request") {
            Rule::OnRequest
        } else {
            Rule::Free
        }
    }
}
