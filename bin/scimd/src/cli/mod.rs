//! The command line: what can be asked, how it is answered, how it fails.

mod administer;
mod arguments;
mod failure;
mod log;
mod log_arguments;
mod show;

pub(crate) use administer::administer;
pub(crate) use arguments::{Cli, ServeOptions, Task};
pub(crate) use failure::Failed;
pub(crate) use log::read_log;
