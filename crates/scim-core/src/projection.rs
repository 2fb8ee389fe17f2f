//! Which attributes an answer carries: `attributes` and `excludedAttributes` (RFC 7644 section 3.9).

mod choice;
mod error;
#[cfg(test)]
mod tests;

pub use choice::split;
pub use error::ProjectionError;

use crate::filter::{MAX_LENGTH, MAX_TERMS};
use crate::schema::{Attribute, ResourceType, Returned};
use choice::{Choice, choice};
use serde_json::{Map, Value};

/// A client's choice of attributes.
///
/// What the schema returns `always` is always there, what it returns `never` never is, and what it
/// returns on `request` only when it is named.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    mode: Mode,
    chosen: Vec<Choice>,
    /// The core attributes, and the extensions by their URN, that are not returned by default.
    rules: Vec<(String, Returned)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// What is returned by default.
    All,
    /// What was named in `attributes`.
    Only,
    /// What was not named in `excludedAttributes`.
    Except,
}

impl Projection {
    /// What is returned when the client chooses nothing.
    ///
    /// It knows no resource type, so that [`Projection::wants`] is true of everything;
    /// [`Projection::parse`] without parameters gives one that knows better.
    pub fn all() -> Self {
        Self { mode: Mode::All, chosen: Vec::new(), rules: Vec::new() }
    }

    /// Whether the client chose nothing.
    pub fn is_all(&self) -> bool {
        self.mode == Mode::All
    }

    /// Reads the parameters `attributes` and `excludedAttributes`: paths with commas between them.
    ///
    /// An empty parameter counts as missing. What names nothing in the resource type is ignored.
    /// `emails[type eq "work"]` names the elements that match.
    ///
    /// # Errors
    /// When both are given, when one is too long, or when the brackets of a path hold no filter that
    /// fits the attribute.
    pub fn parse(
        attributes: Option<&str>,
        excluded: Option<&str>,
        resource_type: &ResourceType,
    ) -> Result<Self, ProjectionError> {
        Self::parse_lists(attributes.as_slice(), excluded.as_slice(), resource_type)
    }

    /// Reads the lists `attributes` and `excludedAttributes` of a
    /// [`SearchRequest`](crate::SearchRequest), as [`Projection::parse`] does; an item may hold several
    /// paths with commas between them.
    ///
    /// # Errors
    /// As [`Projection::parse`].
    pub fn parse_lists<T: AsRef<str>>(
        attributes: &[T],
        excluded: &[T],
        resource_type: &ResourceType,
    ) -> Result<Self, ProjectionError> {
        let given = |list: &[T]| list.iter().any(|text| !text.as_ref().trim().is_empty());
        let (mode, list) = match (given(attributes), given(excluded)) {
            (true, true) => return Err(ProjectionError::Both),
            (true, false) => (Mode::Only, attributes),
            (false, true) => (Mode::Except, excluded),
            (false, false) => (Mode::All, &[][..]),
        };
        if list.iter().map(|text| text.as_ref().len()).sum::<usize>() > MAX_LENGTH {
            return Err(ProjectionError::TooLong);
        }
        let mut chosen: Vec<Choice> = Vec::new();
        for path in list.iter().flat_map(|text| split(text.as_ref())) {
            let Some(choice) = choice(path.trim(), resource_type)? else { continue };
            if chosen.contains(&choice) {
                continue;
            }
            if chosen.len() == MAX_TERMS {
                return Err(ProjectionError::TooMany);
            }
            chosen.push(choice);
        }
        Ok(Self { mode, chosen, rules: rules(resource_type) })
    }

    /// Whether an answer can carry the core attribute (or the extension with that URN): what is not
    /// wanted need not be computed.
    pub fn wants(&self, attribute: &str) -> bool {
        let rule = self.rules.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
        let mut choices = self.chosen.iter().filter(|choice| choice.is_about(attribute));
        match (rule.map_or(Returned::Default, |(_, rule)| *rule), self.mode) {
            (Returned::Always, _) => true,
            (Returned::Never, _) => false,
            (Returned::Request, Mode::Only) => choices.any(|choice| choice.attribute.is_some()),
            (Returned::Request, Mode::All | Mode::Except) => false,
            (Returned::Default, Mode::All) => true,
            (Returned::Default, Mode::Only) => choices.next().is_some(),
            (Returned::Default, Mode::Except) => !choices.any(Choice::is_top_level),
        }
    }

