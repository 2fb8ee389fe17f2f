//! The readers: a pool of connections that cannot write.

use super::Conn;
use super::open::uri;
use crate::error::{OpenError, StoreError};
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Error};
use r2d2::{CustomizeConnection, Pool, PooledConnection};
use std::path::Path;
use std::time::Duration;

/// Connections for reading. A small page cache each, enough for the index of fifty thousand names: memory
/// must not grow with the pool.
const READER_SETTINGS: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA query_only = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -4096;
";

#[derive(Debug)]
struct ReadOnly;

impl CustomizeConnection<Conn, Error> for ReadOnly {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), Error> {
        conn.batch_execute(READER_SETTINGS).map_err(Error::QueryError)
    }
}

/// A pool of reading connections.
#[derive(Clone)]
pub(crate) struct Readers {
    pool: Pool<ConnectionManager<Conn>>,
}

impl Readers {
    /// Opens `size` connections to an existing database.
    pub(crate) fn open(path: &Path, size: u32, wait: Duration) -> Result<Self, OpenError> {
        let io = |reason: String| OpenError::Io { path: path.to_owned(), reason };
        let pool = Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .connection_timeout(wait)
            .connection_customizer(Box::new(ReadOnly))
            .build(ConnectionManager::new(uri(path)?))
            .map_err(|e| io(e.to_string()))?;
        Ok(Self { pool })
    }

    /// A connection, as soon as one is free.
    pub(crate) fn get(&self) -> Result<PooledConnection<ConnectionManager<Conn>>, StoreError> {
        self.pool.get().map_err(|e| StoreError::Pool(e.to_string()))
    }
}
