//! What can go wrong in storage.

use crate::ids::{Kind, ResourceId};
use std::path::PathBuf;

/// A failed request to the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique value is held by another resource of the tenant.
    #[error("`{attribute}` is taken by the resource {id}")]
    Taken {
        /// The attribute, in the schema's spelling.
        attribute: String,
        /// The type of the resources.
        kind: Kind,
        /// The resource that holds the value.
        id: ResourceId,
    },
    /// There is no such row in the tenant.
    #[error("not found")]
    NotFound,
    /// A tenant of that name exists.
    #[error("a tenant named `{0}` exists")]
    TenantExists(String),
    /// A document is larger than documents may be; nothing was written.
    #[error("a document is larger than {most} bytes")]
    TooLarge {
        /// The most bytes that it may have.
        most: usize,
    },
    /// More writes wait than the queue holds; nothing was done.
    #[error("too many writes are waiting")]
    Overloaded,
    /// The write was not made durable; nothing of it is kept. Where the writer stopped for a failure
    /// of its own, nobody may rely on the write: what the next start finds of it is in force.
    #[error("the write could not be made durable: {0}")]
    NotDurable(String),
    /// The resource at which a page ended is not among the matches any longer, so that there is no
    /// telling what comes after it.
    #[error("the place in the list is gone")]
    PlaceGone,
    /// A list took longer than lists may take, or more memory.
    #[error("the list took too long")]
    TooMuchWork,
    /// No connection could be had.
    #[error("no database connection: {0}")]
    Pool(String),
    /// The database said no.
    #[error("database error: {0}")]
    Database(#[from] diesel::result::Error),
    /// A row does not hold what it must.
    #[error("a stored row is damaged: {0}")]
    Damaged(String),
    /// The work of a request panicked; it was undone.
    #[error("the work of a request panicked and was undone")]
    Panicked,
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its directory cannot be used.
    #[error("cannot open {}: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another process owns the data directory.
    #[error("{} is in use by another scimd (process {owner}); stop it first, or use another --data-dir", path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The process that owns it, as it wrote itself down.
        owner: String,
    },
    /// The database was written by a newer version.
    #[error("{} was written by a newer scimd (migration {found}); run that version or restore a backup", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The newest migration found in it.
        found: String,
    },
    /// Resources have equal values of an attribute that is to be unique from now on.
    #[error("`{attribute}` of {resource_type} cannot be unique: {} and {} have the same value; change one of them, \
             or its schema", ids[0], ids[1])]
    Duplicate {
        /// The resource type.
        resource_type: String,
        /// The attribute.
        attribute: String,
        /// Two resources of one tenant.
        ids: [ResourceId; 2],
    },
    /// A migration failed; the database is as it was before it.
    #[error("migrating {} failed: {reason}", path.display())]
    Migration {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}
