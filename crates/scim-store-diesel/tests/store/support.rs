//! A store in a directory of its own, and the plain connection that looks at its file.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use scim_core::Resource;
use scim_core::schema::{ResourceType, ResourceTypes};
use scim_store_diesel::{
    CommitObserver, Committed, Kind, LogLine, MemberDelta, MemberWrite, Pending, ResourceId, Store,
    StoreConfig, StoreError, StoredResource, TenantId, Tx,
};
use serde_json::{Value, json};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// What the observer was told, batch by batch.
pub(crate) type Seen = Arc<Mutex<Vec<Vec<Committed>>>>;

/// Writes down every batch.
pub(crate) struct Recorder(pub(crate) Seen);

impl CommitObserver for Recorder {
    fn committed(&mut self, batch: Vec<Committed>) {
        self.0.lock().unwrap().push(batch);
    }
}

/// A store with one tenant, `acme`.
pub(crate) struct Fixture {
    // Dropped first: the directory must outlive the writer.
    pub(crate) store: Store,
    pub(crate) acme: TenantId,
    pub(crate) seen: Seen,
    pub(crate) config: StoreConfig,
    pub(crate) directory: TempDir,
}

/// The work of a request, for queueing.
pub(crate) type Answer<T> = Pending<T, StoreError>;

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(adjust: impl FnOnce(&mut StoreConfig)) -> Self {
        crate::plans::observe();
        let directory = tempfile::tempdir().unwrap();
        let mut config = StoreConfig::new(directory.path().join("data"));
        config.readers = 2;
        adjust(&mut config);
        let seen = Seen::default();
        let store = Store::open(&config, |_, _| Recorder(Arc::clone(&seen))).unwrap();
        let acme =
            store.write(|tx| Ok::<_, StoreError>(tx.create_tenant("acme", "{}", 7)?.id)).wait().unwrap();
        Self { store, acme, seen, config, directory }
    }

    /// Closes the store and opens it again, with what `adjust` makes of the configuration.
    pub(crate) fn reopen(self, adjust: impl FnOnce(&mut StoreConfig)) -> Self {
        let Self { store, acme, seen, mut config, directory } = self;
        drop(store);
        adjust(&mut config);
        let store = Store::open(&config, |_, _| Recorder(Arc::clone(&seen))).unwrap();
        Self { store, acme, seen, config, directory }
    }

    /// Runs the work of one request and waits for the commit.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.store.write(work).wait()
    }

    pub(crate) fn tenant(&self, name: &'static str) -> TenantId {
        self.write(move |tx| Ok(tx.create_tenant(name, "{}", 1)?.id)).unwrap()
    }

    pub(crate) fn queue_user(&self, name: &str) -> Answer<StoredResource> {
        let (acme, user) = (self.acme, user(name));
        self.store.write(move |tx| tx.tenant(acme).insert(Kind::User, &user))
    }

    pub(crate) fn add(&self, kind: Kind, document: Resource) -> Result<StoredResource, StoreError> {
        let acme = self.acme;
        self.write(move |tx| tx.tenant(acme).insert(kind, &document))
    }

    pub(crate) fn add_user(&self, name: &str) -> StoredResource {
        self.add(Kind::User, user(name)).unwrap()
    }

    pub(crate) fn add_group(&self, name: &str) -> StoredResource {
        self.add(Kind::Group, group(name)).unwrap()
    }

    pub(crate) fn delete(&self, kind: Kind, id: ResourceId) -> Result<StoredResource, StoreError> {
        let acme = self.acme;
        self.write(move |tx| tx.tenant(acme).delete(kind, id))
    }

    /// Changes the membership of a group as one request does.
    pub(crate) fn change(
        &self,
        group: ResourceId,
        writes: Vec<MemberWrite>,
    ) -> Result<MemberDelta, StoreError> {
        let acme = self.acme;
        self.write(move |tx| {
            let mut tenant = tx.tenant(acme);
            let mut group = tenant.find(Kind::Group, group)?;
            tenant.change_members(&mut group, &writes, false)
        })
    }

    pub(crate) fn find(&self, kind: Kind, id: ResourceId) -> Option<StoredResource> {
        match self.store.tenant(self.acme).find(kind, id, Default::default()) {
            Ok(loaded) => Some(loaded.resource),
            Err(StoreError::NotFound) => None,
            Err(other) => panic!("{other}"),
        }
    }

    /// Everything the observer was told of a tenant, in order.
    pub(crate) fn told(&self, tenant: TenantId) -> Vec<Committed> {
        self.seen.lock().unwrap().iter().flatten().filter(|c| c.tenant == tenant).cloned().collect()
    }

    /// Keeps the writer busy until the sender is used or dropped; what is queued meanwhile is the
    /// next batch.
    pub(crate) fn hold_writer(&self) -> Hold {
        let (go, wait) = channel::<()>();
        let (entered, running) = channel::<()>();
        let pending = self.store.write(move |_| {
            let _ = entered.send(());
            let _ = wait.recv();
            Ok(())
        });
        running.recv().unwrap();
        Hold { go, pending }
    }

    /// The kind of a resource type.
    pub(crate) fn kind(&self, name: &str) -> Kind {
        let types = self.store.types();
        types.iter().find(|stored| stored.resource_type.name == name).unwrap().kind
    }

    /// The resource type of a kind.
    pub(crate) fn resource_type(&self, kind: Kind) -> &ResourceType {
        &self.store.types().iter().find(|stored| stored.kind == kind).unwrap().resource_type
    }

    /// A plain connection to the file, that knows nothing of the store.
    pub(crate) fn database(&self) -> Database {
        Database::open(&self.config)
    }
}

