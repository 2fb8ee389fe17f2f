//! How a command fails: a text for people and an exit code for scripts.

use scim_service::OpenError;
use scim_service::admin::{CommandError, Failure};
use std::fmt;
use std::process::ExitCode;

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failed {
    code: u8,
    message: String,
}

impl Failed {
    /// Something went wrong (exit code 1).
    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// The arguments cannot be meant (exit code 2).
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// The configuration cannot be (exit code 3).
    pub(crate) fn config(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }

    /// The store cannot be used (exit code 4).
    pub(crate) fn store(message: impl Into<String>) -> Self {
        Self { code: 4, message: message.into() }
    }

    /// What was named is not there (exit code 5).
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self { code: 5, message: message.into() }
    }

    /// Says it on standard error.
    #[expect(clippy::print_stderr, reason = "the last word of a command belongs on the terminal")]
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("scimd: {}", self.message);
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<OpenError> for Failed {
    fn from(error: OpenError) -> Self {
        Self::store(error.to_string())
    }
}

impl From<CommandError> for Failed {
    fn from(error: CommandError) -> Self {
        let code = match error.failure {
            Failure::Invalid => 1,
            Failure::Unavailable => 4,
            Failure::NotFound => 5,
            Failure::Conflict => 6,
        };
        Self { code, message: error.message }
    }
}
