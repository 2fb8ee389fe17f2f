//! The service under test, and a tenant of it for each sequence.

use crate::draw::BLOCKED;
use crate::groups;
use crate::model::Outcome;
use crate::request::What;
use crate::users;
use scim_core::Projection;
use scim_service::admin::{Command, Reply};
use scim_service::{
    Answer, Caller, IfMatch, Kind, Provisioning, Service, ServiceConfig, ServiceError, StoreConfig,
};
use serde_json::{Value, json};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};
use std::thread::Thread;
use tempfile::TempDir;

/// Where resources live.
pub(crate) const BASE: &str = "https://scim.test/scim/v2";

/// A clock that never stands still.
fn clock() -> i64 {
    static TICKS: AtomicI64 = AtomicI64::new(1_790_000_000_000);
    TICKS.fetch_add(1, Ordering::Relaxed)
}

/// The service with its store, opened once.
pub(crate) struct World {
    pub(crate) service: Arc<Service>,
    tenants: AtomicUsize,
    /// Ids that no tenant of a sequence has: no id at all, one of nobody, one of another tenant.
    pub(crate) strangers: Vec<String>,
    _directory: TempDir,
}

/// A tenant.
pub(crate) struct Tenant {
    pub(crate) name: String,
    pub(crate) caller: Caller,
}

impl World {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut store = StoreConfig::new(directory.path());
        store.clock = clock;
        let service = Service::open(&ServiceConfig { store, base_url: BASE.to_owned() }).unwrap();
        let mut world = Self {
            service: Arc::new(service),
            tenants: AtomicUsize::new(0),
            strangers: vec!["nobody".to_owned(), "00000000-0000-7000-8000-000000000001".to_owned()],
            _directory: directory,
        };
        let other = world.tenant(false);
        let body = json!({"schemas": [users::USER], "userName": "stranger"}).to_string();
        let users = world.service.users(other.caller);
        let stranger = wait(users.create(body.as_bytes(), &Projection::all())).unwrap();
        world.strangers.push(id(&stranger));
        world
    }

    pub(crate) fn execute(&self, command: Command) -> Reply {
        self.service.execute(command).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A new tenant, whose policy blocks some groups.
    pub(crate) fn tenant(&self, nested: bool) -> Tenant {
        let name = format!("t{}", self.tenants.fetch_add(1, Ordering::Relaxed));
        let nested = if nested { "on" } else { "off" };
        let settings = vec![("nested_groups".to_owned(), nested.to_owned())];
        self.execute(Command::TenantCreate { name: name.clone(), settings });
        let rules: Vec<Value> = BLOCKED
            .iter()
            .map(|group| json!({"name": group, "conditions": {"user_groups": [group]}, "action": "BLOCK"}))
            .collect();
        let document = json!({"rules": rules}).to_string();
        self.execute(Command::PolicyApply { tenant: name.clone(), document });
        let (label, scope) = ("model".to_owned(), "scim".to_owned());
        let create = Command::TokenCreate { tenant: name.clone(), label, expires_days: 30, scope };
        let Reply::NewToken(token) = self.execute(create) else { panic!("no token") };
        let header = format!("Bearer {}", token.token.reveal());
        let caller = self.service.authenticate(Some(&header), "model");
        Tenant { name, caller: caller.unwrap_or_else(|refusal| panic!("{refusal}")) }
    }

    /// An API key of a user.
    pub(crate) fn key(&self, tenant: &Tenant, user_name: &str) -> String {
        let (tenant, user) = (tenant.name.clone(), user_name.to_owned());
        let create = Command::KeyCreate { tenant, user, label: String::new(), expires_days: None };
        let Reply::NewKey(key) = self.execute(create) else { panic!("no key") };
        key.key.reveal().to_owned()
    }

    /// What a caller may do with one kind of resource.
    pub(crate) fn resources(&self, tenant: &Tenant, kind: Kind) -> Provisioning<'_> {
        self.service.resources(tenant.caller.clone(), kind)
    }

    /// Sends a request. The resource as the answer shows it comes with the outcome.
    pub(crate) fn send(
        &self,
        tenant: &Tenant,
        what: &What<String>,
        if_match: Option<&str>,
    ) -> (Outcome, Option<Value>) {
        let (users, groups) = (self.resources(tenant, Kind::User), self.resources(tenant, Kind::Group));
        let expected = || if_match.map(IfMatch::new);
        let all = &Projection::all();
        let answer = match what {
            What::CreateUser(body) => wait(users.create(&bytes(&users::body_json(body)), all)).map(Some),
            What::ReplaceUser(id, body) => {
                wait(users.replace(id, &bytes(&users::body_json(body)), expected(), all)).map(Some)
            }
            What::PatchUser(id, changes) => {
                let body = patch(changes.iter().map(users::operation).collect());
                wait(users.patch(id, &body, expected(), all)).map(Some)
            }
            What::DeleteUser(id) => wait(users.delete(id, expected())).map(|()| None),
            What::CreateGroup(name, members) => {
                wait(groups.create(&bytes(&groups::body_json(name, members)), all)).map(Some)
            }
            What::ReplaceGroup(id, name, members) => {
                let body = bytes(&groups::body_json(name, members));
                wait(groups.replace(id, &body, expected(), all)).map(Some)
            }
            What::PatchGroup(id, changes) => {
                let body = patch(changes.iter().map(groups::operation).collect());
                wait(groups.patch(id, &body, expected(), all)).map(Some)
            }
            What::DeleteGroup(id) => wait(groups.delete(id, expected())).map(|()| None),
        };
        outcome(answer)
    }
}

fn outcome(answer: Result<Option<Answer>, ServiceError>) -> (Outcome, Option<Value>) {
    match answer {
        Ok(None) => (Outcome::Gone, None),
        Ok(Some(answer)) => {
            let number = answer.etag.strip_prefix("W/\"").and_then(|rest| rest.strip_suffix('"'));
            let version = number.and_then(|number| number.parse().ok());
            let version = version.unwrap_or_else(|| panic!("no entity tag: {}", answer.etag));
            (Outcome::Version(version), Some(serde_json::from_str(&answer.body).unwrap()))
        }
        Err(error) => {
            let verdict = error.verdict();
            let holder = match &error {
                ServiceError::Taken { id, .. } => {
                    let id = id.to_string();
                    assert!(error.to_string().contains(&id), "{error}");
                    Some(id)
                }
                _ => None,
            };
            let scim_type = verdict.scim_type.map(scim_core::ScimType::as_str);
            (Outcome::Refused(verdict.status, scim_type, holder), None)
        }
    }
}

fn bytes(json: &Value) -> Vec<u8> {
    json.to_string().into_bytes()
}

fn patch(operations: Vec<Value>) -> Vec<u8> {
    let urn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    bytes(&json!({"schemas": [urn], "Operations": operations}))
}

/// The id of an answered resource.
fn id(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["id"].as_str().unwrap().to_owned()
}

/// Wakes the thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::park();
    }
}
