//! Attributes of definition files (RFC 7643 section 7).

use super::error::{Faults, Place};
use super::fields::Fields;
use crate::json::shortened;
use crate::name::AttributeName;
use crate::schema::{Attribute, AttributeType, Mutability, Returned, Uniqueness};
use serde_json::Value;
use std::collections::HashSet;

/// The most attributes of a schema, sub-attributes counted.
const MAX_ATTRIBUTES: usize = 1000;

const KEYS: [&str; 12] = [
    "name",
    "type",
    "multiValued",
    "description",
    "required",
    "canonicalValues",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "referenceTypes",
    "subAttributes",
];

const TYPES: [(&str, AttributeType); 8] = [
    ("string", AttributeType::String),
    ("boolean", AttributeType::Boolean),
    ("decimal", AttributeType::Decimal),
    ("integer", AttributeType::Integer),
    ("dateTime", AttributeType::DateTime),
    ("binary", AttributeType::Binary),
    ("reference", AttributeType::Reference),
    ("complex", AttributeType::Complex),
];

const MUTABILITIES: [(&str, Mutability); 4] = [
    ("readOnly", Mutability::ReadOnly),
    ("readWrite", Mutability::ReadWrite),
    ("immutable", Mutability::Immutable),
    ("writeOnly", Mutability::WriteOnly),
];

const RETURNED: [(&str, Returned); 4] = [
    ("always", Returned::Always),
    ("never", Returned::Never),
    ("default", Returned::Default),
    ("request", Returned::Request),
];

const UNIQUENESS: [(&str, Uniqueness); 3] =
    [("none", Uniqueness::None), ("server", Uniqueness::Server), ("global", Uniqueness::Global)];

/// Reads the attributes of one schema.
pub(super) struct Attributes<'r, 'f> {
    faults: &'r mut Faults<'f>,
    /// How many have been read.
    read: usize,
}

impl<'r, 'f> Attributes<'r, 'f> {
    /// The attributes that could be read, each with its place. `place` is that of the list.
    pub(super) fn read(
        items: Vec<(&Value, Place<'f>)>,
        place: &Place<'f>,
        faults: &'r mut Faults<'f>,
    ) -> Vec<(Attribute, Place<'f>)> {
        let mut reader = Self { faults, read: 0 };
        let attributes = reader.list(items, false);
        if reader.read > MAX_ATTRIBUTES {
            let reason = format!("holds {} attributes; a schema has at most {MAX_ATTRIBUTES}", reader.read);
            reader.faults.note(place.clone(), reason);
        }
        attributes
    }

    fn list(&mut self, items: Vec<(&Value, Place<'f>)>, is_sub: bool) -> Vec<(Attribute, Place<'f>)> {
        let mut names = HashSet::new();
        let mut attributes = Vec::with_capacity(items.len());
        for (item, place) in items {
            self.read += 1;
            let Some(fields) = Fields::of(item, place, self.faults) else { continue };
            let Some(attribute) = self.attribute(&fields, is_sub) else { continue };
            if !names.insert(attribute.name.to_ascii_lowercase()) {
                let reason = format!("`{}` is defined twice (case does not count)", attribute.name);
                fields.fault("name", reason, self.faults);
                continue;
            }
            attributes.push((attribute, fields.place));
        }
        attributes
    }

    /// One attribute; `None` when it has no name.
    fn attribute(&mut self, fields: &Fields<'_, 'f>, is_sub: bool) -> Option<Attribute> {
        let faults = &mut *self.faults;
        fields.refuse_others(&KEYS, faults);
        let name = fields.required_text("name", faults).filter(|name| check_name(name, fields, faults));
        let kind = match fields.has("type") {
            true => fields.word("type", &TYPES, faults),
            false => Some(AttributeType::default()),
        };
        let texts = |name, faults: &mut Faults<'f>| -> Vec<String> {
            fields.texts(name, faults).into_iter().map(|(text, _)| text.to_owned()).collect()
        };
        let by_case = matches!(kind, Some(AttributeType::Reference | AttributeType::Binary));
        let mut attribute = Attribute {
            name: name.unwrap_or_default().to_owned(),
            kind: kind.unwrap_or_default(),
            multi_valued: fields.flag("multiValued", faults),
            description: fields.text("description", faults).unwrap_or_default().to_owned(),
            required: fields.flag("required", faults),
            canonical_values: texts("canonicalValues", faults),
            case_exact: fields.flag("caseExact", faults) || by_case,
            mutability: fields.word("mutability", &MUTABILITIES, faults).unwrap_or_default(),
            returned: fields.word("returned", &RETURNED, faults).unwrap_or_default(),
            uniqueness: fields.word("uniqueness", &UNIQUENESS, faults).unwrap_or_default(),
            reference_types: texts("referenceTypes", faults),
            sub_attributes: Vec::new(),
        };
        let parts = fields.items("subAttributes", faults);
        let has_parts = !parts.is_empty();
        attribute.sub_attributes = self.list(parts, true).into_iter().map(|(part, _)| part).collect();
        // A type that could not be read contradicts nothing.
        if let Some(kind) = kind {
            check_type(kind, &attribute, has_parts, is_sub, fields, self.faults);
            check_uniqueness(kind, &attribute, is_sub, fields, self.faults);
        }
        check_access(&attribute, fields, self.faults);
        name.map(|_| attribute)
    }
}

fn check_name<'f>(name: &str, fields: &Fields<'_, 'f>, faults: &mut Faults<'f>) -> bool {
    let checked = name.parse::<AttributeName>();
    if let Err(error) = &checked {
        fields.fault("name", format!("`{}` is no name: {error}", shortened(name)), faults);
    }
    checked.is_ok()
}

