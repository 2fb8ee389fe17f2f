//! The kit that drives the real `scimd` binary.
//!
//! A test starts a [`Server`] on a data directory and ports of its own, speaks HTTP to it through a
//! [`Client`], runs commands through its [`Cli`] and reads what it said on standard error. A step that
//! does not go as it must panics with the request and the answer, so a test reads as what it demands:
//!
//! ```no_run
//! use scimd_tests::{Server, user};
//!
//! let server = Server::start();
//! let scim = server.client();
//! let ann = scim.create_user("ann");
//! scim.get(&format!("/Users/{ann}")).status(200);
//! scim.post("/Users", &user("ann")).scim_error(409, Some("uniqueness"));
//! ```
//!
//! Waiting is always for a condition with a deadline ([`PATIENCE`]); nothing here sleeps for a time.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test kit: a step that fails must stop the test"
)]

mod answer;
mod binary;
mod cli;
mod client;
mod connection;
mod fixtures;
mod lines;
mod process;
mod random;
mod server;
mod session;
mod trace;

pub use answer::Answer;
pub use binary::binary;
pub use cli::{Cli, Finished};
pub use client::{Client, Request, encode};
pub use connection::Connection;
pub use fixtures::{CONTOSO, DEVICE, ENTERPRISE, GROUP, USER};
pub use fixtures::{
    add_members, block_rule, definition, device, group, patch, remove_member, replace, search, user,
};
pub use lines::Lines;
pub use process::Process;
pub use random::Random;
pub use server::{Server, ServerBuilder};
pub use session::Session;
pub use trace::Trace;

use std::time::Duration;

/// How long a test waits for something that must happen. Long, because a busy machine is no failure.
pub const PATIENCE: Duration = Duration::from_secs(60);
