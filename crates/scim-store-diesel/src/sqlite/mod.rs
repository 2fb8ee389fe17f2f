//! SQLite: one file, one writer thread, many readers.

mod open;
mod ownership;
mod readers;
mod writer;

pub(crate) use open::open_writer;
pub(crate) use ownership::Ownership;
pub(crate) use readers::Readers;
pub(crate) use writer::{Writer, WriterSettings};

/// The connection that the shared queries use.
pub(crate) type Conn = diesel::sqlite::SqliteConnection;
/// Its backend.
pub(crate) type Db = diesel::sqlite::Sqlite;

#[path = "../queries/mod.rs"]
pub(crate) mod queries;
