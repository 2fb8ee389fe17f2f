//! Filters and orders over the attributes of any resource type.

use crate::random::documents::vocabulary;
use crate::random::tape::Tape;
use crate::random::values::{Palette, moment};
use scim_core::schema::{Attribute, AttributeType, ResourceType};
use scim_store_diesel::ResourceId;
use serde_json::json;

const ALL: [AttributeType; 6] = [
    AttributeType::String,
    AttributeType::Integer,
    AttributeType::Boolean,
    AttributeType::DateTime,
    AttributeType::Decimal,
    AttributeType::Binary,
];

const OPERATORS: [&str; 12] = ["eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"];

/// What a filter is written about.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) resource_type: &'a ResourceType,
    pub(crate) palette: &'a Palette,
    /// Ids that there are or were.
    pub(crate) ids: &'a [ResourceId],
}

/// A filter, which need not be one that the schema accepts.
pub(crate) fn filter(tape: &Tape, about: About<'_>) -> String {
    if tape.once_in(16) {
        return wide(tape, about);
    }
    expression(tape, 3, &|tape| term(tape, about))
}

/// So many terms that SQL is not asked all of them.
fn wide(tape: &Tape, about: About<'_>) -> String {
    let terms: Vec<String> = (0..2 + tape.below(2)).map(|_| term(tape, about)).collect();
    let word = if tape.below(2) == 0 { " or " } else { " and " };
    let count = 33 + tape.below(40);
    let terms: Vec<&str> = terms.iter().map(String::as_str).cycle().take(count).collect();
    format!("not ({})", terms.join(word))
}

/// Terms joined by `not`, `and` and `or`.
fn expression(tape: &Tape, depth: usize, term: &dyn Fn(&Tape) -> String) -> String {
    let inner = |tape: &Tape| expression(tape, depth - 1, term);
    match tape.below(8) {
        _ if depth == 0 => term(tape),
        0..=3 => term(tape),
        4 | 5 => format!("not ({})", inner(tape)),
        form => {
            let word = if form == 6 { " and " } else { " or " };
            let parts: Vec<String> = (0..2 + tape.below(2)).map(|_| inner(tape)).collect();
            format!("({})", parts.join(word))
        }
    }
}

fn term(tape: &Tape, about: About<'_>) -> String {
    // What comes last is of the definition files, mostly.
    let words = vocabulary(about.resource_type);
    let (urn, attribute) = match tape.below(12) {
        0 => words.iter().copied().find(|(_, attribute)| attribute.name == "meta").unwrap_or(words[0]),
        1..=3 => tape.pick(&words),
        _ => tape.pick(&words[words.len() / 2..]),
    };
    let path = path(tape, urn, &attribute.name);
    let of_attribute = |part: Option<&Attribute>| asked_of(tape, about, attribute, part);
    if attribute.kind != AttributeType::Complex && !attribute.multi_valued {
        return compared(tape, &path, &|| of_attribute(None));
    }
    // The parts of a complex attribute; the one part of a simple value.
    let parts: Vec<Option<&Attribute>> = match attribute.kind {
        AttributeType::Complex => attribute.sub_attributes.iter().map(Some).collect(),
        _ => vec![None],
    };
    let part_term = |tape: &Tape| {
        let part = tape.pick(&parts);
        compared(tape, part.map_or("value", |part| &part.name), &|| of_attribute(part))
    };
    match tape.below(8) {
        0 => compared(tape, &path, &|| of_attribute(None)),
        1 => format!("{path}[{}].{}", expression(tape, 1, &part_term), part_term(tape)),
        2 => format!("{path}[{}]", expression(tape, 2, &part_term)),
        3..=5 if attribute.multi_valued => format!("{path}[{}]", expression(tape, 2, &part_term)),
        _ => {
            let part = tape.pick(&parts);
            let path = part.map_or_else(|| path.clone(), |part| format!("{path}.{}", part.name));
            compared(tape, &path, &|| of_attribute(part))
        }
    }
}

/// The path of an attribute, in one of its spellings.
fn path(tape: &Tape, urn: Option<&str>, name: &str) -> String {
    let path = match urn {
        Some(urn) if !tape.once_in(4) => format!("{urn}:{name}"),
        _ => name.to_owned(),
    };
    if tape.once_in(8) { path.to_ascii_uppercase() } else { path }
}

fn compared(tape: &Tape, path: &str, operand: &dyn Fn() -> String) -> String {
    match tape.pick(&OPERATORS) {
        "pr" => format!("{path} pr"),
        op if tape.once_in(16) => format!("{path} {op} null"),
        op => format!("{path} {op} {}", operand()),
    }
}

/// With what an attribute, or a part of it, is compared.
fn asked_of(tape: &Tape, about: About<'_>, attribute: &Attribute, part: Option<&Attribute>) -> String {
    let leaf = part.unwrap_or(attribute);
    match (attribute.name.as_str(), leaf.name.as_str()) {
        _ if tape.once_in(32) => about.palette.asked(tape, tape.pick(&ALL)),
        ("id", _) | ("members" | "groups", "members" | "groups" | "value") => id(tape, about.ids),
        ("members" | "groups", "type") => {
            tape.pick(&["\"User\"", "\"group\"", "\"DIRECT\"", "\"Us\"", "\"\""]).to_owned()
        }
        ("meta", "resourceType") => {
            let names = ["User", "Device", "Room", "Group", "Us", "ROOM", "user", "room", "us", "Z", ""];
            json!(tape.pick(&names)).to_string()
        }
        ("meta", "version") => json!(tape.pick(&["W/\"1\"", "W/\"2\"", "W/", "3\""])).to_string(),
        ("meta", "created" | "lastModified") => moment(tape),
        ("schemas", _) => {
            let extension = about.resource_type.extensions.last().map_or("urn", |e| e.schema.id.as_str());
            json!(tape.pick(&[about.resource_type.schema.id.as_str(), extension, "urn:example"])).to_string()
        }
        _ => {
            let value = leaf.sub_attributes.iter().find(|part| part.name == "value");
            about.palette.asked(tape, value.unwrap_or(leaf).kind)
        }
    }
}

fn id(tape: &Tape, ids: &[ResourceId]) -> String {
    let id = if ids.is_empty() { String::new() } else { tape.pick(ids).to_string() };
    let text = match tape.below(8) {
        0..=4 => id,
        5 => id.to_uppercase(),
        6 => id.chars().take(1 + tape.below(36)).collect(),
        _ => id.chars().skip(tape.below(36)).collect(),
    };
    json!(text).to_string()
}

/// An attribute to sort by, which need not be one that can be sorted by.
pub(crate) fn sort_path(tape: &Tape, resource_type: &ResourceType) -> String {
    let (urn, attribute) = tape.pick(&vocabulary(resource_type));
    let path = path(tape, urn, &attribute.name);
    match attribute.sub_attributes.as_slice() {
        parts if !parts.is_empty() && !tape.once_in(3) => {
            format!("{path}.{}", parts[tape.below(parts.len())].name)
        }
        _ => path,
    }
}