/// The busy writer of [`Fixture::hold_writer`].
pub(crate) struct Hold {
    go: Sender<()>,
    pending: Answer<()>,
}

impl Hold {
    pub(crate) fn release(self) {
        drop(self.go);
        self.pending.wait().unwrap();
    }
}

/// A user of that userName.
pub(crate) fn user(name: &str) -> Resource {
    document(json!({"userName": name}))
}

/// A group of that displayName.
pub(crate) fn group(name: &str) -> Resource {
    document(json!({"displayName": name}))
}

/// A document of these attributes.
pub(crate) fn document(attributes: Value) -> Resource {
    match attributes {
        Value::Object(attributes) => Resource::from_stored(attributes),
        other => panic!("{other} is no object"),
    }
}

/// The built-in types with what a definition file adds.
pub(crate) fn types(definitions: &Value) -> ResourceTypes {
    let text = definitions.to_string();
    match ResourceTypes::built_in().with_definitions([("test.json", text.as_bytes())]) {
        Ok(types) => types,
        Err(errors) => panic!("{errors}"),
    }
}

/// The name of a built-in type.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "User",
        Kind::Group => "Group",
        Kind::Other(_) => panic!("not built in"),
    }
}

/// What a channel holds now, without waiting.
pub(crate) fn drain<T>(channel: &Receiver<T>) -> Vec<T> {
    channel.try_iter().collect()
}

/// Ids as clients send them.
pub(crate) fn texts(ids: &[ResourceId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

pub(crate) struct Database(SqliteConnection);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    t: Option<String>,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// A row of the change log.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub(crate) struct LogRow {
    #[diesel(sql_type = BigInt)]
    pub(crate) seq: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) kind: i64,
    #[diesel(sql_type = BigInt)]
    pub(crate) version: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) actor: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(crate) request_id: Option<String>,
    #[diesel(sql_type = Text)]
    detail: String,
}

impl LogRow {
    pub(crate) fn detail(&self) -> Value {
        serde_json::from_str(&self.detail).unwrap()
    }
}

impl Database {
    pub(crate) fn open(config: &StoreConfig) -> Self {
        let mut conn = SqliteConnection::establish(config.database_path().to_str().unwrap()).unwrap();
        conn.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        Self(conn)
    }

    pub(crate) fn run(&mut self, sql: &str) {
        self.0.batch_execute(sql).unwrap();
    }

    /// The one number of a query that calls it `n`.
    pub(crate) fn number(&mut self, sql: &str) -> i64 {
        diesel::sql_query(sql).get_result::<Number>(&mut self.0).unwrap().n
    }

    /// The number of rows of a table.
    pub(crate) fn count(&mut self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM {table}"))
    }

    /// The texts of a query that calls them `t`.
    pub(crate) fn texts(&mut self, sql: &str) -> Vec<Option<String>> {
        let lines = diesel::sql_query(sql).load::<Line>(&mut self.0).unwrap();
        lines.into_iter().map(|line| line.t).collect()
    }

    /// How SQLite goes about a statement, step by step.
    pub(crate) fn plan(&mut self, sql: &str) -> Vec<String> {
        let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<Step>(&mut self.0).unwrap();
        steps.into_iter().map(|step| step.detail).collect()
    }

    /// The change log of a tenant, in order.
    pub(crate) fn log(&mut self, tenant: TenantId) -> Vec<LogRow> {
        let sql = "SELECT seq, kind, version, actor, request_id, detail FROM change_log WHERE tenant = ? ORDER BY id";
        diesel::sql_query(sql).bind::<BigInt, _>(tenant.number()).load(&mut self.0).unwrap()
    }
}

/// A line of the provisioning log, of a request at a time.
pub(crate) fn log_line(at_ms: i64, request_id: &str) -> LogLine {
    LogLine {
        at_ms,
        request_id: request_id.to_owned(),
        accessor: Some("acc".to_owned()),
        action: "Update user".to_owned(),
        res: None,
        target: None,
        status: 200,
        scim_type: None,
        reason: None,
        dialects: String::new(),
        ignored: String::new(),
        refused: String::new(),
        duration_us: 1,
    }
}
