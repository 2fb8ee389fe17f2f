//! Documents of any resource type.

use crate::random::schemas::EXTENSION;
use crate::random::tape::Tape;
use crate::random::values::Palette;
use scim_core::Resource;
use scim_core::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned};
use scim_core::value::Rules;
use serde_json::{Map, Value, json};

/// Attributes of the built-in types that are left out, so that the others meet more often.
const LEFT_OUT: [&str; 14] = [
    "nickName",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "ims",
    "photos",
    "entitlements",
    "roles",
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "password",
];

/// The attributes of a type that documents hold and filters ask about, each with its extension.
pub(crate) fn vocabulary(resource_type: &ResourceType) -> Vec<(Option<&str>, &Attribute)> {
    let common = resource_type.common_attributes().iter();
    let core = common.chain(&resource_type.schema.attributes).map(|attribute| (None, attribute));
    let extended = resource_type.extensions.iter().flat_map(|extension| {
        extension.schema.attributes.iter().map(|attribute| (Some(extension.schema.id.as_str()), attribute))
    });
    let kept = |urn: Option<&str>, name: &str| urn == Some(EXTENSION) || !LEFT_OUT.contains(&name);
    core.chain(extended).filter(|(urn, attribute)| kept(*urn, &attribute.name)).collect()
}

/// A document as reading a body makes it: values of the schema's types, and nothing that is empty.
pub(crate) fn document(tape: &Tape, palette: &Palette, resource_type: &ResourceType) -> Resource {
    let mut attributes = Map::new();
    for (urn, attribute) in vocabulary(resource_type) {
        let of_server = attribute.mutability == Mutability::ReadOnly || attribute.name == "schemas";
        if of_server || attribute.name == "members" || attribute.returned == Returned::Never {
            continue;
        }
        let wanted = attribute.required || tape.below(8) >= 3;
        let Some(value) = wanted.then(|| value(tape, palette, attribute)).flatten() else { continue };
        match urn {
            None => attributes.insert(attribute.name.clone(), value),
            Some(urn) => {
                let extension = attributes.entry(urn).or_insert_with(|| json!({}));
                extension.as_object_mut().unwrap().insert(attribute.name.clone(), value)
            }
        };
    }
    let mut document = Resource::from_stored(attributes);
    document.seal(resource_type);
    let read = resource_type.read(document.attributes().clone(), Rules::default());
    let read = read.unwrap_or_else(|faults| panic!("{faults}: {:?}", document.attributes()));
    assert_eq!(read.resource, document, "no body becomes such a document");
    document
}

/// A value of an attribute; a name that must be unique is one that people can read.
fn value(tape: &Tape, palette: &Palette, attribute: &Attribute) -> Option<Value> {
    if !attribute.multi_valued {
        return single(tape, palette, attribute);
    }
    let mut list: Vec<Value> =
        (0..1 + tape.below(3)).filter_map(|_| single(tape, palette, attribute)).collect();
    let is_primary = |element: &&mut Value| element.get("primary") == Some(&json!(true));
    for other in list.iter_mut().filter(is_primary).skip(1) {
        other["primary"] = json!(false);
    }
    (!list.is_empty()).then(|| list.into())
}

fn single(tape: &Tape, palette: &Palette, attribute: &Attribute) -> Option<Value> {
    if attribute.kind != AttributeType::Complex {
        let is_name = attribute.uniqueness != Default::default() && attribute.kind == AttributeType::String;
        return Some(if is_name {
            json!(name(palette.text(tape)))
        } else {
            palette.stored(tape, attribute.kind)
        });
    }
    let parts = attribute.sub_attributes.iter().filter(|part| part.mutability != Mutability::ReadOnly);
    let mut kept = Map::new();
    for part in parts {
        if tape.below(4) < 3
            && let Some(value) = value(tape, palette, part)
        {
            kept.insert(part.name.clone(), value);
        }
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

/// A text, if people can read it.
fn name(text: &str) -> &str {
    if text.chars().any(char::is_control) { "plain" } else { text }
}
