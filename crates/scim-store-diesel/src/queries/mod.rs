//! Every query, written once for a connection type that the parent module names.

pub(crate) mod changes;
pub(crate) mod filter;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod members;
pub(crate) mod resources;
pub(crate) mod state;
pub(crate) mod tenants;
pub(crate) mod tokens;

use super::{Conn, Db};
