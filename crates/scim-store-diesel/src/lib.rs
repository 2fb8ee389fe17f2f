//! Durable multi-tenant storage of SCIM resources, on SQLite through diesel.
//!
//! Reads come from a pool; writes go to one thread that commits many requests together and answers
//! each after its commit has reached the disk. Every row belongs to a tenant, and there is no way to
//! a row but through [`Store::tenant`] or [`Tx::tenant`].
//!
//! ```
//! use scim_core::{schema::user_type, value::Rules};
//! use scim_store_diesel::{Committed, CommitObserver, Kind, Relations, Store, StoreConfig, StoreError};
//!
//! struct Nobody;
//! impl CommitObserver for Nobody {
//!     fn committed(&mut self, _: Vec<Committed>) {}
//! }
//!
//! # let directory = std::env::temp_dir().join(format!("scim-store-doc-{}", std::process::id()));
//! let store = Store::open(&StoreConfig::new(&directory), |_, _| Nobody)?;
//! let body = serde_json::json!({
//!     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@contoso.test"
//! });
//! let ann = user_type().read(body.as_object().cloned().unwrap_or_default(), Rules::default())?.resource;
//!
//! let (tenant, id) = store.write(move |tx| {
//!     let acme = tx.create_tenant("acme", "{}", 1)?.id;
//!     let row = tx.tenant(acme).insert(Kind::User, &ann)?;
//!     Ok::<_, StoreError>((acme, row.id))
//! }).wait()?;
//!
//! let found = store.tenant(tenant).find(Kind::User, id, Relations::default())?;
//! assert_eq!(found.resource.name, "ann@contoso.test");
//! # drop(store);
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admissions;
mod change;
mod error;
mod hot;
mod ids;
mod lanes;
mod layout;
mod listing;
mod logs;
mod remembered;
mod rows;
mod schema;
mod sqlite;
mod store;
mod tx;

pub use admissions::Admission;
pub use change::{Change, CommitObserver, Committed, TenantState};
pub use error::{OpenError, StoreError};
pub use ids::{Kind, NotAnId, OtherKind, ResourceId, SqlId, TenantId};
pub use layout::StoredType;
pub use listing::{From, Hit, Listing, Loaded, Page, Part, Relations, View};
pub use logs::{LogFilter, LogOrder, LogPage, LogPlace, LogTail, NumberedLine};
pub use rows::{
    ApiKeyRow, GroupRef, LogLine, MemberRef, PolicyRow, ReadCount, StoredResource, TenantRow, TokenRow,
};
pub use store::{Pending, StateReader, Store, StoreConfig, TenantStore, asks_one};
pub use tx::{MemberDelta, MemberWrite, TenantTx, Tx};
