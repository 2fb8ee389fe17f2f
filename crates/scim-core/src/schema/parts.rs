//! Sub-attributes that several attributes share.

use super::{Attribute, AttributeType, Mutability};

/// The default parts of a multi-valued attribute (RFC 7643 section 2.4) around a given `value`.
pub(super) fn labelled(value: Attribute, types: &[&str]) -> Vec<Attribute> {
    vec![
        value,
        Attribute::string("display", "A name for people; shown, never compared with anything."),
        Attribute::string("type", "What the value is used for.").suggests(types),
        Attribute::boolean("primary", "Whether this is the preferred value; at most one value is."),
    ]
}

/// A text `value` part.
pub(super) fn text_value(description: &str) -> Attribute {
    Attribute::string("value", description)
}

/// The same attribute with everything in it set by the server alone.
pub(super) fn read_only(mut attribute: Attribute) -> Attribute {
    attribute.mutability = Mutability::ReadOnly;
    attribute.sub_attributes = attribute.sub_attributes.into_iter().map(read_only).collect();
    attribute
}

/// A dateTime attribute.
pub(super) fn date_time(name: &str, description: &str) -> Attribute {
    Attribute::new(name, AttributeType::DateTime, description)
}
