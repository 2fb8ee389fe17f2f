//! What a filter means for a resource type: typed, owned, ready to be matched or turned into SQL.

use super::ast::CompareOp;
use crate::schema::{Attribute, AttributeType, Schema};
use chrono::{DateTime, Utc};

/// The meaning of a filter.
///
/// A comparison asks whether *some* value of the place compares so: it holds for no resource that
/// lacks the attribute, `ne` included, and for one with several values when any of them does.
/// `Not` is true exactly when its part is not.
// Invariant: nested no deeper than a text of `MAX_DEPTH` levels can say.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Every part holds; at least one.
    And(Vec<Predicate>),
    /// Some part holds; at least one.
    Or(Vec<Predicate>),
    /// The part does not hold.
    Not(Box<Predicate>),
    /// Some value of the place compares so with the operand.
    Compare {
        /// What is compared.
        place: Place,
        /// How.
        op: CompareOp,
        /// With what; of the type of the place.
        operand: Operand,
    },
    /// The place has a value (RFC 7643 section 2.5).
    Present(Place),
    /// One and the same element of the place satisfies `inner`; a singular value is its own element.
    Element {
        /// The attribute whose elements are asked; it has no `sub`.
        place: Place,
        /// What is asked of the element. Its places are relative to the element: `attribute` is the
        /// name of a sub-attribute, `extension` and `sub` are `None`. Where the elements are simple
        /// values, `value` is the element itself. Holds no `Element`.
        inner: Box<Predicate>,
    },
    /// Holds for nothing: the attribute is never shown, so that no filter can guess its value.
    Never,
}

/// An attribute or sub-attribute, spelled as in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The URN of the extension that defines the attribute; `None` in the core.
    pub extension: Option<String>,
    /// The attribute. A whole extension is the attribute that its URN names.
    pub attribute: String,
    /// The sub-attribute.
    pub sub: Option<String>,
    /// The type of what is compared: of `sub` if there is one.
    pub kind: AttributeType,
    /// Whether texts compare by case.
    pub case_exact: bool,
    /// Whether the attribute (not its `sub`) holds a list.
    pub multi_valued: bool,
}

impl Place {
    /// The place of an attribute, or of its sub-attribute.
    pub(crate) fn of(extension: Option<&Schema>, attribute: &Attribute, sub: Option<&Attribute>) -> Self {
        let leaf = sub.unwrap_or(attribute);
        Self {
            extension: extension.map(|schema| schema.id.clone()),
            attribute: attribute.name.clone(),
            sub: sub.map(|sub| sub.name.clone()),
            kind: leaf.kind,
            case_exact: leaf.compares_by_case(),
            multi_valued: attribute.multi_valued,
        }
    }
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A text.
    Text {
        /// As it was written.
        given: String,
        /// As it compares: [folded](crate::fold::fold) unless the place is `case_exact`.
        key: String,
    },
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number. Whole numbers beyond 64 bits are rounded, to infinity if need be, which
    /// leaves their order against every number of 64 bits as it is.
    Decimal(f64),
    /// An instant.
    Instant(DateTime<Utc>),
    /// No value: `eq` asks for absence, `ne` for presence. Resolving a filter does not give this; it
    /// gives [`Predicate::Present`], negated for `eq null`.
    Null,
}

impl Predicate {
    /// The number of comparisons: how much work it is to decide.
    pub fn terms(&self) -> usize {
        match self {
            Self::And(list) | Self::Or(list) => list.iter().map(Self::terms).sum(),
            Self::Not(inner) | Self::Element { inner, .. } => inner.terms(),
            Self::Compare { .. } | Self::Present(_) | Self::Never => 1,
        }
    }

    /// Whether the top-level attribute (or the extension with that URN) bears on the outcome.
    pub fn mentions(&self, attribute: &str) -> bool {
        match self {
            Self::And(list) | Self::Or(list) => list.iter().any(|p| p.mentions(attribute)),
            Self::Not(inner) => inner.mentions(attribute),
            Self::Compare { place, .. } | Self::Present(place) | Self::Element { place, .. } => {
                place.extension.as_ref().unwrap_or(&place.attribute).eq_ignore_ascii_case(attribute)
            }
            Self::Never => false,
        }
    }
}
