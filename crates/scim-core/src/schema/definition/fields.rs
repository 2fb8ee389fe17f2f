//! The members of one JSON object of a definition file, read one by one.

use super::error::{Faults, Place};
use crate::json::shortened;
use crate::name::did_you_mean;
use crate::value::{is_unassigned, kind_of};
use serde_json::{Map, Value};

/// A JSON object and its place. Member names compare by case, unlike in SCIM messages: the spelling
/// of RFC 7643 is the only one.
pub(super) struct Fields<'v, 'f> {
    object: &'v Map<String, Value>,
    pub(super) place: Place<'f>,
}

impl<'v, 'f> Fields<'v, 'f> {
    /// The members of `value`, which must be an object.
    pub(super) fn of(value: &'v Value, place: Place<'f>, faults: &mut Faults<'f>) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self { object, place }),
            other => {
                faults.note(place, format!("takes an object, not {}", kind_of(other)));
                None
            }
        }
    }

    /// Whether the object has the member.
    pub(super) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Notes a fault of a member.
    pub(super) fn fault(&self, name: &str, reason: impl Into<String>, faults: &mut Faults<'f>) {
        faults.note(self.place.member(name), reason);
    }

    /// Notes every member that is not among the known ones.
    pub(super) fn refuse_others(&self, known: &[&str], faults: &mut Faults<'f>) {
        for name in self.object.keys().filter(|name| !known.contains(&name.as_str())) {
            let hint = hint(name, known.iter().copied());
            self.fault(&shortened(name), format!("is not defined{hint}"), faults);
        }
    }

    /// The value of a member, unless it means "unassigned".
    fn value(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name).filter(|value| !is_unassigned(value))
    }

    fn wrong_type(&self, name: &str, expected: &str, found: &Value, faults: &mut Faults<'f>) {
        self.fault(name, format!("takes {expected}, not {}", kind_of(found)), faults);
    }

    /// The text of a member.
    pub(super) fn text(&self, name: &str, faults: &mut Faults<'f>) -> Option<&'v str> {
        let value = self.value(name)?;
        let text = value.as_str();
        if text.is_none() {
            self.wrong_type(name, "a string", value, faults);
        }
        text
    }

    /// The text of a member that must be there.
    pub(super) fn required_text(&self, name: &str, faults: &mut Faults<'f>) -> Option<&'v str> {
        if self.value(name).is_none_or(|value| value.as_str() == Some("")) {
            self.fault(name, "is missing", faults);
            return None;
        }
        self.text(name, faults)
    }

    /// The truth of a member; `false` when it is absent.
    pub(super) fn flag(&self, name: &str, faults: &mut Faults<'f>) -> bool {
        match self.value(name) {
            None => false,
            Some(Value::Bool(truth)) => *truth,
            Some(other) => {
                self.wrong_type(name, "true or false", other, faults);
                false
            }
        }
    }

    /// What the word of a member stands for; `None` when it is absent or unknown.
    pub(super) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&'static str, T)],
        faults: &mut Faults<'f>,
    ) -> Option<T> {
        let text = self.text(name, faults)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let hint = hint(text, all.iter().copied());
            let list = all.join("`, `");
            self.fault(name, format!("takes one of `{list}`, not `{}`{hint}", shortened(text)), faults);
        }
        found
    }

    /// The items of a member that holds a list, each with its place.
    pub(super) fn items(&self, name: &str, faults: &mut Faults<'f>) -> Vec<(&'v Value, Place<'f>)> {
        let place = self.place.member(name);
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(list)) => {
                list.iter().enumerate().map(|(i, item)| (item, place.item(i))).collect()
            }
            Some(other) => {
                self.wrong_type(name, "a list", other, faults);
                Vec::new()
            }
        }
    }

    /// The texts of a member that holds a list of them, each with its place.
    pub(super) fn texts(&self, name: &str, faults: &mut Faults<'f>) -> Vec<(&'v str, Place<'f>)> {
        let items = self.items(name, faults);
        let mut texts = Vec::with_capacity(items.len());
        for (item, place) in items {
            match item.as_str() {
                Some(text) => texts.push((text, place)),
                None => faults.note(place, format!("takes a string, not {}", kind_of(item))),
            }
        }
        texts
    }
}

/// `; did you mean …?` if one of the candidates is near, otherwise nothing.
pub(super) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean(name, candidates).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
