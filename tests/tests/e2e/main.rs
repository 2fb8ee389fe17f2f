//! End-to-end suites: the real binary, over HTTP and on the command line.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step must stop the test")]

mod answers;
mod arrows;
mod bulk;
mod characteristics;
mod commands;
mod conditional;
mod conformance;
mod crash;
mod crowds;
mod cursors;
mod definitions;
mod demands;
mod discovery;
mod durability;
mod enforcement;
mod errors;
mod filtering;
mod gateway;
mod limits;
mod log_commands;
mod log_lines;
mod matrix;
mod metrics;
mod paging;
mod parallel;
mod projecting;
mod races;
mod redefining;
mod retries;
mod routes;
mod schemas;
mod searching;
mod secrets;
mod separation;
mod shutdown;
mod sorting;
mod tenancy;
mod versions;
mod wire;
