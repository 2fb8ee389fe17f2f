//! The ways in which a client writes.

use super::super::bulk::message;
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
    /// One of the above as the operation of a bulk request.
    Bulk(&'static Way),
}

impl Way {
    /// The way of the operation itself.
    pub(super) fn alone(self) -> Self {
        match self {
            Self::Bulk(way) => way.alone(),
            Self::Post | Self::Put | Self::Path(_) | Self::Pathless(_) => self,
        }
    }
}

pub(super) const WAYS: [Way; 10] = [
    Way::Post,
    Way::Put,
    Way::Path("add"),
    Way::Path("replace"),
    Way::Pathless("add"),
    Way::Pathless("replace"),
    Way::Bulk(&Way::Post),
    Way::Bulk(&Way::Put),
    Way::Bulk(&Way::Path("replace")),
    Way::Bulk(&Way::Pathless("add")),
];

/// What became of a write.
pub(super) struct Written {
    pub(super) code: u16,
    pub(super) scim_type: Option<String>,
    /// The id of what was created.
    pub(super) id: Option<String>,
    /// The resource, if it is answered.
    pub(super) resource: Option<Value>,
    /// Everything that was answered.
    pub(super) answer: Answer,
}

impl Written {
    fn of(answer: Answer) -> Self {
        let body = if answer.text().is_empty() { Value::Null } else { answer.json() };
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let (code, id) = (answer.code(), text("id"));
        let resource = Some(body.clone()).filter(|_| id.is_some());
        Self { code, scim_type: text("scimType"), id, resource, answer }
    }

    /// Of a bulk request with one operation. Successes show no resource.
    fn of_bulk(answer: Answer) -> Self {
        let operation = answer.status(200).json()["Operations"][0].clone();
        let code = operation["status"].as_str().and_then(|status| status.parse().ok()).unwrap_or(0);
        let scim_type = operation["response"]["scimType"].as_str().map(str::to_owned);
        let location = operation["location"].as_str();
        let id = location.and_then(|uri| uri.rsplit('/').next()).map(str::to_owned);
        Self { code, scim_type, id, resource: None, answer }
    }
}

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

    /// The operation of a PATCH; none if the way is another.
    fn operation(&self, way: Way) -> Option<Value> {
        match way {
            Way::Pathless(op) => {
                let mut value = json!({});
                place(&mut value, self.target.attribute, self.element.clone());
                Some(json!({"op": op, "value": value}))
            }
            Way::Path(op) => {
                let listed = self.target.part.is_none() && self.target.attribute.is_list();
                let value = if listed { json!([self.value]) } else { self.value.clone() };
                Some(json!({"op": op, "path": self.path(), "value": value}))
            }
            Way::Post | Way::Put | Way::Bulk(_) => None,
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
    ) -> Written {
        let (method, to, body) = match (way.alone(), self.operation(way.alone())) {
            (_, Some(operation)) => ("PATCH", path, patch(json!([operation]))),
            (Way::Put, None) => ("PUT", path, self.whole(self.before.clone())),
            (_, None) => ("POST", self.target.of.endpoint.as_str(), self.whole(samples.body(self.target.of))),
        };
        if way == way.alone() {
            let request = scim.request(method, &format!("{to}{query}")).json(&body);
            return Written::of(scim.send(&request));
        }
        let operation = json!({"method": method, "path": to, "bulkId": "1", "data": body});
        Written::of_bulk(scim.post(&format!("/Bulk{query}"), &message(json!([operation]))))
    }
}
