//! What is wrong with definition files, and where.

use std::fmt;

/// One fault of a definition file: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DefinitionError {
    /// The name of the file, as the caller gave it.
    pub file: String,
    /// The place in the file, such as `attributes[3].type`; `$` for the whole document.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: at {}: {}", self.file, self.path, self.reason)
    }
}

impl std::error::Error for DefinitionError {}

/// All faults of a set of definition files; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionErrors {
    errors: Vec<DefinitionError>,
}

impl DefinitionErrors {
    /// The faults by file, in the order in which the files were given.
    pub fn iter(&self) -> std::slice::Iter<'_, DefinitionError> {
        self.errors.iter()
    }
}

impl<'e> IntoIterator for &'e DefinitionErrors {
    type Item = &'e DefinitionError;
    type IntoIter = std::slice::Iter<'e, DefinitionError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One fault a line.
impl fmt::Display for DefinitionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for DefinitionErrors {}

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults<'f> {
    found: Vec<(Place<'f>, String)>,
}

impl<'f> Faults<'f> {
    /// Notes a fault.
    pub(super) fn note(&mut self, place: Place<'f>, reason: impl Into<String>) {
        self.found.push((place, reason.into()));
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// The faults, if there are any.
    pub(super) fn into_result(mut self) -> Result<(), DefinitionErrors> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|(place, _)| place.number);
        let error = |(place, reason): (Place<'_>, String)| DefinitionError {
            file: place.file.to_owned(),
            path: if place.path.is_empty() { "$".to_owned() } else { place.path },
            reason,
        };
        Err(DefinitionErrors { errors: self.found.into_iter().map(error).collect() })
    }
}

/// A place in a definition file.
#[derive(Debug, Clone)]
pub(super) struct Place<'f> {
    file: &'f str,
    /// The position of the file among all.
    number: usize,
    path: String,
}

impl<'f> Place<'f> {
    /// The whole document.
    pub(super) fn document(file: &'f str, number: usize) -> Self {
        Self { file, number, path: String::new() }
    }

    /// A member of the object at this place.
    pub(super) fn member(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{}{dot}{name}", self.path), ..*self }
    }

    /// An item of the list at this place.
    pub(super) fn item(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), ..*self }
    }
}
