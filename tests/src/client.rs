//! A client with a token, as an identity provider or a gateway is one.

use crate::answer::Answer;
use crate::connection::Connection;
use crate::fixtures;
use serde_json::Value;
use std::io;
use std::net::SocketAddr;

/// A client of one listener. Every request goes over a connection of its own.
#[derive(Debug, Clone)]
pub struct Client {
    address: SocketAddr,
    base: String,
    token: Option<String>,
}

impl Client {
    /// A client of an address, whose paths start at `base`.
    pub fn new(address: SocketAddr, base: &str, token: Option<&str>) -> Self {
        Self { address, base: base.to_owned(), token: token.map(str::to_owned) }
    }

    /// The same client with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same client without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The address of the listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// A request, ready to be changed and sent.
    pub fn request(&self, method: &str, path: &str) -> Request {
        let mut headers = vec![
            ("Host".to_owned(), self.address.to_string()),
            ("Accept".to_owned(), "application/scim+json".to_owned()),
            ("Connection".to_owned(), "close".to_owned()),
        ];
        if let Some(token) = &self.token {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        let path = format!("{}{path}", self.base);
        Request { address: self.address, method: method.to_owned(), path, headers, body: None }
    }

    /// Reads.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    /// Creates.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.request("POST", path).json(body).send()
    }

    /// Replaces.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.request("PUT", path).json(body).send()
    }

    /// Changes.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.request("PATCH", path).json(body).send()
    }

    /// Deletes.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path).send()
    }

    /// Lists what a filter matches.
    #[track_caller]
    pub fn find(&self, endpoint: &str, filter: &str) -> Answer {
        self.get(&format!("{endpoint}?filter={}", encode(filter)))
    }

    /// Creates a user and returns its id.
    #[track_caller]
    pub fn create_user(&self, name: &str) -> String {
        self.post("/Users", &fixtures::user(name)).status(201).at("/id")
    }

    /// Creates a group and returns its id.
    #[track_caller]
    pub fn create_group(&self, name: &str, members: &[&str]) -> String {
        self.post("/Groups", &fixtures::group(name, members)).status(201).at("/id")
    }

    /// Creates a device and returns its id.
    #[track_caller]
    pub fn create_device(&self, serial: &str) -> String {
        self.post("/Devices", &fixtures::device(serial)).status(201).at("/id")
    }

    /// The ids of a group's members, sorted.
    #[track_caller]
    pub fn members(&self, group: &str) -> Vec<String> {
        let group = self.get(&format!("/Groups/{group}"));
        let members = group.status(200).json()["members"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<String> =
            members.iter().map(|m| m["value"].as_str().expect("a member's value").to_owned()).collect();
        ids.sort_unstable();
        ids
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    address: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// Sets a header, in the place of what it was.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a header, beside what is there.
    #[must_use]
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives it a body as it stands.
    #[must_use]
    pub fn raw(self, body: impl Into<Vec<u8>>) -> Self {
        let mut request = self.header("Content-Type", "application/scim+json");
        request.body = Some(body.into());
        request
    }

    /// Gives it a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.raw(body.to_string())
    }

    /// The bytes of its head, with the empty line, and what `Content-Length` says.
    pub fn head(&self, content_length: Option<usize>) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = content_length {
            head.push_str(&format!("Content-Length: {length}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Sends it and reads the answer.
    ///
    /// # Errors
    /// When there is no whole answer, as when the server is killed.
    pub fn try_send(&self) -> io::Result<Answer> {
        self.try_send_over(&mut Connection::open(self.address)?)
    }

    /// Sends it over a connection that is there and reads the answer.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn try_send_over(&self, connection: &mut Connection) -> io::Result<Answer> {
        let has_body = matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        let length = self.body.as_ref().map(Vec::len).or(has_body.then_some(0));
        let mut bytes = self.head(length);
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        let sent = connection.send(&bytes);
        // A server may answer before it has read everything: the answer counts, not the failed write.
        let asked = format!("{} {}", self.method, self.path);
        connection.answer(&asked).map_err(|e| sent.err().unwrap_or(e))
    }

    /// Sends it and reads the answer, which must come.
    #[track_caller]
    pub fn send(&self) -> Answer {
        self.try_send().unwrap_or_else(|e| panic!("no answer to {} {}: {e}", self.method, self.path))
    }
}

/// Percent-encodes a text for a query string.
pub fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
