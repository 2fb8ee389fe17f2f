//! Tokens: made once, shown once, revoked at once.

use super::{CommandError, Failure, check_label, in_days, instant};
use crate::caller::Scope;
use crate::secret::Secret;
use crate::service::Service;
use crate::token::generate;
use scim_store_diesel::{StoreError, TokenRow};
use serde::{Deserialize, Serialize};

/// The longest life of a token, in days.
const MAX_DAYS: u32 = 730;

/// A new token.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewToken {
    /// The token itself, which is stored nowhere.
    pub token: Secret,
    /// Its public part.
    pub accessor: String,
    /// When it ends.
    pub expires: String,
}

/// A token, by what may be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// Its public part.
    pub accessor: String,
    /// What it is for.
    pub label: String,
    /// What it permits, separated by blanks.
    pub scopes: String,
    /// When it was made.
    pub created: String,
    /// When it ends.
    pub expires: Option<String>,
    /// When it was revoked.
    pub revoked: Option<String>,
    /// When it was last used, to about a minute.
    pub last_used: Option<String>,
}

impl From<TokenRow> for TokenView {
    fn from(row: TokenRow) -> Self {
        Self {
            accessor: row.accessor,
            label: row.label,
            scopes: row.scopes,
            created: instant(row.created_ms),
            expires: row.expires_ms.map(instant),
            revoked: row.revoked_ms.map(instant),
            last_used: row.last_used_ms.map(instant),
        }
    }
}

impl Service {
    pub(super) fn create_token(
        &self,
        tenant: &str,
        label: &str,
        days: u32,
        scope: &str,
    ) -> Result<NewToken, CommandError> {
        check_label(label)?;
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(CommandError::new(Failure::Invalid, format!("a token lives 1 to {MAX_DAYS} days")));
        }
        if Scope::read(scope).is_none() {
            let words: Vec<_> = Scope::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
            return Err(CommandError::new(
                Failure::Invalid,
                format!("unknown scope `{scope}`; there are {}", words.join(" and ")),
            ));
        }
        let id = self.tenant_named(tenant)?.id;
        let token = generate()?;
        let created_ms = self.now_ms();
        let expires_ms = in_days(created_ms, days);
        let row = TokenRow {
            accessor: token.accessor.clone(),
            digest: token.digest.to_vec(),
            label: label.to_owned(),
            scopes: scope.to_owned(),
            created_ms,
            expires_ms: Some(expires_ms),
            revoked_ms: None,
            last_used_ms: None,
        };
        self.store().write(move |tx| Ok::<_, CommandError>(tx.tenant(id).insert_token(&row)?)).wait()?;
        Ok(NewToken { token: token.plain, accessor: token.accessor, expires: instant(expires_ms) })
    }

    pub(super) fn list_tokens(&self, tenant: &str) -> Result<Vec<TokenView>, CommandError> {
        let id = self.tenant_named(tenant)?.id;
        Ok(self.store().tenant(id).tokens()?.into_iter().map(TokenView::from).collect())
    }

    pub(super) fn revoke_token(&self, tenant: &str, accessor: &str) -> Result<(), CommandError> {
        let id = self.tenant_named(tenant)?.id;
        let text = accessor.to_owned();
        let write = self.store().write(move |tx| match tx.tenant(id).revoke_token(&text) {
            Err(StoreError::NotFound) => Err(CommandError::new(
                Failure::NotFound,
                format!("no live token `{text}` in this tenant; `scimd token list` shows the accessors"),
            )),
            other => Ok(other?),
        });
        write.wait()
    }
}
