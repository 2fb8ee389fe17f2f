//! Every query, written once for a connection type that the parent module names.

pub(crate) mod changes;
pub(crate) mod columns;
pub(crate) mod counts;
pub(crate) mod filter;
pub(crate) mod keys;
pub(crate) mod layout;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod members;
pub(crate) mod reads;
pub(crate) mod relations;
pub(crate) mod resources;
pub(crate) mod state;
pub(crate) mod tenants;
pub(crate) mod tokens;
pub(crate) mod unique;

use super::{Conn, Db, GROUP_ID_TEXT, MEMBER_ID_TEXT, RESOURCE_ID_TEXT, lower, text_length, text_position};
