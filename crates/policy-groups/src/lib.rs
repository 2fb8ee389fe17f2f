//! Decides requests of an AI gateway by the groups of its users, live.
//!
//! A SCIM server provisions users and groups; administrators write rules that name the groups. This crate holds
//! both, per tenant and in memory, and answers "may this key do that?". It does no I/O, knows no database and no
//! HTTP, and never waits on the path of a request.
//!
//! ```
//! use std::error::Error;
//! use policy_groups::*;
//! use uuid::Uuid;
//!
//! # fn main() -> Result<(), Box<dyn Error>> {
//! let directory = Directory::new();
//! let acme = directory.open(TenantId(1), TenantOptions::default());
//! let (ann, blocked, key) = (UserId(Uuid::from_u128(1)), GroupId(Uuid::from_u128(2)), KeyId(Uuid::from_u128(3)));
//! let digest = keys::digest("arb_live_ann");
//!
//! // What the change log says so far, and the rules of the tenant.
//! acme.reset(Revision::new(7, 1), [
//!     Change::UserPut { id: ann, user_name: "ann@acme.example".into(), active: true },
//!     Change::GroupPut { id: blocked, display_name: "openai_block".into() },
//!     Change::KeyPut { key, digest, user: ann, enabled: true, expires_at: None },
//! ].into_iter())?;
//! acme.install_rules(&RuleSetDoc::parse(r#"{"rules": [{
//!     "name": "No OpenAI",
//!     "conditions": {"user_groups": ["openai_block"], "providers": ["openai"]},
//!     "action": {"type": "BLOCK", "message": "OpenAI is not allowed for your team"}
//! }]}"#)?, 1)?;
//!
//! // A request is decided on one snapshot.
//! let context = Context { provider: Some("openai"), ..Context::default() };
//! let snapshot = acme.snapshot();
//! let caller = snapshot.authenticate(&digest, 1_700_000_000)?;
//! assert!(snapshot.evaluate(caller.user, &context).allows());
//!
//! // The identity provider adds Ann to the group; the next request is blocked.
//! acme.apply(&Batch {
//!     from: Revision::new(7, 1),
//!     to: Revision::new(7, 2),
//!     changes: vec![Change::MembersAdd { group: blocked, members: vec![Member::User(ann)] }],
//! })?;
//! let snapshot = acme.snapshot();
//! let caller = snapshot.authenticate(&digest, 1_700_000_000)?;
//! let decision = snapshot.evaluate(caller.user, &context);
//! assert_eq!(decision.action, Action::Block);
//! assert_eq!(decision.message(), Some("OpenAI is not allowed for your team"));
//!
//! // Why?
//! let why = snapshot.explain(caller.user, &context).match_reason;
//! assert_eq!(why, r#"user_groups any_of "openai_block" (direct); providers "openai""#);
//! # Ok(())
//! # }
//! ```
//!
//! Everything fails closed: a tenant that is not loaded, too far behind its change log or in contradiction with
//! it refuses every request.

#![forbid(unsafe_code)]

mod change;
mod context;
mod decision;
mod directory;
mod evaluate;
mod explain;
mod ids;
pub mod keys;
mod revision;
pub mod rules;
mod snapshot;
mod state;
mod tenant;

pub use change::{Batch, Change, Member};
pub use context::{Context, Direction, Entity, RegexFinding};
pub use decision::{Action, Decision, MatchKind};
pub use directory::Directory;
pub use explain::{Explanation, GroupInfo, Outcome, RuleTrace};
pub use ids::{GroupId, KeyId, TenantId, UserId};
pub use revision::{Revision, RevisionError};
pub use rules::{
    ActionType, AppliesTo, Combining, Conditions, DanglingName, GroupMatch, Rule, RuleAction, RuleError,
    RuleProblem, RuleRef, RuleReport, RuleSetDoc, UserGroups,
};
pub use snapshot::{AuthDenied, Authenticated, GroupRef, Principal, Snapshot, UserRef, Which};
pub use state::State;
pub use tenant::error::{ApplyError, Stale};
pub use tenant::{Applied, Freshness, Tenant, TenantOptions};