/// What the type of an attribute demands and excludes.
fn check_type<'f>(
    kind: AttributeType,
    attribute: &Attribute,
    has_parts: bool,
    is_sub: bool,
    fields: &Fields<'_, 'f>,
    faults: &mut Faults<'f>,
) {
    use AttributeType::{Complex, Reference, String};
    let is_complex = kind == Complex;
    if is_complex && is_sub {
        fields.fault("type", "a sub-attribute cannot be complex (RFC 7643 section 2.3.8)", faults);
    } else if is_complex && !has_parts {
        fields.fault("subAttributes", "is missing; a complex attribute has at least one", faults);
    } else if !is_complex && has_parts {
        fields.fault("subAttributes", "belongs to attributes of type `complex` only", faults);
    }
    if attribute.name.eq_ignore_ascii_case("$ref") && !(is_sub && kind == Reference) {
        fields.fault("name", "`$ref` is the name of a sub-attribute of type `reference`", faults);
    }
    if kind != Reference && !attribute.reference_types.is_empty() {
        fields.fault("referenceTypes", "belongs to attributes of type `reference` only", faults);
    }
    if !matches!(kind, String | Reference) && !attribute.canonical_values.is_empty() {
        let reason = "belongs to attributes of type `string` or `reference` only";
        fields.fault("canonicalValues", reason, faults);
    }
}

/// Unique values are looked up as one text or number of a resource.
fn check_uniqueness<'f>(
    kind: AttributeType,
    attribute: &Attribute,
    is_sub: bool,
    fields: &Fields<'_, 'f>,
    faults: &mut Faults<'f>,
) {
    use AttributeType::{Integer, Reference, String};
    if attribute.uniqueness == Uniqueness::None {
        return;
    }
    if is_sub {
        fields.fault("uniqueness", "a sub-attribute cannot be unique", faults);
    } else if attribute.multi_valued {
        fields.fault("uniqueness", "a multi-valued attribute cannot be unique", faults);
    } else if !matches!(kind, String | Reference | Integer) {
        let reason = "only attributes of type `string`, `reference` or `integer` can be unique";
        fields.fault("uniqueness", reason, faults);
    } else if attribute.returned == Returned::Never {
        fields.fault("uniqueness", "what is never returned is not kept and cannot be unique", faults);
    }
}

/// Contradictions between who may write an attribute, who may read it, and who must.
fn check_access<'f>(attribute: &Attribute, fields: &Fields<'_, 'f>, faults: &mut Faults<'f>) {
    if attribute.mutability == Mutability::ReadOnly && attribute.required {
        fields.fault("required", "clients cannot set a readOnly attribute, so none can be required", faults);
    }
    if attribute.mutability == Mutability::WriteOnly && attribute.returned != Returned::Never {
        fields.fault("returned", "must be `never` for a writeOnly attribute", faults);
    }
}
