//! The administrator's commands, as data: the same on the command line, through a running server's
//! control socket and in the portal.

mod keys;
mod log;
mod log_query;
mod log_reads;
mod policy;
mod tenants;
mod tokens;

pub use keys::{KeyView, NewKey};
pub use log::{Earlier, FollowedLines, LinePlace, LogLines, LogView};
pub use log_query::{LogQuery, LogTime, Statuses};
pub use log_reads::{ReadsPage, ReadsView};
pub use policy::{PolicyApplied, PolicyView};
pub use tenants::{TenantView, check_tenant_name};
pub use tokens::{NewToken, TokenView};

use crate::service::Service;
use scim_store_diesel::{StoreError, TenantRow};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an administrator asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Creates a tenant.
    TenantCreate {
        /// Its name.
        name: String,
        /// Settings that differ from the defaults.
        settings: Vec<(String, String)>,
    },
    /// Lists the tenants.
    TenantList,
    /// Shows a tenant.
    TenantShow {
        /// Its name.
        name: String,
    },
    /// Changes settings of a tenant.
    TenantSet {
        /// Its name.
        name: String,
        /// The settings to change.
        settings: Vec<(String, String)>,
    },
    /// Enables or suspends a tenant.
    TenantEnable {
        /// Its name.
        name: String,
        /// Whether it is to be enabled.
        enabled: bool,
    },
    /// Makes a token.
    TokenCreate {
        /// The tenant that it opens.
        tenant: String,
        /// What it is for.
        label: String,
        /// In how many days it ends.
        expires_days: u32,
        /// What it permits.
        scope: String,
    },
    /// Lists the tokens of a tenant.
    TokenList {
        /// The tenant.
        tenant: String,
    },
    /// Revokes a token.
    TokenRevoke {
        /// The tenant.
        tenant: String,
        /// The accessor.
        accessor: String,
    },
    /// Makes an API key of a provisioned user.
    KeyCreate {
        /// The tenant.
        tenant: String,
        /// The user's userName.
        user: String,
        /// What it is for.
        label: String,
        /// In how many days it ends; `None`: never.
        expires_days: Option<u32>,
    },
    /// Lists the API keys of a tenant.
    KeyList {
        /// The tenant.
        tenant: String,
    },
    /// Revokes an API key.
    KeyRevoke {
        /// The tenant.
        tenant: String,
        /// The id of the key.
        id: String,
    },
    /// Puts a policy document in force.
    PolicyApply {
        /// The tenant.
        tenant: String,
        /// The document, as JSON text.
        document: String,
    },
    /// Shows the policy document in force.
    PolicyShow {
        /// The tenant.
        tenant: String,
    },
    /// Reads lines of the provisioning log.
    LogRead {
        /// The tenant.
        tenant: String,
        /// Which lines.
        query: LogQuery,
        /// Whether the oldest come first.
        oldest_first: bool,
        /// Where to go on, as the answer before said it.
        from: Option<LinePlace>,
        /// The most lines of this answer, which may have fewer.
        limit: u32,
    },
    /// Reads the newest lines of the provisioning log, oldest first.
    LogTail {
        /// The tenant.
        tenant: String,
        /// How many; the answer may have fewer and say where to go on.
        lines: u32,
        /// Where to go on to older ones, as the answer before said it.
        earlier: Option<Earlier>,
    },
    /// Reads how often tokens read, minute by minute, oldest first.
    LogReads {
        /// The tenant.
        tenant: String,
        /// From when on, in the words of [`LogQuery::since`].
        since: Option<String>,
        /// The last minute and accessor of the answer before, to go on from.
        after: Option<(i64, String)>,
    },
    /// Reads the lines that were written after those of an earlier answer.
    LogFollow {
        /// The tenant.
        tenant: String,
        /// What the answer before said.
        after: i64,
    },
}

/// What an administrator is answered.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "reply", content = "value", rename_all = "snake_case")]
pub enum Reply {
    /// It is done.
    Done,
    /// A tenant.
    Tenant(TenantView),
    /// Tenants, by name.
    Tenants(Vec<TenantView>),
    /// A new token, shown this once.
    NewToken(NewToken),
    /// Tokens, oldest first.
    Tokens(Vec<TokenView>),
    /// A new API key, shown this once.
    NewKey(NewKey),
    /// API keys, oldest first.
    Keys(Vec<KeyView>),
    /// A policy document was put in force.
    PolicyApplied(PolicyApplied),
    /// A policy document.
    Policy(PolicyView),
    /// Lines of the provisioning log.
    Log(LogLines),
    /// Lines of the provisioning log, and how to follow it.
    LogTail(FollowedLines),
    /// How often tokens read.
    LogReads(ReadsPage),
}

/// The kinds of failure of a command, for exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// What was asked for cannot be.
    Invalid,
    /// What was named is not there.
    NotFound,
    /// It is there already.
    Conflict,
    /// The store did not do its work.
    Unavailable,
}

