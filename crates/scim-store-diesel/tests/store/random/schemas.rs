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
pub(crate) fn types(tape: &Tape) -> (ResourceTypes, String) {
    let mut objects = Vec::new();
    for (name, endpoint) in [("Device", "/Devices"), ("Room", "/Rooms")] {
        let urn = format!("urn:example:params:2.0:{name}");
        let (schema, indexes) = schema(tape, &urn, &["a", "b", "c", "d", "e", "displayName"], "");
        objects.push(schema);
        objects.push(json!({"name": name, "endpoint": endpoint, "schema": urn, "indexes": indexes}));
    }
    // Some names are those of attributes of the core, or of other types.
    let (schema, mut indexes) = schema(tape, EXTENSION, &["a", "x", "y", "title", "z"], EXTENSION);
    objects.push(schema);
    indexes.extend(OF_USER.iter().filter(|_| tape.below(3) == 0).map(|&path| path.to_owned()));
    let extensions = json!([{"schema": EXTENSION}]);
    objects.push(json!({"name": "User", "schemaExtensions": extensions, "indexes": indexes}));
    let text = Value::from(objects).to_string();
    let types = ResourceTypes::built_in().with_definitions([("random.json", text.as_bytes())]);
    (types.unwrap_or_else(|errors| panic!("{errors}\n{text}")), text)
}

/// A schema of random attributes, and the paths of those to be indexed.
fn schema(tape: &Tape, urn: &str, names: &[&str], extension: &str) -> (Value, Vec<String>) {
    let mut indexes = Vec::new();
    let attributes: Vec<Value> =
        names.iter().map(|name| attribute(tape, name, extension, &mut indexes)).collect();
    (json!({"id": urn, "name": "Random", "attributes": attributes}), indexes)
}

fn attribute(tape: &Tape, name: &str, extension: &str, indexes: &mut Vec<String>) -> Value {
    let path = if extension.is_empty() { name.to_owned() } else { format!("{extension}:{name}") };
    let multi = tape.once_in(2);
    let hidden = tape.once_in(24);
    if tape.once_in(2) {
        let mut parts = Vec::new();
        let indexed = !hidden && tape.below(4) < 3;
        for part in ["value", "type", "primary", "display", "size", "$ref"] {
            if parts.is_empty() && part == "$ref" || tape.below(3) < 2 {
                let part = part_of(tape, part, indexed);
                let kind = part["type"].as_str().unwrap();
                if indexed && INDEXED_KINDS.contains(&kind) && tape.once_in(2) {
                    indexes.push(format!("{path}.{}", part["name"].as_str().unwrap()));
                }
                parts.push(part);
            }
        }
        return json!({
            "name": name, "type": "complex", "multiValued": multi, "subAttributes": parts,
            "returned": if hidden { "never" } else { "default" },
        });
    }
    let kind = tape.pick(&KINDS);
    if !hidden && INDEXED_KINDS.contains(&kind) && tape.once_in(2) {
        indexes.push(path);
    }
    let unique = !multi && !hidden && UNIQUE_KINDS.contains(&kind) && tape.once_in(6);
    json!({
        "name": name, "type": kind, "multiValued": multi, "caseExact": tape.once_in(2),
        "returned": if hidden { "never" } else { "default" },
        "uniqueness": if unique { "server" } else { "none" },
    })
}

fn part_of(tape: &Tape, name: &str, indexed: bool) -> Value {
    let kind = match name {
        "type" | "display" if !tape.once_in(8) => "string",
        "primary" => "boolean",
        "$ref" => "reference",
        _ => tape.pick(&KINDS),
    };
    // FIXME: an index takes a `type` that compares by case for one that does not, and a list of values of
    // a part for none; where there is an index, neither is drawn.
    json!({
        "name": name, "type": kind, "caseExact": !(indexed && name == "type") && tape.once_in(4),
        "multiValued": name != "primary" && !indexed && tape.once_in(6),
    })
}
