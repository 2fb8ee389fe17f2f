//! Refusals before a use case begins: written down for the administrator, as those of use cases are.

use super::State;
use super::error::ApiError;
use scim_service::{Asked, Caller};
use std::time::Instant;

/// What a caller asks for, from the moment that they are known.
pub(super) struct Noting<'a> {
    state: &'a State,
    caller: &'a Caller,
    asked: Asked<'a>,
    started: Instant,
}

impl<'a> Noting<'a> {
    pub(super) fn new(state: &'a State, caller: &'a Caller, asked: Asked<'a>) -> Self {
        Self { state, caller, asked, started: Instant::now() }
    }

    /// Hands a result on; a refusal gets a line in the provisioning log.
    pub(super) fn note<T>(&self, result: Result<T, impl Into<ApiError>>) -> Result<T, ApiError> {
        result.map_err(|error| self.refuse(error.into()))
    }

    /// Writes a refusal down and hands it on.
    pub(super) fn refuse(&self, error: ApiError) -> ApiError {
        let (verdict, reason) = (error.verdict(), error.to_string());
        self.state.service.note_refused(self.caller, self.asked, verdict, &reason, self.started);
        error
    }
}
