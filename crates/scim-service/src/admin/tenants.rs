//! Tenants: create, show, change, suspend.

use super::{CommandError, Failure, instant};
use crate::service::Service;
use crate::settings::TenantSettings;
use crate::token::random_epoch;
use scim_store_diesel::{Kind, TenantRow};
use serde::{Deserialize, Serialize};

/// A tenant, for people and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantView {
    /// Its name.
    pub name: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Its settings, defaults included.
    pub settings: TenantSettings,
    /// When it was created.
    pub created: String,
}

/// Checks the name of a tenant: 1 to 63 lower-case letters, digits and hyphens, a letter or digit at
/// both ends, so that it fits a host name, a URL and a file name.
///
/// # Errors
/// When it is another text.
pub fn check_tenant_name(name: &str) -> Result<(), CommandError> {
    let inner = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let ends = !name.starts_with('-') && !name.ends_with('-');
    if (1..=63).contains(&name.len()) && inner && ends {
        return Ok(());
    }
    Err(CommandError::new(
        Failure::Invalid,
        "a tenant's name is 1 to 63 lower-case letters, digits and hyphens, without a hyphen at an end",
    ))
}

fn view(row: TenantRow) -> Result<TenantView, CommandError> {
    let settings = TenantSettings::from_json(&row.settings)
        .map_err(|e| CommandError::new(Failure::Unavailable, format!("tenant `{}`: {e}", row.name)))?;
    Ok(TenantView { name: row.name, enabled: row.enabled, settings, created: instant(row.created_ms) })
}

impl Service {
    pub(super) fn create_tenant(
        &self,
        name: &str,
        changes: &[(String, String)],
    ) -> Result<TenantView, CommandError> {
        check_tenant_name(name)?;
        let mut settings = TenantSettings::default();
        let user = self.resource_type(Kind::User);
        for (key, value) in changes {
            settings.set(key, value, user)?;
        }
        let (name, epoch) = (name.to_owned(), random_epoch()?);
        let write = self
            .store()
            .write(move |tx| tx.create_tenant(&name, &settings.to_json(), epoch).map_err(CommandError::from));
        view(write.wait()?)
    }

    pub(super) fn list_tenants(&self) -> Result<Vec<TenantView>, CommandError> {
        self.store().tenants()?.into_iter().map(view).collect()
    }

    pub(super) fn show_tenant(&self, name: &str) -> Result<TenantView, CommandError> {
        view(self.tenant_named(name)?)
    }

    pub(super) fn set_tenant(
        &self,
        name: &str,
        changes: &[(String, String)],
    ) -> Result<TenantView, CommandError> {
        let changes = changes.to_vec();
        let user = self.shared_type(Kind::User);
        self.change_tenant(name, move |row| {
            let mut settings = TenantSettings::from_json(&row.settings)?;
            for (key, value) in &changes {
                settings.set(key, value, &user)?;
            }
            Ok((row.enabled, settings.to_json()))
        })
    }

    pub(super) fn enable_tenant(&self, name: &str, enabled: bool) -> Result<TenantView, CommandError> {
        self.change_tenant(name, move |row| Ok((enabled, row.settings.clone())))
    }

    /// Reads a tenant and writes it back in one transaction.
    fn change_tenant(
        &self,
        name: &str,
        change: impl FnOnce(&TenantRow) -> Result<(bool, String), CommandError> + Send + 'static,
    ) -> Result<TenantView, CommandError> {
        let id = self.tenant_named(name)?.id;
        let write = self.store().write(move |tx| {
            let tenant = &mut tx.tenant(id);
            let row = tenant.row()?;
            let (enabled, settings) = change(&row)?;
            if enabled == row.enabled && settings == row.settings {
                return Ok(row);
            }
            Ok::<_, CommandError>(tenant.put_settings(enabled, &settings)?)
        });
        view(write.wait()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_a_host_name() {
        for good in ["a", "acme", "acme-2", &"x".repeat(63)] {
            assert!(check_tenant_name(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "Acme", "a b", "a/b", "ä", &"x".repeat(64)] {
            assert!(check_tenant_name(bad).is_err(), "{bad}");
        }
    }
}
