//! Commands and a running server: one process owns the database, the others ask it.
//!
//! A server listens on a Unix socket that only its user can reach; a command connects to it, or
//! opens the database itself when nobody does. A message is one line of JSON each way.

mod client;
mod place;
mod server;

pub(crate) use server::ControlServer;

use crate::cli::Failed;
use crate::home::Home;
use scim_service::admin::{Command, CommandError, Reply};
use scim_service::{Service, ServiceConfig, StoreConfig};
use serde::{Deserialize, Serialize};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

/// The version of the messages. Both sides must have the same.
const PROTOCOL: u32 = 2;

/// The longest message, in bytes. A policy document of 1 MiB fits, escaped.
const MAX_MESSAGE: u64 = 8 << 20;

#[derive(Serialize, Deserialize)]
struct Question {
    protocol: u32,
    command: Command,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Response {
    Reply(Reply),
    Failed(CommandError),
    OtherVersion(String),
    BadQuestion(String),
}

/// Commands on a data directory: done by the server that owns it, or else here.
pub(crate) enum Session {
    /// A server runs. Each command has a connection of its own; the first is open already.
    Server(PathBuf, Option<UnixStream>),
    /// No server runs.
    Here(Box<Service>),
}

impl Session {
    /// Finds the server or opens the database, which may be made if the command `creates` something.
    pub(crate) fn open(home: &Home, creates: bool) -> Result<Self, Failed> {
        let data_dir = &home.data_dir;
        if let Some(stream) = client::connect(data_dir)? {
            return Ok(Self::Server(data_dir.clone(), Some(stream)));
        }
        if !creates && !StoreConfig::new(data_dir).database_path().exists() {
            return Err(Failed::store(format!(
                "there is no database in {}; is --data-dir right? `scimd serve` creates one",
                data_dir.display()
            )));
        }
        let config = ServiceConfig { store: home.store_config()?, base_url: String::new() };
        Ok(Self::Here(Box::new(Service::open(&config)?)))
    }

    /// Whether a server does the commands.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self, Self::Server(..))
    }

    /// Has a command done; `None` when the server has stopped since the last one.
    pub(crate) fn ask(&mut self, command: Command) -> Result<Option<Reply>, Failed> {
        let (data_dir, first) = match self {
            Self::Here(service) => return Ok(Some(service.execute(command)?)),
            Self::Server(data_dir, first) => (data_dir, first),
        };
        let stream = match first.take() {
            None => client::connect(data_dir)?,
            first => first,
        };
        stream.map(|stream| client::ask(stream, command)).transpose()
    }

    /// Has a command done.
    pub(crate) fn execute(&mut self, command: Command) -> Result<Reply, Failed> {
        self.ask(command)?.ok_or_else(|| Failed::store("the running server has stopped; try again"))
    }
}
