//! The use cases of a SCIM service provider: who calls, what they may do, and what follows from it.
//!
//! Knows no HTTP. Routes, pages and commands all come here, so each rule stands once:
//!
//! ```no_run
//! use scim_core::Projection;
//! use scim_service::{Service, ServiceConfig};
//! use scim_store_diesel::StoreConfig;
//!
//! # async fn example(header: Option<&str>, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::open(&ServiceConfig {
//!     store: StoreConfig::new("/var/lib/scimd"),
//!     base_url: "https://scim.example.com/scim/v2".to_owned(),
//! })?;
//! let caller = service.authenticate(header, "request-1").map_err(|refusal| refusal.detail())?;
//! let created = service.users(caller).create(body, &Projection::all()).await?;
//! println!("{}", created.location);
//! # Ok(())
//! # }
//! ```

pub mod admin;
mod bulk;
mod caller;
mod directory;
mod discovery;
mod error;
mod gateway;
mod provision;
mod recorder;
mod render;
mod search;
mod secret;
mod service;
mod settings;
mod token;
mod verdict;

pub use bulk::{Bulk, MAX_BULK_BODY};
pub use caller::{Caller, Refusal, Scope};
pub use discovery::list;
pub use error::ServiceError;
pub use gateway::{Check, Decided};
pub use policy_groups::{Action, Context, Direction};
pub use provision::{Answer, IfMatch, Provisioning, lists_etag};
pub use scim_store_diesel::{Kind, OpenError, StoreConfig, StoredType};
pub use search::{Search, search_message, search_request};
pub use secret::Secret;
pub use service::{Service, ServiceConfig};
pub use settings::{
    OptIn, Profile, SETTING_NAMES, SettingError, Switch, TenantSettings, UnknownAttributes, UnknownMembers,
};
pub use token::{Malformed, NoRandomness};
pub use verdict::Verdict;
