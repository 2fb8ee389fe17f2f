//! Who calls: from an Authorization header to a tenant.

use crate::error::ServiceError;
use crate::settings::{Switch, TenantSettings};
use crate::token::{PresentedToken, accessor_of};
use scim_store_diesel::{Store, TenantId, TenantRow, TokenRow, Tx};
use std::fmt;

/// Somebody who may use SCIM, and the tenant for which.
///
/// Made by [`crate::Service::authenticate`] alone. Every use case on resources asks for one, so a
/// request without a tenant cannot be written down.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) tenant: TenantId,
    pub(crate) tenant_name: String,
    pub(crate) settings: TenantSettings,
    pub(crate) accessor: String,
    pub(crate) scope: Scope,
    pub(crate) request_id: String,
}

impl Caller {
    /// The name of the tenant.
    pub fn tenant_name(&self) -> &str {
        &self.tenant_name
    }

    /// The accessor of the token.
    pub fn accessor(&self) -> &str {
        &self.accessor
    }

    /// Whether the token may change anything.
    pub fn may_write(&self) -> bool {
        self.scope == Scope::Scim
    }
}

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Reading and writing over SCIM.
    Scim,
    /// Reading over SCIM.
    ScimRead,
}

impl Scope {
    /// All scopes with their words.
    pub const WORDS: [(&'static str, Scope); 2] = [("scim", Scope::Scim), ("scim:read", Scope::ScimRead)];

    /// The scope of a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(w, _)| *w == word).map(|(_, s)| *s)
    }
}

/// Why a caller was turned away. The answer says little; the log says this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No Authorization header.
    NoCredentials,
    /// A header that is not `Bearer` and one token.
    NotBearer,
    /// A text that is no token.
    Malformed {
        /// The accessor, as far as one can be made out.
        accessor: Option<String>,
        /// What is wrong with it.
        why: crate::token::Malformed,
    },
    /// No token has this accessor, or the secret part is another.
    Unknown {
        /// The accessor.
        accessor: String,
    },
    /// The token was revoked.
    Revoked {
        /// The accessor.
        accessor: String,
    },
    /// The token has ended.
    Expired {
        /// The accessor.
        accessor: String,
    },
    /// The token opens something else.
    WrongScope {
        /// The accessor.
        accessor: String,
    },
    /// The tenant is suspended.
    TenantDisabled {
        /// The accessor.
        accessor: String,
        /// The tenant.
        tenant: String,
    },
    /// The tenant's provisioning is switched off (demand B25).
    ProvisioningOff {
        /// The accessor.
        accessor: String,
        /// The tenant.
        tenant: String,
    },
    /// The store could not be asked.
    Unavailable(String),
}

impl Refusal {
    /// What the client is told. Of credentials that are not good, nothing but that.
    pub fn detail(&self) -> &'static str {
        match self {
            Self::NoCredentials | Self::NotBearer => {
                "authentication required: send `Authorization: Bearer` with the SCIM token of your organisation"
            }
            Self::Malformed { .. } | Self::Unknown { .. } | Self::Revoked { .. } | Self::Expired { .. } => {
                "the SCIM token is not valid: it may be mistyped, truncated, expired or revoked; generate a new one"
            }
            Self::WrongScope { .. } => "the token does not permit this request",
            Self::TenantDisabled { .. } => "the organisation is suspended; an administrator can enable it",
            Self::ProvisioningOff { .. } => {
                "SCIM provisioning is switched off for this organisation; an administrator can switch it on"
            }
            Self::Unavailable(_) => "the store is not available; try again",
        }
    }

    /// The accessor, where one is known.
    pub fn accessor(&self) -> Option<&str> {
        match self {
            Self::Malformed { accessor, .. } => accessor.as_deref(),
            Self::Unknown { accessor }
            | Self::Revoked { accessor }
            | Self::Expired { accessor }
            | Self::WrongScope { accessor }
            | Self::TenantDisabled { accessor, .. }
            | Self::ProvisioningOff { accessor, .. } => Some(accessor),
            Self::NoCredentials | Self::NotBearer | Self::Unavailable(_) => None,
        }
    }
}

