//! Values that must not leak.

/// A text that is shown once and never printed by accident: it has no `Debug` and no `Display`.
///
/// The only way to the text is [`Secret::reveal`], which is easy to search for.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that hands it out.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}
