//! The service: a store, a policy directory that follows it, and what both are asked.

use crate::bulk::{Bulk, Gate};
use crate::caller::{Caller, Refusal, TurnedAway, authenticate};
use crate::counters::Totals;
use crate::directory::Follower;
use crate::discovery;
use crate::error::ServiceError;
use crate::gateway::{Check, check};
use crate::provision::{Entry, Provisioning};
use crate::recorder::Recorder;
use crate::render::Links;
use crate::search::Search;
use policy_groups::{Context, Directory, State, UserId, Which};
use scim_core::cursor::CursorKey;
use scim_core::schema::ResourceType;
use scim_core::search::SearchRequest;
use scim_store_diesel::{GroupRef, Kind, OpenError, ResourceId, Store, StoreConfig, StoredType, TenantId};
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;

/// How a service is opened.
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    /// How the store is opened.
    pub store: StoreConfig,
    /// The SCIM base URL as clients see it, such as `https://scim.example.com/scim/v2`.
    pub base_url: String,
}

/// Everything that scimd can do, without HTTP.
pub struct Service {
    store: Store,
    directory: Directory,
    recorder: Arc<Recorder>,
    links: Links,
    cursor_key: CursorKey,
    bulk_gate: Gate,
    clock: fn() -> i64,
}

impl Service {
    /// Opens the store and loads the policy directory from it.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn open(config: &ServiceConfig) -> Result<Self, OpenError> {
        let directory = Directory::new();
        let follower = directory.clone();
        let store =
            Store::open(&config.store, move |loaded, states| Follower::start(follower, loaded, states))?;
        Ok(Self {
            directory,
            recorder: Arc::default(),
            links: Links::new(&config.base_url, store.types()),
            cursor_key: CursorKey::new(store.cursor_secret()),
            store,
            bulk_gate: Gate::default(),
            clock: config.store.clock,
        })
    }

    /// Finds out who calls. `authorization` is the value of the only Authorization header.
    ///
    /// # Errors
    /// Why the caller is turned away.
    pub fn authenticate(&self, authorization: Option<&str>, request_id: &str) -> Result<Caller, Refusal> {
        let (started, now_ms) = (Instant::now(), self.now_ms());
        match authenticate(&self.store, authorization, request_id, now_ms) {
            Ok(caller) => {
                self.recorder.used(&self.store, &caller.accessor, now_ms);
                Ok(caller)
            }
            Err(TurnedAway { refusal, tenant }) => {
                if let Some(tenant) = tenant {
                    let (action, verdict) = ("Authenticate".to_owned(), refusal.verdict());
                    let entry = Entry::turned_down(action, None, None, verdict, refusal.to_string());
                    let line = entry.line_of(refusal.accessor(), request_id, started, now_ms);
                    self.recorder.turned_away(&self.store, tenant, line);
                } else if !matches!(refusal, Refusal::Unavailable(_)) {
                    self.recorder.counters().unknown_credentials.add(1);
                }
                Err(refusal)
            }
        }
    }

    /// What a caller may do with users.
    pub fn users(&self, caller: Caller) -> Provisioning<'_> {
        self.resources(caller, Kind::User)
    }

    /// What a caller may do with groups.
    pub fn groups(&self, caller: Caller) -> Provisioning<'_> {
        self.resources(caller, Kind::Group)
    }

    /// What a caller may do with resources of a type.
    pub fn resources(&self, caller: Caller, kind: Kind) -> Provisioning<'_> {
        Provisioning::new(self, caller, kind, Instant::now())
    }

    /// A search among the resources of a type, ready to be run.
    ///
    /// # Errors
    /// When the request cannot be understood.
    pub fn search(
        self: &Arc<Self>,
        caller: Caller,
        kind: Kind,
        request: &SearchRequest,
    ) -> Result<Search, ServiceError> {
        Search::new(self, caller, &[kind], request)
    }

    /// A search among the resources of all types (RFC 7644 section 3.4.2.1).
    ///
    /// # Errors
    /// When the request cannot be understood.
    pub fn search_all(
        self: &Arc<Self>,
        caller: Caller,
        request: &SearchRequest,
    ) -> Result<Search, ServiceError> {
        let kinds: Vec<Kind> = self.stored_types().iter().map(|stored| stored.kind).collect();
        Search::new(self, caller, &kinds, request)
    }

    /// A bulk request, ready to be run.
    pub fn bulk(self: &Arc<Self>, caller: Caller) -> Bulk {
        Bulk::new(self, caller)
    }

    /// The resource types, with the numbers that the store gave them.
    pub fn stored_types(&self) -> &[StoredType] {
        self.store.types()
    }

    /// Decides a gateway request that presents an API key.
    pub fn check(&self, key: &str, context: &Context<'_>) -> Check {
        check(&self.directory, key, context, self.now_ms().div_euclid(1000))
    }

    /// The ServiceProviderConfig.
    pub fn service_provider_config(&self) -> Value {
        discovery::service_provider_config(&self.links)
    }

    /// The resource types, as resources.
    pub fn resource_types(&self) -> Vec<Value> {
        self.stored_types().iter().map(|t| discovery::resource_type(&t.resource_type, &self.links)).collect()
    }

    /// The schemas, as resources.
    pub fn schemas(&self) -> Vec<Value> {
        let types: Vec<_> = self.stored_types().iter().map(|stored| &*stored.resource_type).collect();
        discovery::schemas(&types, &self.links)
    }

    /// Refuses a change by a caller who may only read, and writes it down.
    pub fn refuse_change(&self, caller: &Caller, started: Instant) -> Refusal {
        self.recorder.counters().written(false);
        let refusal = Refusal::WrongScope { accessor: caller.accessor.clone() };
        let (action, verdict) = ("Change with a read-only token".to_owned(), refusal.verdict());
        let entry = Entry::turned_down(action, None, None, verdict, refusal.detail().to_owned());
        let line = entry.line(caller, started, self.now_ms());
        self.recorder.turned_away(&self.store, caller.tenant, line);
        refusal
    }

    /// Counts a change that was refused because the tenant takes none now.
    pub fn count_refused_change(&self, refusal: &Refusal) {
        match refusal {
            Refusal::TenantDisabled { .. } | Refusal::ProvisioningOff { .. } => {
                self.recorder.counters().written(false);
            }
            Refusal::NoCredentials
            | Refusal::NotBearer
            | Refusal::Malformed { .. }
            | Refusal::Unknown { .. }
            | Refusal::Revoked { .. }
            | Refusal::Expired { .. }
            | Refusal::WrongScope { .. }
            | Refusal::Unavailable(_) => {}
        }
    }

    /// How often things happened since the start, over all tenants.
    pub fn totals(&self) -> Totals {
        self.recorder.counters().totals()
    }

    /// Writes down what waits to be, and waits until it is durable. Not for a thread that must not block.
    ///
    /// # Errors
    /// When the store does not take it.
    pub fn flush(&self) -> Result<(), ServiceError> {
        self.recorder.finish(&self.store)
    }

    /// A short read of the database, to know that it answers.
    ///
    /// # Errors
    /// When it does not.
    pub fn ready(&self) -> Result<(), ServiceError> {
        self.store.tenants()?;
        Ok(())
    }

    pub(crate) fn resource_type(&self, kind: Kind) -> &ResourceType {
        &self.stored_type(kind).resource_type
    }

    /// The resource type, for work that outlives the borrow of the service.
    pub(crate) fn shared_type(&self, kind: Kind) -> Arc<ResourceType> {
        Arc::clone(&self.stored_type(kind).resource_type)
    }

    fn stored_type(&self, kind: Kind) -> &StoredType {
        let types = self.stored_types();
        // Kinds come from this very list; it begins with the users.
        types.iter().find(|stored| stored.kind == kind).unwrap_or(&types[0])
    }

    pub(crate) fn cursor_key(&self) -> &CursorKey {
        &self.cursor_key
    }

    /// The groups that a user is a member of, as decisions are made by them; `None` when these are not
    /// known and the store has to be asked.
    pub(crate) fn groups_in_force(&self, tenant: TenantId, user: ResourceId) -> Option<Vec<GroupRef>> {
        let snapshot = self.directory.tenant(policy_groups::TenantId(tenant.number()))?.snapshot();
        let user = snapshot.user(UserId(user.uuid())).filter(|_| snapshot.state() == State::Live)?;
        let group = |group: policy_groups::GroupRef<'_>| GroupRef {
            id: group.id().0.into(),
            display: Some(group.display_name().to_owned()),
        };
        Some(snapshot.groups_of(user, Which::Direct).map(group).collect())
    }

    pub(crate) fn bulk_gate(&self) -> &Gate {
        &self.bulk_gate
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    pub(crate) fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    pub(crate) fn now_ms(&self) -> i64 {
        (self.clock)()
    }
}
