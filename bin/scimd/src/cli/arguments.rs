//! The arguments, with an example for each command.

use super::log_arguments::LogTask;
use crate::home::Home;
use crate::logging::LogFormat;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// A SCIM 2.0 service provider that turns directory groups into live policy.
#[derive(Debug, Parser)]
#[command(name = "scimd", version, after_help = "First run:  scimd quickstart")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) home: Home,
    /// The form of log lines on standard error.
    #[arg(long, global = true, env = "SCIMD_LOG_FORMAT", default_value = "auto", value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// First run in one step: database, tenant `default`, token, serve, and a line to try.
    #[command(after_help = "Example:  scimd quickstart")]
    Quickstart(ServeOptions),
    /// Serve. Creates an empty database and the tenant `default` on the first start.
    #[command(
        after_help = "Example:  scimd --data-dir /var/lib/scimd serve --public-url https://scim.example.com"
    )]
    Serve(ServeOptions),
    /// Organisations that share the endpoint.
    #[command(subcommand)]
    Tenant(TenantTask),
    /// Tokens that identity providers use.
    #[command(subcommand)]
    Token(TokenTask),
    /// API keys of provisioned users, for the gateway.
    #[command(subcommand)]
    Key(KeyTask),
    /// The rules that decide gateway requests.
    #[command(subcommand)]
    Policy(PolicyTask),
    /// The provisioning log: what was asked for, and what became of it.
    #[command(subcommand)]
    Log(LogTask),
}

/// How to serve.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// Where SCIM is served.
    #[arg(long, env = "SCIMD_BIND", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) bind: SocketAddr,
    /// Where the gateway check and health are served; keep it inside.
    #[arg(long, env = "SCIMD_ADMIN_BIND", default_value = "127.0.0.1:8081", value_name = "ADDRESS")]
    pub(crate) admin_bind: SocketAddr,
    /// The address that clients use, without `/scim/v2`; default: the bound address.
    #[arg(long, env = "SCIMD_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Serve plain HTTP beyond this machine, as behind a proxy that speaks HTTPS.
    #[arg(long, env = "SCIMD_ALLOW_HTTP")]
    pub(crate) allow_http: bool,
    /// The seconds in which a request's body must have arrived.
    #[arg(long, env = "SCIMD_BODY_TIMEOUT", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) body_timeout: u64,
    /// The days that lines of the provisioning log are kept.
    #[arg(long, env = "SCIMD_LOG_RETENTION", default_value_t = 90, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) log_retention: u32,
}

/// Commands on tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum TenantTask {
    /// Create a tenant.
    #[command(after_help = "Example:  scimd tenant create acme --profile entra unknown_members=reject")]
    Create {
        /// Its name: lower-case letters, digits and hyphens.
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// List the tenants.
    #[command(after_help = "Example:  scimd tenant list --json")]
    List(Json),
    /// Show a tenant and its settings.
    #[command(after_help = "Example:  scimd tenant show acme")]
    Show {
        /// Its name.
        name: String,
        #[command(flatten)]
        json: Json,
    },
    /// Change settings of a tenant.
    #[command(after_help = "Example:  scimd tenant set acme provisioning=off")]
    Set {
        /// Its name.
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Enable a suspended tenant.
    #[command(after_help = "Example:  scimd tenant enable acme")]
    Enable {
        /// Its name.
        name: String,
    },
    /// Suspend a tenant: SCIM answers 403, the gateway 401.
    #[command(after_help = "Example:  scimd tenant disable acme")]
    Disable {
        /// Its name.
        name: String,
    },
}

/// Settings as `key=value`.
#[derive(Debug, Args)]
pub(crate) struct Settings {
    /// Which readings apply where identity providers and the RFC differ: `entra` or `rfc7644`.
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Settings, such as `provisioning=off` or `unknown_attributes=ignore`.
    #[arg(value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) pairs: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("takes KEY=VALUE, such as provisioning=off")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Whether to answer in JSON.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Json {
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Commands on tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenTask {
    /// Make a token and print it, this once.
    #[command(
        after_help = "Example:  scimd token create --tenant acme --label \"Entra ID\" --out entra.token"
    )]
    Create {
        /// The tenant that it opens.
        #[arg(long)]
        tenant: String,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// In how many days it ends.
        #[arg(long, default_value_t = 365, value_name = "DAYS")]
        expires: u32,
        /// What it permits: `scim` or `scim:read`.
        #[arg(long, default_value = "scim")]
        scope: String,
        /// Write it to a new file that only its owner can read.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List the tokens of a tenant; the tokens themselves are stored nowhere.
    #[command(after_help = "Example:  scimd token list --tenant acme")]
    List {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        json: Json,
    },
    /// Revoke a token, at once.
    #[command(after_help = "Example:  scimd token revoke --tenant acme 7Gk2mPq9Xa")]
    Revoke {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// The accessor, as `token list` shows it.
        accessor: String,
    },
}

/// Commands on API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyTask {
    /// Make an API key of a provisioned user and print it, this once.
    #[command(after_help = "Example:  scimd key create --tenant acme --user ann@contoso.test")]
    Create {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// The user's userName.
        #[arg(long, value_name = "USERNAME")]
        user: String,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// In how many days it ends; without it, never.
        #[arg(long, value_name = "DAYS")]
        expires: Option<u32>,
        /// Write it to a new file that only its owner can read.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// List the API keys of a tenant; the keys themselves are stored nowhere.
    #[command(after_help = "Example:  scimd key list --tenant acme")]
    List {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        json: Json,
    },
    /// Revoke an API key, at once.
    #[command(after_help = "Example:  scimd key revoke --tenant acme 0199a5b2-6c1e-7d3f-8a4b-5c6d7e8f9a0b")]
    Revoke {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// The id, as `key list` shows it.
        id: String,
    },
}

/// Commands on policy.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyTask {
    /// Check a policy document and put it in force.
    #[command(after_help = "Example:  scimd policy apply --tenant acme rules.json")]
    Apply {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        /// The document, JSON; `-` reads standard input.
        file: PathBuf,
    },
    /// Show the policy document in force.
    #[command(after_help = "Example:  scimd policy show --tenant acme")]
    Show {
        /// The tenant.
        #[arg(long)]
        tenant: String,
        #[command(flatten)]
        json: Json,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent_and_every_command_has_an_example() {
        Cli::command().debug_assert();
        fn check(command: &clap::Command) {
            let leaves: Vec<_> = command.get_subcommands().collect();
            if leaves.is_empty() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Example:"), "{} has no example", command.get_name());
            }
            leaves.into_iter().for_each(check);
        }
        check(&Cli::command());
    }
}
