//! The use cases through the public API, on a real store.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step must stop the test")]

#[path = "service/log.rs"]
mod log;

use scim_core::Projection;
use scim_service::admin::{Command, LogQuery, LogView, Reply};
use scim_service::{Caller, Check, Context, Refusal, Service, ServiceConfig, ServiceError, StoreConfig};
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Poll, Waker};
use tempfile::TempDir;

/// The time of most tests.
const NOON: i64 = 1_790_000_000_000;

struct Fixture {
    service: Service,
    _directory: TempDir,
}

impl Fixture {
    fn new() -> Self {
        Self::at(|| NOON)
    }

    /// A service that owns its clock.
    fn at(clock: fn() -> i64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut store = StoreConfig::new(directory.path());
        store.clock = clock;
        let config = ServiceConfig { store, base_url: "https://scim.test/scim/v2".to_owned() };
        let fixture = Self { service: Service::open(&config).unwrap(), _directory: directory };
        fixture.execute(Command::TenantCreate { name: "acme".to_owned(), settings: Vec::new() });
        fixture
    }

    fn execute(&self, command: Command) -> Reply {
        self.service.execute(command).unwrap_or_else(|error| panic!("{error}"))
    }

    fn set(&self, name: &str, value: &str) {
        let settings = vec![(name.to_owned(), value.to_owned())];
        self.execute(Command::TenantSet { name: "acme".to_owned(), settings });
    }

    fn token(&self, scope: &str) -> (String, String) {
        let create = Command::TokenCreate {
            tenant: "acme".to_owned(),
            label: "test".to_owned(),
            expires_days: 30,
            scope: scope.to_owned(),
        };
        let Reply::NewToken(token) = self.execute(create) else { panic!("no token") };
        (format!("Bearer {}", token.token.reveal()), token.accessor)
    }

