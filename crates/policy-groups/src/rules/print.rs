//! The canonical form of a rule document: fixed key order, defaults and empty lists left out.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeStruct},
};

use super::{AppliesTo, Conditions, GroupMatch, Rule, RuleSetDoc, UserGroups};

impl RuleSetDoc {
    /// The canonical JSON text, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings, numbers and string keys always have a JSON text, so the default is never used.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl UserGroups {
    /// Every group of the three lists, in order.
    pub fn all(&self) -> impl Iterator<Item = &GroupMatch> {
        self.any_of.iter().chain(&self.all_of).chain(&self.none_of)
    }
}

impl Serialize for RuleSetDoc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("RuleSetDoc", 3)?;
        out.serialize_field("combining", &self.combining)?;
        out.serialize_field("default_action", &self.default_action)?;
        out.serialize_field("rules", &self.rules)?;
        out.end()
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            out.serialize_entry("id", id)?;
        }
        out.serialize_entry("name", &self.name)?;
        if let Some(sequence) = self.sequence {
            out.serialize_entry("sequence", &sequence)?;
        }
        if self.applies_to != AppliesTo::Both {
            out.serialize_entry("applies_to", &self.applies_to)?;
        }
        if !self.enabled {
            out.serialize_entry("enabled", &false)?;
        }
        if self.conditions != Conditions::default() {
            out.serialize_entry("conditions", &self.conditions)?;
        }
        out.serialize_entry("action", &self.action)?;
        out.end()
    }
}

impl Serialize for Conditions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        if let Some(groups) = &self.user_groups {
            out.serialize_entry("user_groups", groups)?;
        }
        let lists =
            [("providers", &self.providers), ("models", &self.models), ("entity_types", &self.entity_types)];
        for (key, list) in lists {
            if !list.is_empty() {
                out.serialize_entry(key, list)?;
            }
        }
        if let Some(least) = self.entity_confidence_min {
            out.serialize_entry("entity_confidence_min", &least)?;
        }
        if let Some(regex) = &self.content_regex {
            out.serialize_entry("content_regex", regex)?;
        }
        out.end()
    }
}

impl Serialize for UserGroups {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        for (key, list) in [("any_of", &self.any_of), ("all_of", &self.all_of), ("none_of", &self.none_of)] {
            if !list.is_empty() {
                out.serialize_entry(key, list)?;
            }
        }
        out.end()
    }
}

impl Serialize for GroupMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Name(name) => serializer.serialize_str(name),
            Self::Id(id) => {
                let mut out = serializer.serialize_map(Some(1))?;
                out.serialize_entry("id", id)?;
                out.end()
            }
        }
    }
}
