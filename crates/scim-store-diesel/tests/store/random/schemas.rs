//! Definition files: two resource types of their own, and an extension of User.

use crate::random::tape::Tape;
use scim_core::schema::ResourceTypes;
use serde_json::{Value, json};

/// The URN of the extension.
pub(crate) const EXTENSION: &str = "urn:example:params:2.0:Extra";

const KINDS: [&str; 7] = ["string", "integer", "boolean", "reference", "dateTime", "decimal", "binary"];

/// What an index may be kept of.
const INDEXED_KINDS: [&str; 5] = ["string", "integer", "boolean", "reference", "dateTime"];

/// What may be unique.
const UNIQUE_KINDS: [&str; 3] = ["string", "integer", "reference"];

/// What a definition file may ask to be indexed of the built-in User.
const OF_USER: [&str; 12] = [
    "title",
    "addresses.locality",
    "addresses.country",
    "phoneNumbers",
    "phoneNumbers.display",
    "active",
    "displayName",
    "profileUrl",
    "name.familyName",
    "name.formatted",
    "manager",
    "department",
];

/// The built-in types and those of random definition files, with the text of the files.
///
/// `schemas` decides what documents may hold; `layout` decides what is indexed and what compares by case.
pub(crate) fn types(schemas: &Tape, layout: &Tape) -> (ResourceTypes, String) {
    let mut objects = Vec::new();
    let mut draft = Draft { schemas, layout, indexes: Vec::new() };
    for (name, endpoint) in [("Device", "/Devices"), ("Room", "/Rooms")] {
        let urn = format!("urn:example:params:2.0:{name}");
        objects.push(draft.schema(&urn, &["a", "b", "c", "d", "e", "displayName"], ""));
        let indexes = std::mem::take(&mut draft.indexes);
        objects.push(json!({"name": name, "endpoint": endpoint, "schema": urn, "indexes": indexes}));
    }
    // Some names are those of attributes of the core, or of other types.
    objects.push(draft.schema(EXTENSION, &["a", "x", "y", "title", "z"], EXTENSION));
    let mut indexes = draft.indexes;
    indexes.extend(OF_USER.iter().filter(|_| layout.once_in(3)).map(|&path| path.to_owned()));
    let extensions = json!([{"schema": EXTENSION}]);
    objects.push(json!({"name": "User", "schemaExtensions": extensions, "indexes": indexes}));
    let text = Value::from(objects).to_string();
    let types = ResourceTypes::built_in().with_definitions([("random.json", text.as_bytes())]);
    (types.unwrap_or_else(|errors| panic!("{errors}\n{text}")), text)
}

/// Schemas in the making.
struct Draft<'t> {
    schemas: &'t Tape,
    layout: &'t Tape,
    /// The paths of attributes to be indexed.
    indexes: Vec<String>,
}

impl Draft<'_> {
    fn schema(&mut self, urn: &str, names: &[&str], extension: &str) -> Value {
        let attributes: Vec<Value> = names.iter().map(|name| self.attribute(name, extension)).collect();
        json!({"id": urn, "name": "Random", "attributes": attributes})
    }

    fn attribute(&mut self, name: &str, extension: &str) -> Value {
        let path = if extension.is_empty() { name.to_owned() } else { format!("{extension}:{name}") };
        let (multi, hidden) = (self.schemas.once_in(2), self.schemas.once_in(24));
        let returned = if hidden { "never" } else { "default" };
        if self.schemas.once_in(2) {
            let may_index = !hidden && self.schemas.below(4) < 3;
            let mut parts = Vec::new();
            for part in ["value", "type", "primary", "display", "size", "$ref"] {
                if parts.is_empty() && part == "$ref" || self.schemas.below(3) < 2 {
                    parts.push(self.part(part, may_index, &path));
                }
            }
            return json!({
                "name": name, "type": "complex", "multiValued": multi, "subAttributes": parts, "returned": returned,
            });
        }
        let kind = self.schemas.pick(&KINDS);
        let unique = !multi && !hidden && UNIQUE_KINDS.contains(&kind) && self.schemas.once_in(6);
        if INDEXED_KINDS.contains(&kind) && self.layout.once_in(2) && !hidden {
            self.indexes.push(path);
        }
        // What is unique must stay so.
        let by_case = if unique { self.schemas } else { self.layout };
        json!({
            "name": name, "type": kind, "multiValued": multi, "caseExact": by_case.once_in(2),
            "returned": returned, "uniqueness": if unique { "server" } else { "none" },
        })
    }

    fn part(&mut self, name: &str, may_index: bool, path: &str) -> Value {
        let kind = match name {
            "type" | "display" if !self.schemas.once_in(8) => "string",
            "primary" => "boolean",
            "$ref" => "reference",
            _ => self.schemas.pick(&KINDS),
        };
        let by_case = self.layout.once_in(4);
        // No index is kept for a part that holds a list; beside an index, a `type` may hold one.
        let multi = name != "primary" && (!may_index || name == "type") && self.schemas.once_in(6);
        if may_index && !multi && INDEXED_KINDS.contains(&kind) && self.layout.once_in(2) {
            self.indexes.push(format!("{path}.{name}"));
        }
        json!({"name": name, "type": kind, "caseExact": by_case, "multiValued": multi})
    }
}
