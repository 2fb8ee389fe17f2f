//! Policy documents: checked before they are stored, in force from the commit on.

use super::{CommandError, Failure, instant};
use crate::service::Service;
use policy_groups::{RuleSetDoc, TenantId};
use serde::{Deserialize, Serialize};

/// What became of a policy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyApplied {
    /// Its version.
    pub version: i64,
    /// How many rules it has.
    pub rules: usize,
    /// Names that no group has now, with names that are near.
    pub warnings: Vec<String>,
}

/// A policy document in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyView {
    /// Its version.
    pub version: i64,
    /// When it was applied.
    pub applied: String,
    /// The document.
    pub document: serde_json::Value,
}

impl Service {
    pub(super) fn apply_policy(&self, tenant: &str, document: &str) -> Result<PolicyApplied, CommandError> {
        let rules = RuleSetDoc::parse(document)
            .map_err(|e| CommandError::new(Failure::Invalid, format!("the policy is not valid: {e}")))?;
        let id = self.tenant_named(tenant)?.id;
        let text = document.to_owned();
        let version =
            self.store().write(move |tx| Ok::<_, CommandError>(tx.tenant(id).put_policy(&text)?)).wait()?;
        let report = self.directory().tenant(TenantId(id.number())).map(|t| t.snapshot().rule_report());
        let warnings = report.iter().flat_map(|r| &r.dangling).map(|missing| {
            let near = match missing.near_misses.as_slice() {
                [] => "; it may be provisioned later".to_owned(),
                near => format!("; did you mean `{}`? Names match byte for byte", near.join("` or `")),
            };
            format!("rule `{}`: no group is named `{}`{near}", missing.rule.name(), missing.name)
        });
        Ok(PolicyApplied { version, rules: rules.rules.len(), warnings: warnings.collect() })
    }

    pub(super) fn show_policy(&self, tenant: &str) -> Result<PolicyView, CommandError> {
        let id = self.tenant_named(tenant)?.id;
        let row = self.store().tenant(id).policy()?.ok_or_else(|| {
            CommandError::new(Failure::NotFound, "no policy was applied; every request is allowed by default")
        })?;
        let document = serde_json::from_str(&row.doc).map_err(|e| {
            CommandError::new(Failure::Unavailable, format!("the stored policy is damaged: {e}"))
        })?;
        Ok(PolicyView { version: row.version, applied: instant(row.created_ms), document })
    }
}