/// Why a command failed, in words for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandError {
    /// The kind of failure.
    pub failure: Failure,
    /// What to tell the administrator.
    pub message: String,
}

impl CommandError {
    pub(crate) fn new(failure: Failure, message: impl Into<String>) -> Self {
        Self { failure, message: message.into() }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CommandError {}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let failure = match &error {
            StoreError::TenantExists(_) | StoreError::Taken { .. } => Failure::Conflict,
            StoreError::NotFound => Failure::NotFound,
            StoreError::Overloaded
            | StoreError::NotDurable(_)
            | StoreError::Pool(_)
            | StoreError::Database(_)
            | StoreError::Damaged(_)
            | StoreError::TooMuchWork
            | StoreError::TooLarge { .. }
            | StoreError::PlaceGone
            | StoreError::Panicked => Failure::Unavailable,
        };
        Self::new(failure, error.to_string())
    }
}

impl From<crate::token::NoRandomness> for CommandError {
    fn from(error: crate::token::NoRandomness) -> Self {
        Self::new(Failure::Unavailable, error.to_string())
    }
}

impl From<crate::settings::SettingError> for CommandError {
    fn from(error: crate::settings::SettingError) -> Self {
        Self::new(Failure::Invalid, error.to_string())
    }
}

impl Service {
    /// Does what an administrator asks for. Blocks until it is durable.
    ///
    /// # Errors
    /// With a text for the administrator; nothing was changed then.
    pub fn execute(&self, command: Command) -> Result<Reply, CommandError> {
        match command {
            Command::TenantCreate { name, settings } => {
                self.create_tenant(&name, &settings).map(Reply::Tenant)
            }
            Command::TenantList => self.list_tenants().map(Reply::Tenants),
            Command::TenantShow { name } => self.show_tenant(&name).map(Reply::Tenant),
            Command::TenantSet { name, settings } => self.set_tenant(&name, &settings).map(Reply::Tenant),
            Command::TenantEnable { name, enabled } => self.enable_tenant(&name, enabled).map(Reply::Tenant),
            Command::TokenCreate { tenant, label, expires_days, scope } => {
                self.create_token(&tenant, &label, expires_days, &scope).map(Reply::NewToken)
            }
            Command::TokenList { tenant } => self.list_tokens(&tenant).map(Reply::Tokens),
            Command::TokenRevoke { tenant, accessor } => {
                self.revoke_token(&tenant, &accessor).map(|()| Reply::Done)
            }
            Command::KeyCreate { tenant, user, label, expires_days } => {
                self.create_key(&tenant, user, &label, expires_days).map(Reply::NewKey)
            }
            Command::KeyList { tenant } => self.list_keys(&tenant).map(Reply::Keys),
            Command::KeyRevoke { tenant, id } => self.revoke_key(&tenant, &id).map(|()| Reply::Done),
            Command::PolicyApply { tenant, document } => {
                self.apply_policy(&tenant, &document).map(Reply::PolicyApplied)
            }
            Command::PolicyShow { tenant } => self.show_policy(&tenant).map(Reply::Policy),
            Command::LogRead { tenant, query, oldest_first, from, limit } => {
                self.read_log(&tenant, &query, oldest_first, from, limit).map(Reply::Log)
            }
            Command::LogTail { tenant, lines, earlier } => {
                self.tail_log(&tenant, lines, earlier).map(Reply::LogTail)
            }
            Command::LogReads { tenant, since, after } => {
                self.log_reads(&tenant, since.as_deref(), after).map(Reply::LogReads)
            }
            Command::LogFollow { tenant, after } => self.follow_log(&tenant, after).map(Reply::LogTail),
        }
    }

    /// The tenant of a name, with a hint when there is none.
    pub(crate) fn tenant_named(&self, name: &str) -> Result<TenantRow, CommandError> {
        match self.store().tenant_named(name) {
            Err(StoreError::NotFound) => {
                let all = self.store().tenants()?;
                let near = scim_core::name::did_you_mean(name, all.iter().map(|t| t.name.as_str()));
                let hint = near.map_or_else(
                    || "`scimd tenant list` shows those that exist".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(CommandError::new(Failure::NotFound, format!("no tenant `{name}`; {hint}")))
            }
            other => Ok(other?),
        }
    }
}

/// Milliseconds since 1970 as RFC 3339 text.
pub(crate) fn instant(ms: i64) -> String {
    let instant = chrono::DateTime::<chrono::Utc>::from_timestamp_millis(ms).unwrap_or_default();
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The end of something that lives for a number of days.
pub(crate) fn in_days(now_ms: i64, days: u32) -> i64 {
    now_ms.saturating_add(i64::from(days) * 86_400_000)
}

/// A label, kept short and on one line.
pub(crate) fn check_label(label: &str) -> Result<(), CommandError> {
    if label.chars().count() > 200 || label.chars().any(char::is_control) {
        return Err(CommandError::new(
            Failure::Invalid,
            "a label holds at most 200 characters and no control characters",
        ));
    }
    Ok(())
}
