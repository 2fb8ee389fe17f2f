//! The ways in which a client writes.

use super::attributes::{Target, word};
use super::samples::{Samples, place};
use scimd_tests::{Answer, Session, patch};
use serde_json::{Value, json};

/// A way to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Post,
    Put,
    /// PATCH with a path, and its operation.
    Path(&'static str),
    /// PATCH without a path, and its operation.
    Pathless(&'static str),
}

pub(super) const WAYS: [Way; 6] = [
    Way::Post,
    Way::Put,
    Way::Path("add"),
    Way::Path("replace"),
    Way::Pathless("add"),
    Way::Pathless("replace"),
];

/// A value that is about to be written, and the resource to which.
pub(super) struct Attempt<'t> {
    pub(super) target: Target<'t>,
    /// The value that nobody else has.
    pub(super) value: Value,
    /// The whole element, if the target is a part of one.
    element: Value,
    /// What the element is known by.
    selected: Option<String>,
    /// The resource as it is written before.
    pub(super) before: Value,
}

impl<'t> Attempt<'t> {
    /// Draws the values. `held` says whether the target has another value before.
    pub(super) fn new(samples: &mut Samples, target: Target<'t>, held: bool) -> Self {
        let mut before = samples.body(target.of);
        let Some(part) = target.part else {
            if held {
                let element = samples.element(target.attribute);
                place(&mut before, target.attribute, element);
            }
            let value = samples.element(target.attribute);
            return Self { target, element: value.clone(), value, selected: None, before };
        };
        let mut element = Value::Object(samples.beside(target.attribute, part));
        let key = target.attribute.key_beside(part).filter(|_| target.attribute.is_list());
        let selected = key.map(|key| format!("{} eq {}", word(key, "name"), element[word(key, "name")]));
        let mut old = element.clone();
        if held || part["required"] == true {
            old[word(part, "name")] = samples.part(target.attribute, part);
        }
        // The attribute is there already, without the part.
        let writable = word(&target.attribute.definition, "mutability") == "readWrite";
        if writable && old.as_object().is_some_and(|old| !old.is_empty()) || held {
            place(&mut before, target.attribute, old);
        }
        let value = samples.part(target.attribute, part);
        element[word(part, "name")] = value.clone();
        Self { target, element, value, selected, before }
    }

    /// The body of the resource with the value in it.
    fn whole(&self, mut body: Value) -> Value {
        place(&mut body, self.target.attribute, self.element.clone());
        body
    }

    /// The path of a PATCH.
    fn path(&self) -> String {
        let (path, selected) = (self.target.attribute.path(), &self.selected);
        let chosen = selected.as_ref().map_or(String::new(), |selected| format!("[{selected}]"));
        let part = self.target.part.map_or(String::new(), |part| format!(".{}", word(part, "name")));
        format!("{path}{chosen}{part}")
    }

    /// The operation of a PATCH.
    fn operation(&self, way: Way) -> Value {
        match way {
            Way::Pathless(op) => {
                let mut value = json!({});
                place(&mut value, self.target.attribute, self.element.clone());
                json!({"op": op, "value": value})
            }
            Way::Path(op) => {
                let listed = self.target.part.is_none() && self.target.attribute.is_list();
                let value = if listed { json!([self.value]) } else { self.value.clone() };
                json!({"op": op, "path": self.path(), "value": value})
            }
            Way::Post | Way::Put => panic!("{way:?} has no operations"),
        }
    }

    /// Writes, to a new resource or to the one of a path. `query` goes with the request.
    pub(super) fn send(
        &self,
        scim: &Session,
        samples: &mut Samples,
        way: Way,
        path: &str,
        query: &str,
    ) -> Answer {
        let endpoint = &self.target.of.endpoint;
        match way {
            Way::Post => {
                let body = samples.body(self.target.of);
                scim.post(&format!("{endpoint}{query}"), &self.whole(body))
            }
            Way::Put => scim.put(&format!("{path}{query}"), &self.whole(self.before.clone())),
            Way::Path(_) | Way::Pathless(_) => {
                scim.patch(&format!("{path}{query}"), &patch(json!([self.operation(way)])))
            }
        }
    }
}
