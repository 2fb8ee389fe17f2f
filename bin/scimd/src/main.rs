//! scimd: a multi-tenant SCIM 2.0 service provider that turns directory groups into live policy.

mod cli;
mod control;
mod home;
mod housekeeping;
mod http;
mod logging;
mod serve;

use clap::Parser;
use cli::{Cli, Task};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format);
    let done = match cli.task {
        Task::Serve(options) => serve::run(&cli.home, &options, serve::Start::Serve),
        Task::Quickstart(options) => serve::run(&cli.home, &options, serve::Start::Quickstart),
        Task::Log(task) => cli::read_log(&cli.home, task),
        other => cli::administer(&cli.home, other),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
