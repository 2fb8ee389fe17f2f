//! A client that keeps its connection, as those do that have much to say.

use crate::answer::Answer;
use crate::client::{Client, Request};
use crate::connection::Connection;
use serde_json::Value;
use std::cell::RefCell;

/// A [`Client`] whose requests go over one connection, one after the other.
///
/// It opens another when the server ends the connection with an answer.
pub struct Session {
    client: Client,
    connection: RefCell<Option<Connection>>,
}

impl Session {
    /// A session of a client. It connects with its first request.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), connection: RefCell::new(None) }
    }

    /// A request, ready to be changed and sent by [`Session::send`].
    pub fn request(&self, method: &str, path: &str) -> Request {
        self.client.request(method, path).header("Connection", "keep-alive")
    }

    /// Sends a request of this session and reads the answer, which must come.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn send(&self, request: &Request) -> Answer {
        let mut place = self.connection.borrow_mut();
        let connection = match &mut *place {
            Some(connection) => connection,
            none => none.insert(Connection::open(self.client.address()).expect("a connection")),
        };
        let answer = request.try_send_over(connection).unwrap_or_else(|e| panic!("no answer: {e}"));
        if answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            *place = None;
        }
        answer
    }

    /// Reads.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send(&self.request("GET", path))
    }

    /// Creates.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&self.request("POST", path).json(body))
    }

    /// Replaces.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(&self.request("PUT", path).json(body))
    }

    /// Changes.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(&self.request("PATCH", path).json(body))
    }

    /// Deletes.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send(&self.request("DELETE", path))
    }
}
