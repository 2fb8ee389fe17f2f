//! An answer, and what can be demanded of it.

use serde_json::Value;

/// The schema of every SCIM error.
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    asked: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(asked: &str, status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { asked: asked.to_owned(), status, headers, body }
    }

    /// The status code.
    pub fn code(&self) -> u16 {
        self.status
    }

    /// Demands a status.
    #[track_caller]
    pub fn status(&self, wanted: u16) -> &Self {
        assert_eq!(self.status, wanted, "status of {self}");
        self
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All headers, by name and value, in the order in which they came.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The value of a header that must be there.
    #[track_caller]
    pub fn must_have(&self, name: &str) -> &str {
        self.header(name).unwrap_or_else(|| panic!("no header {name} in {self}"))
    }

    /// Demands that there is no body.
    #[track_caller]
    pub fn empty(&self) -> &Self {
        assert!(self.body.is_empty(), "a body in {self}");
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}) in {self}"))
    }

    /// The text at a JSON pointer of the body.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("nothing at {pointer} in {self}"),
        }
    }

    /// The resources of a list.
    #[track_caller]
    pub fn resources(&self) -> Vec<Value> {
        let list = self.status(200).json();
        let shown = list["Resources"].as_array().unwrap_or_else(|| panic!("no Resources in {self}")).clone();
        assert_eq!(list["itemsPerPage"], shown.len(), "itemsPerPage of {self}");
        shown
    }

    /// What the resources of a list are called: `userName`, `serialNumber` or `displayName`.
    #[track_caller]
    pub fn names(&self) -> Vec<String> {
        let name_of = |resource: &Value| {
            let mut names = ["userName", "serialNumber", "displayName"].iter().map(|key| &resource[key]);
            names
                .find_map(Value::as_str)
                .unwrap_or_else(|| panic!("a resource without a name in {self}"))
                .to_owned()
        };
        self.resources().iter().map(name_of).collect()
    }

    /// How many resources a list has on all its pages.
    #[track_caller]
    pub fn total(&self) -> usize {
        let total = self.status(200).json()["totalResults"].as_u64();
        total.and_then(|total| total.try_into().ok()).unwrap_or_else(|| panic!("no totalResults in {self}"))
    }

    /// Demands the one SCIM error shape (RFC 7644 section 3.12) and returns its detail.
    #[track_caller]
    pub fn scim_error(&self, status: u16, scim_type: Option<&str>) -> String {
        self.status(status);
        let media_type = self.must_have("content-type");
        assert!(media_type.starts_with("application/scim+json"), "media type of {self}");
        let body = self.json();
        assert_eq!(body["schemas"], serde_json::json!([ERROR]), "schemas of {self}");
        assert_eq!(body["status"], Value::String(status.to_string()), "status member of {self}");
        assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "scimType of {self}");
        let detail = body["detail"].as_str().unwrap_or_default().to_owned();
        assert!(!detail.is_empty(), "no detail in {self}");
        detail
    }

    /// Demands the error of the gateway's OpenAI-shaped answers.
    #[track_caller]
    pub fn gateway_error(&self, status: u16, code: &str) -> &Self {
        self.status(status);
        let error = &self.json()["error"];
        assert_eq!(error["code"], code, "code of {self}");
        assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "no message in {self}");
        assert!(error["type"].is_string() && error["param"].is_null(), "shape of {self}");
        self
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(2000).collect();
        write!(f, "{} -> {} {:?} {text}", self.asked, self.status, self.headers)
    }
}
