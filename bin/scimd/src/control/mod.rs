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

/// The version of the messages. Both sides must have the same.
const PROTOCOL: u32 = 1;

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

/// Has a command done: by the server that owns the data directory, or else here.
pub(crate) fn execute(home: &Home, command: Command) -> Result<Reply, Failed> {
    let data_dir = &home.data_dir;
    if let Some(stream) = client::connect(data_dir)? {
        return client::ask(stream, command);
    }
    if !may_create(&command) && !StoreConfig::new(data_dir).database_path().exists() {
        return Err(Failed::store(format!(
            "there is no database in {}; is --data-dir right? `scimd serve` creates one",
            data_dir.display()
        )));
    }
    let config = ServiceConfig { store: home.store_config()?, base_url: String::new() };
    let service = Service::open(&config)?;
    Ok(service.execute(command)?)
}

/// Whether a command makes sense on an empty database.
fn may_create(command: &Command) -> bool {
    matches!(command, Command::TenantCreate { .. })
}
