//! The arguments of `scimd log`.

use super::arguments::Json;
use clap::{Args, Subcommand};
use scim_service::admin::{LogQuery, LogTime, Statuses};
use std::str::FromStr;

/// Commands on the provisioning log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogTask {
    /// List lines, newest first.
    #[command(
        after_help = "Example:  scimd log list --tenant acme --user ann@contoso.test --status refused --since 7d"
    )]
    List {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        wanted: WantedLines,
        /// The most lines to list.
        #[arg(long, default_value_t = 50, value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        #[command(flatten)]
        json: Json,
    },
    /// Show everything that is known of a request.
    #[command(after_help = "Example:  scimd log show --tenant acme 0199a5b26c1e7d3f8a4b5c6d7e8f9a0b")]
    Show {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// The request, as the header `X-Request-Id` of its answer named it.
        request_id: String,
        #[command(flatten)]
        json: Json,
    },
    /// Show the newest lines, oldest first, and follow what comes.
    #[command(after_help = "Example:  scimd log tail --tenant acme --follow")]
    Tail {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// How many lines to begin with.
        #[arg(long, default_value_t = 10, value_name = "LINES", value_parser = clap::value_parser!(u32).range(0..=1000))]
        lines: u32,
        /// Go on with what the running server writes, until Ctrl-C.
        #[arg(long, short)]
        follow: bool,
        /// One JSON object on each line.
        #[arg(long)]
        json: bool,
    },
    /// Show how often tokens read, minute by minute: reads that find something leave no lines.
    #[command(after_help = "Example:  scimd log reads --tenant acme --since 1h")]
    Reads {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// From when on: a time, a date, or how long ago, such as `30m`.
        #[arg(long, value_name = "TIME", value_parser = readable::<LogTime>)]
        since: Option<String>,
        #[command(flatten)]
        json: Json,
    },
    /// Write all lines as JSON, one object on each line, oldest first.
    #[command(after_help = "Example:  scimd log export --tenant acme --since 2026-01-01 > acme.ndjson")]
    Export {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        wanted: WantedLines,
    },
}

/// Which lines are wanted; all that is given must hold.
#[derive(Debug, Clone, Args)]
pub(crate) struct WantedLines {
    /// A part of a userName or displayName.
    #[arg(long, visible_alias = "user", value_name = "TEXT")]
    target: Option<String>,
    /// The id of a resource.
    #[arg(long, value_name = "RESOURCE-ID", value_parser = id)]
    id: Option<String>,
    /// A request, as the header `X-Request-Id` of its answer named it.
    #[arg(long, value_name = "REQUEST-ID")]
    request_id: Option<String>,
    /// A status such as `409`, a class such as `4xx`, or `refused` or `done`.
    #[arg(long, value_parser = readable::<Statuses>)]
    status: Option<String>,
    /// A part of the action, such as `deactivate`.
    #[arg(long, value_name = "TEXT")]
    action: Option<String>,
    /// From when on: a time such as `2026-01-31T09:30:00Z`, a date, or how long ago: `30m`, `2h`, `7d`.
    #[arg(long, value_name = "TIME", value_parser = readable::<LogTime>)]
    since: Option<String>,
    /// Until when, in the same form.
    #[arg(long, value_name = "TIME", value_parser = readable::<LogTime>)]
    until: Option<String>,
}

/// A text as it is, if it can be read.
fn readable<T: FromStr<Err = String>>(text: &str) -> Result<String, String> {
    text.parse::<T>().map(|_| text.to_owned())
}

fn id(text: &str) -> Result<String, String> {
    let query = LogQuery { id: Some(text.to_owned()), ..LogQuery::default() };
    query.check(0).map(|()| text.to_owned()).map_err(|error| error.message)
}

impl From<WantedLines> for LogQuery {
    fn from(wanted: WantedLines) -> Self {
        let WantedLines { target, id, request_id, status, action, since, until } = wanted;
        Self { since, until, request_id, id, target, action, status }
    }
}
