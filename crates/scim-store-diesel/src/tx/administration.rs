//! What administrators change: tokens, API keys, policy and settings.

use super::TenantTx;
use crate::change::Change;
use crate::error::StoreError;
use crate::ids::ResourceId;
use crate::rows::{ApiKeyRow, TenantRow, TokenRow};
use crate::sqlite::queries::{keys, tenants, tokens};

impl TenantTx<'_, '_> {
    /// Stores a token.
    ///
    /// # Errors
    /// When the database fails; accessors are random, so that one is taken does not happen.
    pub fn insert_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        self.tx.admissions = true;
        tokens::insert(self.tx.conn, self.tenant.0, token)
    }

    /// Revokes a token from the commit on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no live token of that accessor.
    pub fn revoke_token(&mut self, accessor: &str) -> Result<(), StoreError> {
        self.tx.admissions = true;
        if tokens::revoke(self.tx.conn, self.tenant.0, accessor, self.tx.now_ms)? {
            Ok(())
        } else {
            Err(StoreError::NotFound)
        }
    }

    /// Stores an API key.
    ///
    /// # Errors
    /// When the database fails, or the digest is not of 32 bytes.
    pub fn insert_key(&mut self, key: &ApiKeyRow) -> Result<(), StoreError> {
        let digest =
            key.digest.as_slice().try_into().map_err(|_| StoreError::Damaged("a key digest".to_owned()))?;
        keys::insert(self.tx.conn, self.tenant.0, key)?;
        let (id, owner, enabled, expires_ms) = (key.id, key.owner, key.enabled, key.expires_ms);
        self.record(Change::KeyPut { id, digest, owner, enabled, expires_ms }, 1, None)
    }

    /// Removes an API key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub fn remove_key(&mut self, id: ResourceId) -> Result<(), StoreError> {
        if !keys::remove(self.tx.conn, self.tenant.0, id)? {
            return Err(StoreError::NotFound);
        }
        self.record(Change::KeyDelete { id }, 2, None)
    }

    /// Puts a policy document in force and answers its version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_policy(&mut self, doc: &str) -> Result<i64, StoreError> {
        let version = keys::insert_policy(self.tx.conn, self.tenant.0, doc, self.tx.now_ms)?;
        self.record(Change::PolicyPut { version, doc: doc.to_owned() }, version, None)?;
        Ok(version)
    }

    /// Writes whether the tenant is enabled, and its settings (a JSON object).
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_settings(&mut self, enabled: bool, settings: &str) -> Result<TenantRow, StoreError> {
        self.tx.admissions = true;
        tenants::update(self.tx.conn, self.tenant.0, enabled, settings, self.tx.now_ms)?;
        let row = self.row()?;
        self.record(Change::TenantPut { enabled, settings: settings.to_owned() }, row.version, None)?;
        Ok(row)
    }
}
