//! What is wrong with a body, attribute by attribute, and what was let pass.

use crate::dialect;
use crate::json::shortened;
use std::collections::BTreeSet;
use std::fmt;

/// The most faults that one body reports; the rest only count.
pub const MAX_FAULTS: usize = 50;

/// The most names that each list of [`Findings`] keeps.
const MAX_NAMES: usize = 100;

/// One fault of a body: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place in the body, such as `emails[1].value`.
    pub path: String,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// The kinds of fault of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// No schema of the resource type defines the attribute.
    UnknownAttribute {
        /// The name of the resource type.
        resource_type: String,
        /// A defined attribute with a near name.
        suggestion: Option<String>,
    },
    /// The value is not of the attribute's type.
    WrongType {
        /// What the attribute takes.
        expected: &'static str,
        /// What was sent.
        found: &'static str,
    },
    /// A required attribute has no value.
    Missing,
    /// The attribute is given more than once, in different spellings.
    Twice,
    /// A text holds a character that cannot be kept, such as NUL; a name holds a line end.
    ControlCharacter,
    /// A name is blank.
    Blank,
    /// A name is longer than names may be.
    TooLong {
        /// The greatest number of characters.
        limit: usize,
    },
    /// More than one value is marked as primary (RFC 7643 section 2.4).
    SeveralPrimary,
    /// `schemas` names a URN that the resource type does not know.
    UnknownSchema {
        /// The URN.
        urn: String,
    },
    /// `schemas` lacks the URN of the resource type's core schema.
    SchemaNotListed {
        /// The URN.
        urn: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = shortened(&self.path);
        match &self.kind {
            FaultKind::UnknownAttribute { resource_type, suggestion } => {
                write!(f, "unknown attribute `{path}` on {resource_type}")?;
                match suggestion {
                    Some(near) => write!(f, "; did you mean `{near}`? Otherwise remove")?,
                    None => f.write_str("; remove")?,
                }
                f.write_str(" its attribute mapping in the identity provider")
            }
            FaultKind::WrongType { expected, found } => {
                write!(
                    f,
                    "attribute `{path}` takes {expected}, not {found}; correct or remove its attribute mapping"
                )
            }
            FaultKind::Missing => {
                write!(f, "required attribute `{path}` is missing; map it in the identity provider")
            }
            FaultKind::ControlCharacter => {
                write!(
                    f,
                    "attribute `{path}` holds a control character; correct or remove its attribute mapping"
                )
            }
            FaultKind::Twice => {
                write!(f, "attribute `{path}` is given twice, in different spellings; send it once")
            }
            FaultKind::Blank => write!(f, "attribute `{path}` is blank; map one that holds a name"),
            FaultKind::TooLong { limit } => {
                write!(
                    f,
                    "attribute `{path}` is longer than {limit} characters; correct or remove its attribute mapping"
                )
            }
            FaultKind::SeveralPrimary => {
                write!(f, "attribute `{path}` has more than one primary value; mark one of them, or none")
            }
            FaultKind::UnknownSchema { urn } => {
                write!(f, "`schemas` names `{}`, which this resource type does not use", shortened(urn))
            }
            FaultKind::SchemaNotListed { urn } => write!(f, "`schemas` must list `{urn}`"),
        }
    }
}

/// All faults of a body; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// The faults in the order of the body, at most [`MAX_FAULTS`].
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more: usize,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{fault}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// What reading a body turned up: faults, and what was let pass in silence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    faults: Vec<Fault>,
    more: usize,
    /// Attributes that were sent and ignored (readOnly, unknown without a value, …), by path.
    pub ignored: BTreeSet<String>,
    /// Attributes that were sent and came out without a value, by path: `null`, `[]`, an empty text, or
    /// nothing but such values. Another thing than attributes that were not sent.
    pub unassigned: BTreeSet<String>,
    /// Lists that were sent with a value in them that has no content, or as a text with an empty list in it,
    /// by path; such values are dropped.
    pub hollow: BTreeSet<String>,
    /// Attributes with a value that is none of those that the schema suggests, by path. Such values are
    /// kept: suggestions bind nobody (RFC 7643 section 7), but a slip is worth a hint.
    pub uncanonical: BTreeSet<String>,
    /// The names of the client habits that were rewritten, as in [`dialect`].
    pub dialects: BTreeSet<&'static str>,
}

impl Findings {
    /// Notes a fault.
    pub fn fault(&mut self, path: impl Into<String>, kind: FaultKind) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault { path: path.into(), kind });
        } else {
            self.more += 1;
        }
    }

    /// Whether further faults only count, so that wording them is not worth the work.
    pub fn is_full(&self) -> bool {
        self.faults.len() >= MAX_FAULTS
    }

    /// Takes over what another reading let pass.
    pub fn absorb(&mut self, other: &Findings) {
        other.ignored.iter().for_each(|path| self.ignore(path.as_str()));
        self.dialects.extend(&other.dialects);
        self.unassigned.extend(other.unassigned.iter().cloned());
        self.hollow.extend(other.hollow.iter().cloned());
        other.uncanonical.iter().for_each(|path| self.uncanonical(path.as_str()));
    }

    /// Notes an attribute that is ignored. Keeps at most 100 names.
    pub fn ignore(&mut self, path: impl Into<String>) {
        if self.ignored.len() < MAX_NAMES {
            self.ignored.insert(path.into());
        }
    }

    /// Notes an attribute with a value that its schema does not suggest. Keeps at most 100 names.
    pub fn uncanonical(&mut self, path: impl Into<String>) {
        if self.uncanonical.len() < MAX_NAMES {
            self.uncanonical.insert(path.into());
        }
    }

    /// Notes that a client habit was rewritten.
    pub fn dialect(&mut self, name: &'static str) {
        self.dialects.insert(name);
    }

    /// Notes a name that is spelled in another case than it is defined.
    pub fn spelling(&mut self, given: &str, defined: &str) {
        if given != defined {
            self.dialect(dialect::NAME_CASE);
        }
    }

    /// Whether a fault was found in an attribute or in a part of it.
    pub fn concerns(&self, attribute: &str) -> bool {
        self.faults.iter().any(|fault| {
            let rest = fault.path.strip_prefix(attribute);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// Whether no fault was found.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// The faults, if there are any.
    ///
    /// # Errors
    /// When at least one fault was noted.
    pub fn into_result(self) -> Result<Self, Faults> {
        if self.faults.is_empty() { Ok(self) } else { Err(Faults { faults: self.faults, more: self.more }) }
    }
}
