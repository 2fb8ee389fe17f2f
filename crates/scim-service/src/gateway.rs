//! Decisions for the gateway: an API key and what is asked for, against the live snapshot.

use policy_groups::{Context, Decision, Directory, State, Which};

/// What a gateway is told about a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// The key is good and a decision was made.
    Decided(Box<Decided>),
    /// The key is not good. Why is for the log alone: all causes are answered alike.
    InvalidKey {
        /// The cause.
        reason: &'static str,
    },
    /// Nothing can be decided now.
    Unavailable {
        /// The cause, for the log.
        reason: &'static str,
    },
}

/// A decision and whom it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// The SCIM id of the user.
    pub user: String,
    /// The userName.
    pub user_name: String,
    /// The number of the tenant.
    pub tenant: i64,
    /// The id of the key.
    pub key: String,
    /// The user's groups that rules refer to, sorted by name.
    pub groups: Vec<String>,
}

/// Decides a request.
pub(crate) fn check(directory: &Directory, key: &str, context: &Context<'_>, now_s: i64) -> Check {
    let digest = policy_groups::keys::digest(key);
    let Some(tenant) = directory.tenant_of_key(&digest) else {
        return Check::InvalidKey { reason: "unknown key" };
    };
    let snapshot = tenant.snapshot();
    match snapshot.state() {
        State::Live => {}
        State::Loading => return Check::Unavailable { reason: "the directory is loading" },
        State::Stale => return Check::Unavailable { reason: "the directory is stale" },
        State::Diverged => return Check::Unavailable { reason: "the directory has diverged from its log" },
    }
    let authenticated = match snapshot.authenticate(&digest, now_s) {
        Ok(authenticated) => authenticated,
        Err(denied) => return Check::InvalidKey { reason: denied.reason() },
    };
    let user = authenticated.user;
    let mut groups: Vec<String> =
        snapshot.groups_of(user, Which::Referenced).map(|g| g.display_name().to_owned()).collect();
    groups.sort_unstable();
    groups.dedup();
    Check::Decided(Box::new(Decided {
        decision: snapshot.evaluate(user, context),
        user: user.id().0.to_string(),
        user_name: user.user_name().to_owned(),
        tenant: snapshot.tenant().0,
        key: authenticated.key.0.to_string(),
        groups,
    }))
}