impl fmt::Display for Refusal {
    /// The reason for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredentials => f.write_str("no Authorization header"),
            Self::NotBearer => f.write_str("the Authorization header is not `Bearer` and one token"),
            Self::Malformed { why, .. } => why.fmt(f),
            Self::Unknown { .. } => f.write_str("no such token"),
            Self::Revoked { .. } => f.write_str("the token was revoked"),
            Self::Expired { .. } => f.write_str("the token has expired"),
            Self::WrongScope { .. } => f.write_str("the token's scope does not permit the request"),
            Self::TenantDisabled { tenant, .. } => write!(f, "the tenant `{tenant}` is disabled"),
            Self::ProvisioningOff { tenant, .. } => {
                write!(f, "provisioning is off for the tenant `{tenant}`")
            }
            Self::Unavailable(why) => write!(f, "the token could not be looked up: {why}"),
        }
    }
}

/// A caller who was turned away, and the tenant whose token it was, if it was a genuine one.
pub(crate) struct TurnedAway {
    pub(crate) refusal: Refusal,
    pub(crate) tenant: Option<TenantId>,
}

impl From<Refusal> for TurnedAway {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, tenant: None }
    }
}

/// Finds out who calls. `authorization` is the value of the one Authorization header, if there is one.
pub(crate) fn authenticate(
    store: &Store,
    authorization: Option<&str>,
    request_id: &str,
    now_ms: i64,
) -> Result<Caller, TurnedAway> {
    let text = bearer(authorization.ok_or(Refusal::NoCredentials)?)?;
    let presented: PresentedToken = text
        .parse()
        .map_err(|why| Refusal::Malformed { accessor: accessor_of(text).map(str::to_owned), why })?;
    let found = store.token(presented.accessor()).map_err(|e| Refusal::Unavailable(e.to_string()))?;
    // An unknown accessor takes the path of a wrong secret, and both get one answer. Accessors are no secret.
    let stored = found.as_ref().map_or(&[0_u8; 32][..], |found| &found.token.digest);
    let genuine = presented.is_genuine(stored);
    match found {
        Some(found) if genuine => admit(&found.token, &found.tenant, request_id, now_ms)
            .map_err(|refusal| TurnedAway { refusal, tenant: Some(found.tenant.id) }),
        _ => Err(Refusal::Unknown { accessor: presented.accessor().to_owned() }.into()),
    }
}

/// Decides about a token that is genuine.
fn admit(token: &TokenRow, tenant: &TenantRow, request_id: &str, now_ms: i64) -> Result<Caller, Refusal> {
    let (accessor, tenant_name) = (token.accessor.clone(), tenant.name.clone());
    if token.revoked_ms.is_some() {
        return Err(Refusal::Revoked { accessor });
    }
    if token.expires_ms.is_some_and(|end| end <= now_ms) {
        return Err(Refusal::Expired { accessor });
    }
    if !tenant.enabled {
        return Err(Refusal::TenantDisabled { accessor, tenant: tenant_name });
    }
    let scopes: Vec<Scope> = token.scopes.split(' ').filter_map(Scope::read).collect();
    let scope = match scopes.first() {
        None => return Err(Refusal::WrongScope { accessor }),
        Some(_) if scopes.contains(&Scope::Scim) => Scope::Scim,
        Some(first) => *first,
    };
    let settings =
        TenantSettings::from_json(&tenant.settings).map_err(|e| Refusal::Unavailable(e.to_string()))?;
    if settings.provisioning == Switch::Off {
        return Err(Refusal::ProvisioningOff { accessor, tenant: tenant_name });
    }
    let request_id = request_id.to_owned();
    Ok(Caller { tenant: tenant.id, tenant_name, settings, accessor, scope, request_id })
}

/// Decides again about a caller inside the transaction of a write: since the request began, the token
/// may have been revoked and the tenant suspended, and both hold from their own acknowledgement on.
/// Answers the caller with the settings of that moment.
pub(crate) fn still_admitted(caller: &Caller, tx: &mut Tx<'_>) -> Result<Caller, ServiceError> {
    let gone = || Refusal::Unknown { accessor: caller.accessor.clone() };
    let (token, tenant) = tx.token(&caller.accessor)?.ok_or_else(|| ServiceError::Refused(gone()))?;
    let now_ms = tx.now_ms();
    admit(&token, &tenant, &caller.request_id, now_ms).map_err(ServiceError::Refused)
}

/// The token of `Bearer <token>`; the scheme in any case (RFC 9110 section 11.1).
fn bearer(value: &str) -> Result<&str, Refusal> {
    let (scheme, token) = value.split_once(' ').ok_or(Refusal::NotBearer)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NotBearer);
    }
    Ok(token)
}
