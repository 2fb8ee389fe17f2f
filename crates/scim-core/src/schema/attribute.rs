//! Attribute definitions and their characteristics (RFC 7643 sections 2 and 7).

use serde::{Deserialize, Serialize};

/// The data type of an attribute (RFC 7643 section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Unicode text.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with or without a fraction.
    Decimal,
    /// A whole number, exact within the range of 64 bits.
    Integer,
    /// An instant, `xsd:dateTime`.
    DateTime,
    /// Base64 text.
    Binary,
    /// A URI, of a SCIM resource or elsewhere.
    Reference,
    /// An object with sub-attributes.
    Complex,
}

impl AttributeType {
    /// The word for error messages: "a string", "true or false".
    pub fn expected(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Boolean => "true or false",
            Self::Decimal => "a number",
            Self::Integer => "a whole number of at most 64 bits",
            Self::DateTime => "a dateTime such as `2026-01-31T09:30:00Z`",
            Self::Binary => "base64 text",
            Self::Reference => "a URI",
            Self::Complex => "an object",
        }
    }
}

/// Who may change an attribute, and when (RFC 7643 section 7, "mutability").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Set by the server alone; what a client sends is ignored.
    ReadOnly,
    /// May be changed at any time.
    #[default]
    ReadWrite,
    /// May be set once and never changed.
    Immutable,
    /// May be set and is never shown.
    WriteOnly,
}

/// When an attribute is part of an answer (RFC 7643 section 7, "returned").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// In every answer, whatever the client asked for.
    Always,
    /// In no answer.
    Never,
    /// Unless the client's choice leaves it out.
    #[default]
    Default,
    /// Only when the client names it.
    Request,
}

/// Among which resources a value may occur once (RFC 7643 section 7, "uniqueness").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Values may repeat.
    #[default]
    None,
    /// Unique within a tenant.
    Server,
    /// Unique everywhere.
    Global,
}

/// The definition of an attribute or sub-attribute.
///
/// Serialises to the form of RFC 7643 section 7, with every characteristic spelled out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribute {
    /// The name, in the spelling that answers use.
    pub name: String,
    /// The data type.
    #[serde(rename = "type", default)]
    pub kind: AttributeType,
    /// Whether the attribute holds a list.
    #[serde(default)]
    pub multi_valued: bool,
    /// What the attribute means, for people.
    #[serde(default)]
    pub description: String,
    /// Whether a resource without it is refused.
    #[serde(default)]
    pub required: bool,
    /// Suggested values; others are accepted (RFC 7643 section 7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_values: Vec<String>,
    /// Whether text compares by case. Without meaning for other types.
    #[serde(default)]
    pub case_exact: bool,
    /// Who may change it.
    #[serde(default)]
    pub mutability: Mutability,
    /// When it is shown.
    #[serde(default)]
    pub returned: Returned,
    /// Whether values may repeat.
    #[serde(default)]
    pub uniqueness: Uniqueness,
    /// What a reference may point at: resource type names, `external` or `uri`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// An optional, singular, readWrite attribute of the given type, to be refined by the methods below.
    pub fn new(name: &str, kind: AttributeType, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            multi_valued: false,
            description: description.to_owned(),
            required: false,
            canonical_values: Vec::new(),
            case_exact: false,
            mutability: Mutability::default(),
            returned: Returned::default(),
            uniqueness: Uniqueness::default(),
            reference_types: Vec::new(),
            sub_attributes: Vec::new(),
        }
    }

    /// A text attribute that compares without case.
    pub fn string(name: &str, description: &str) -> Self {
        Self::new(name, AttributeType::String, description)
    }

    /// A boolean attribute.
    pub fn boolean(name: &str, description: &str) -> Self {
        Self::new(name, AttributeType::Boolean, description)
    }

    /// A reference to the given kinds of target. References compare by case (RFC 7643 section 2.3.7).
    pub fn reference(name: &str, description: &str, targets: &[&str]) -> Self {
        Self {
            case_exact: true,
            reference_types: targets.iter().map(|&t| t.to_owned()).collect(),
            ..Self::new(name, AttributeType::Reference, description)
        }
    }

    /// A complex attribute made of the given parts.
    pub fn complex(name: &str, description: &str, parts: Vec<Attribute>) -> Self {
        Self { sub_attributes: parts, ..Self::new(name, AttributeType::Complex, description) }
    }

    /// The same attribute, holding a list.
    pub fn multi(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    /// The same attribute, required.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same attribute, comparing by case.
    pub fn case_exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    /// The same attribute with another mutability.
    pub fn mutability(self, mutability: Mutability) -> Self {
        Self { mutability, ..self }
    }

    /// The same attribute with another rule of return.
    pub fn returned(self, returned: Returned) -> Self {
        Self { returned, ..self }
    }

    /// The same attribute, unique within a tenant.
    pub fn unique(self) -> Self {
        Self { uniqueness: Uniqueness::Server, ..self }
    }

    /// The same attribute with suggested values.
    pub fn suggests(self, values: &[&str]) -> Self {
        Self { canonical_values: values.iter().map(|&v| v.to_owned()).collect(), ..self }
    }

    /// The sub-attribute of that name, compared without case.
    pub fn sub_attribute(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|a| a.name.eq_ignore_ascii_case(name))
    }

    /// Whether a complete value of what this is part of must hold it, and clients are the ones to say.
    pub(crate) fn is_expected(&self) -> bool {
        self.required && self.mutability != Mutability::ReadOnly && self.returned != Returned::Never
    }

    /// Whether texts of this attribute compare by case.
    ///
    /// References and binary values always do (RFC 7643 sections 2.3.6 and 2.3.7).
    pub fn compares_by_case(&self) -> bool {
        self.case_exact || matches!(self.kind, AttributeType::Reference | AttributeType::Binary)
    }
}