    fn caller(&self) -> Caller {
        let (header, _) = self.token("scim");
        self.service.authenticate(Some(&header), "request-1").unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    /// The lines of the log, newest first, once `count` are there.
    fn log(&self, count: usize) -> Vec<LogView> {
        loop {
            let list = Command::LogRead {
                tenant: "acme".to_owned(),
                query: LogQuery::default(),
                oldest_first: false,
                from: None,
                limit: 100,
            };
            let Reply::Log(read) = self.execute(list) else { panic!("no log") };
            if read.lines.len() >= count {
                return read.lines;
            }
            std::thread::yield_now();
        }
    }
}

/// Runs a future that is woken by another thread.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

/// The id of an answered resource.
fn id(answer: &scim_service::Answer) -> String {
    let attributes: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    attributes["id"].as_str().unwrap().to_owned()
}

fn user(name: &str) -> Vec<u8> {
    format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{name}"}}"#)
        .into_bytes()
}

fn patch(operations: &str) -> Vec<u8> {
    format!(r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":{operations}}}"#)
        .into_bytes()
}

#[test]
fn b03_a_deactivation_is_enforced_before_it_is_answered() {
    let fixture = Fixture::new();
    let users = fixture.service.users(fixture.caller());
    let ann = wait(users.create(&user("ann"), &Projection::all())).unwrap();
    let id = id(&ann);
    let id = id.as_str();
    let create = Command::KeyCreate {
        tenant: "acme".to_owned(),
        user: "ANN".to_owned(),
        label: String::new(),
        expires_days: None,
    };
    let Reply::NewKey(key) = fixture.execute(create) else { panic!("no key") };
    let check = || fixture.service.check(key.key.reveal(), &Context::default());
    assert!(
        matches!(check(), Check::Decided(decided) if decided.decision.allows() && decided.user_name == "ann")
    );

    let deactivate = patch(r#"[{"op":"Replace","path":"active","value":"False"}]"#);
    wait(users.patch(id, &deactivate, None, &Projection::all())).unwrap();
    assert_eq!(check(), Check::InvalidKey { reason: "user_inactive" });

    wait(users.delete(id, None)).unwrap();
    assert_eq!(check(), Check::InvalidKey { reason: "user_not_provisioned" });
    let lines = fixture.log(3);
    let said: Vec<_> =
        lines.iter().map(|line| (line.action.as_str(), line.status, line.target.as_deref())).collect();
    assert_eq!(
        said,
        [
            ("Delete user", 204, Some("ann")),
            ("Deactivate user", 200, Some("ann")),
            ("Create user", 201, Some("ann"))
        ]
    );
    assert_eq!(lines[1].dialects, ["op-case", "string-boolean"]);
}

#[test]
fn b15_a_refused_attribute_is_in_the_log_with_its_remedy_and_without_its_value() {
    let fixture = Fixture::new();
    let users = fixture.service.users(fixture.caller());
    let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann","departmnt":"secret-plans"}"#;
    let error = wait(users.create(body.as_bytes(), &Projection::all())).unwrap_err();
    assert_eq!(error.verdict().status, 400);
    let line = &fixture.log(1)[0];
    assert_eq!(
        (line.action.as_str(), line.status, line.scim_type.as_deref()),
        ("Create user", 400, Some("invalidValue"))
    );
    let reason = line.reason.as_deref().unwrap();
    assert!(
        reason.contains("`departmnt`") && reason.contains("did you mean") && reason.contains("mapping"),
        "{reason}"
    );
    assert!(!format!("{line:?}").contains("secret-plans"));
}

#[test]
fn b12_every_bad_credential_is_told_apart_for_the_log_alone() {
    static NOW: AtomicI64 = AtomicI64::new(NOON);
    let fixture = Fixture::at(|| NOW.load(Ordering::Relaxed));
    let refusal = |header: Option<&str>| fixture.service.authenticate(header, "r").err().unwrap();
    let (header, accessor) = fixture.token("scim");
    assert_eq!(refusal(None), Refusal::NoCredentials);
    for odd in ["", "Bearer", "Basic eDp5", "bearer"] {
        assert_eq!(refusal(Some(odd)), Refusal::NotBearer, "{odd}");
    }
    let truncated = refusal(Some(&header[..header.len() - 3]));
    assert_eq!(truncated.accessor(), Some(accessor.as_str()));
    assert_eq!(truncated.to_string(), "the token is truncated");
    assert!(fixture.service.authenticate(Some(&header.replacen("Bearer", "bEARER", 1)), "r").is_ok());

    NOW.fetch_add(31 * 86_400_000, Ordering::Relaxed);
    assert_eq!(refusal(Some(&header)), Refusal::Expired { accessor: accessor.clone() });
    let (header, accessor) = fixture.token("scim");
    fixture.execute(Command::TokenRevoke { tenant: "acme".to_owned(), accessor: accessor.clone() });
    let revoked = refusal(Some(&header));
    assert_eq!(revoked, Refusal::Revoked { accessor });
    assert_eq!(revoked.detail(), truncated.detail(), "the answer does not say which");
    let reasons: Vec<_> = fixture.log(2).into_iter().filter_map(|line| line.reason).collect();
    assert_eq!(reasons, ["the token was revoked", "the token has expired"]);
}

#[test]
fn b25_provisioning_off_refuses_scim_and_leaves_decisions_alone() {
    let fixture = Fixture::new();
    let (header, accessor) = fixture.token("scim");
    let users = fixture.service.users(fixture.caller());
    wait(users.create(&user("ann"), &Projection::all())).unwrap();
    fixture.set("provisioning", "off");
    let refusal = fixture.service.authenticate(Some(&header), "r").unwrap_err();
    assert_eq!(refusal, Refusal::ProvisioningOff { accessor, tenant: "acme".to_owned() });
    assert_eq!(refusal.verdict().status, 403);
    let create = Command::KeyCreate {
        tenant: "acme".to_owned(),
        user: "ann".to_owned(),
        label: String::new(),
        expires_days: Some(1),
    };
    let Reply::NewKey(key) = fixture.execute(create) else { panic!("no key") };
    assert!(matches!(fixture.service.check(key.key.reveal(), &Context::default()), Check::Decided(_)));
    fixture.execute(Command::TenantEnable { name: "acme".to_owned(), enabled: false });
    assert_eq!(
        fixture.service.check(key.key.reveal(), &Context::default()),
        Check::InvalidKey { reason: "tenant_suspended" }
    );
}

#[test]
fn b13_a_tenant_may_require_more_attributes() {
    let fixture = Fixture::new();
    fixture.set("required_attributes", "entra-guide");
    let users = fixture.service.users(fixture.caller());
    let error = wait(users.create(&user("ann"), &Projection::all())).unwrap_err();
    assert!(
        matches!(&error, ServiceError::RequiredByTenant(paths) if paths == &[r#"emails[type eq "work"].value"#, "active"]),
        "{error}"
    );
}

#[test]
fn unknown_members_are_skipped_with_a_warning_or_refused_as_the_tenant_wants() {
    let fixture = Fixture::new();
    let groups = fixture.service.groups(fixture.caller());
    let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"g","members":[{"value":"nobody"}]}"#;
    let group = wait(groups.create(body.as_bytes(), &Projection::all())).unwrap();
    assert!(fixture.log(1)[0].reason.as_deref().unwrap().contains("1 unknown members were skipped: nobody"));

    fixture.set("unknown_members", "reject");
    let groups = fixture.service.groups(fixture.caller());
    let add = patch(r#"[{"op":"add","path":"members","value":[{"value":"nobody"}]}]"#);
    let id = id(&group);
    let id = id.as_str();
    let error = wait(groups.patch(id, &add, None, &Projection::all())).unwrap_err();
    assert!(matches!(&error, ServiceError::UnknownMembers(ids) if ids == &["nobody"]), "{error}");
    assert_eq!(groups.get(id, &Projection::all()).unwrap().etag, group.etag);
}

#[test]
fn what_was_decided_is_decided_alike_after_a_restart() {
    let fixture = Fixture::new();
    let Fixture { service, _directory: directory } = &fixture;
    let users = service.users(fixture.caller());
    let groups = service.groups(fixture.caller());
    let ann = wait(users.create(&user("ann"), &Projection::all())).unwrap();
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"openai_block","members":[{{"value":"{}"}}]}}"#,
        id(&ann)
    );
    wait(groups.create(body.as_bytes(), &Projection::all())).unwrap();
    let document =
        r#"{"rules":[{"name":"No","conditions":{"user_groups":["openai_block"]},"action":"BLOCK"}]}"#;
    fixture.execute(Command::PolicyApply { tenant: "acme".to_owned(), document: document.to_owned() });
    let create = Command::KeyCreate {
        tenant: "acme".to_owned(),
        user: "ann".to_owned(),
        label: String::new(),
        expires_days: None,
    };
    let Reply::NewKey(key) = fixture.execute(create) else { panic!("no key") };
    let before = service.check(key.key.reveal(), &Context::default());
    assert!(matches!(&before, Check::Decided(decided) if !decided.decision.allows()));

    let path = directory.path().to_owned();
    let Fixture { service, _directory: kept } = fixture;
    drop(service);
    let config =
        ServiceConfig { store: StoreConfig::new(path), base_url: "https://scim.test/scim/v2".to_owned() };
    let after = Service::open(&config).unwrap().check(key.key.reveal(), &Context::default());
    drop(kept);
    assert_eq!(after, before);
}
