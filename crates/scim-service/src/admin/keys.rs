//! API keys of gateway users.

use super::{CommandError, Failure, check_label, in_days, instant};
use crate::secret::Secret;
use crate::service::Service;
use crate::token::{KEY_PREFIX, generate_key};
use scim_store_diesel::{ApiKeyRow, ResourceId, StoreError};
use serde::{Deserialize, Serialize};

/// The longest life of a key that has an end, in days.
const MAX_DAYS: u32 = 3650;

/// A new API key.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewKey {
    /// The key itself, which is stored nowhere.
    pub key: Secret,
    /// Its id.
    pub id: String,
}

/// An API key, by what may be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// Its id.
    pub id: String,
    /// Its first characters.
    pub prefix: String,
    /// The SCIM id of the user whose rights it has.
    pub user: String,
    /// What it is for.
    pub label: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// When it was made.
    pub created: String,
    /// When it ends.
    pub expires: Option<String>,
}

impl From<ApiKeyRow> for KeyView {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id.to_string(),
            prefix: row.prefix,
            user: row.owner.to_string(),
            label: row.label,
            enabled: row.enabled,
            created: instant(row.created_ms),
            expires: row.expires_ms.map(instant),
        }
    }
}

impl Service {
    pub(super) fn create_key(
        &self,
        tenant: &str,
        user: String,
        label: &str,
        days: Option<u32>,
    ) -> Result<NewKey, CommandError> {
        check_label(label)?;
        if days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            return Err(CommandError::new(
                Failure::Invalid,
                format!("a key lives 1 to {MAX_DAYS} days, or for ever"),
            ));
        }
        let tenant = self.tenant_named(tenant)?.id;
        let (plain, digest) = generate_key()?;
        let created_ms = self.now_ms();
        let id = ResourceId::generate();
        let prefix = plain.reveal().chars().take(KEY_PREFIX.len() + 4).collect();
        let label = label.to_owned();
        let write = self.store().write(move |tx| {
            let tenant = &mut tx.tenant(tenant);
            // The owner is looked up where the key is written, so that it cannot be deleted between the two.
            let owner = tenant.user_named(&user).map_err(|error| match error {
                StoreError::NotFound => CommandError::new(
                    Failure::NotFound,
                    format!("no user `{user}` is provisioned in this tenant; assign the user in the identity provider"),
                ),
                other => other.into(),
            })?;
            tenant.insert_key(&ApiKeyRow {
                id,
                digest: digest.to_vec(),
                prefix,
                owner: owner.id,
                label,
                enabled: true,
                created_ms,
                expires_ms: days.map(|days| in_days(created_ms, days)),
            })?;
            Ok::<_, CommandError>(())
        });
        write.wait()?;
        Ok(NewKey { key: plain, id: id.to_string() })
    }

    pub(super) fn list_keys(&self, tenant: &str) -> Result<Vec<KeyView>, CommandError> {
        let id = self.tenant_named(tenant)?.id;
        Ok(self.store().tenant(id).keys()?.into_iter().map(KeyView::from).collect())
    }

    pub(super) fn revoke_key(&self, tenant: &str, key: &str) -> Result<(), CommandError> {
        let unknown = || {
            CommandError::new(Failure::NotFound, "no such key in this tenant; `scimd key list` shows the ids")
        };
        let tenant = self.tenant_named(tenant)?.id;
        let key: ResourceId = key.parse().map_err(|_| unknown())?;
        let write = self.store().write(move |tx| match tx.tenant(tenant).remove_key(key) {
            Err(StoreError::NotFound) => Err(unknown()),
            other => Ok(other?),
        });
        write.wait()
    }
}