    /// Takes out of a resource what the client did not choose.
    pub fn apply(&self, resource_type: &ResourceType, attributes: &mut Map<String, Value>) {
        attributes.retain(|name, value| {
            if let Some(attribute) = resource_type.attribute(name) {
                self.keep(None, attribute, value)
            } else if let (Some(schema), Value::Object(parts)) = (resource_type.extension(name), value) {
                parts.retain(|name, value| {
                    schema.attribute(name).is_some_and(|a| self.keep(Some(&schema.id), a, value))
                });
                !parts.is_empty()
            } else {
                false
            }
        });
    }

    /// Whether the attribute stays; trims its value.
    fn keep(&self, extension: Option<&str>, attribute: &Attribute, value: &mut Value) -> bool {
        let chosen: Vec<&Choice> =
            self.chosen.iter().filter(|choice| choice.names(extension, attribute)).collect();
        let named = chosen.iter().any(|choice| choice.attribute.is_some());
        let whole = chosen.iter().any(|choice| choice.is_whole());
        let mode = match attribute.returned {
            Returned::Never => return false,
            Returned::Always => Mode::All,
            Returned::Request if self.mode != Mode::Only || !named => return false,
            Returned::Request | Returned::Default => self.mode,
        };
        let stays_whole = match mode {
            Mode::Only if chosen.is_empty() => return false,
            Mode::Except if whole => return false,
            Mode::All => true,
            Mode::Only => whole,
            Mode::Except => chosen.is_empty(),
        };
        let hides = |part: &Attribute| matches!(part.returned, Returned::Never | Returned::Request);
        if stays_whole && !attribute.sub_attributes.iter().any(hides) {
            return true;
        }
        let trim = |element: &mut Value| trim(mode, attribute, &chosen, element);
        match value {
            Value::Array(list) => {
                list.retain_mut(trim);
                !list.is_empty()
            }
            single => trim(single),
        }
    }
}

/// Whether anything of the element stays; takes out the parts that do not.
fn trim(mode: Mode, attribute: &Attribute, chosen: &[&Choice], element: &mut Value) -> bool {
    let meant: Vec<&Choice> = chosen.iter().copied().filter(|choice| choice.means(element)).collect();
    let all_parts = meant.iter().any(|choice| choice.sub.is_none());
    match mode {
        Mode::Only if meant.is_empty() => return false,
        Mode::Except if all_parts => return false,
        _ => {}
    }
    let Value::Object(parts) = element else { return true };
    parts.retain(|name, _| {
        let Some(part) = attribute.sub_attribute(name) else { return false };
        let named = meant.iter().any(|c| c.sub.as_ref().is_some_and(|sub| *sub == part.name));
        match part.returned {
            Returned::Never => false,
            Returned::Always => true,
            Returned::Request => mode == Mode::Only && named,
            Returned::Default => match mode {
                Mode::All => true,
                Mode::Only => all_parts || named,
                Mode::Except => !named,
            },
        }
    });
    !parts.is_empty()
}

/// The core attributes and extensions whose rule of return is not the default. An extension is carried
/// as soon as one of its attributes is.
fn rules(resource_type: &ResourceType) -> Vec<(String, Returned)> {
    let core = resource_type.schema.attributes.iter().chain(resource_type.common_attributes());
    let core = core.map(|attribute| (&attribute.name, attribute.returned));
    let extensions = resource_type.extensions.iter().map(|extension| {
        let has = |rule| extension.schema.attributes.iter().any(|a| a.returned == rule);
        let rules = [Returned::Always, Returned::Default, Returned::Request];
        (&extension.schema.id, rules.into_iter().find(|rule| has(*rule)).unwrap_or(Returned::Never))
    });
    let special = core.chain(extensions).filter(|(_, rule)| *rule != Returned::Default);
    special.map(|(name, rule)| (name.clone(), rule)).collect()
}
