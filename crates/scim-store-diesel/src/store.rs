//! The store: the way in for everybody.

use crate::admissions::{Admission, Admissions};
use crate::change::{CommitObserver, TenantState};
use crate::error::{OpenError, StoreError};
use crate::ids::{Kind, ResourceId, TenantId};
use crate::lanes::Lanes;
use crate::layout::StoredType;
use crate::listing::{self, Listing, Loaded, Page, Relations, View};
use crate::logs::{LogFilter, LogOrder, LogPage, LogPlace, LogTail};
use crate::remembered::Remembered;
use crate::rows::{ApiKeyRow, PolicyRow, ReadCount, TenantRow, TokenRow};
use crate::sqlite::queries::layout::Unsettled;
use crate::sqlite::queries::list::{self, Reading, one_by_key};
use crate::sqlite::queries::{keys, layout, log, reads, relations, resources, state, tenants, tokens};
use crate::sqlite::{Conn, Ownership, Readers, Writer, WriterSettings, cursor_secret, open_writer};
use crate::tx::Tx;
use diesel::Connection;
use scim_core::schema::ResourceTypes;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The directory that holds the database; made if it is missing.
    pub data_dir: PathBuf,
    /// How many connections there are for reads by a key, such as tokens and single resources. Default 8.
    pub readers: u32,
    /// How many connections there are for lists, which can take long; one tenant may use half of them.
    /// Default 4.
    pub listers: u32,
    /// How long one list may take where scim-core decides row by row; a filter that is not decided by then
    /// is refused. What SQL decides alone is bounded by the number of its conditions. Default 10 s.
    pub list_time: Duration,
    /// How long a read waits for a connection. Default 2 s.
    pub reader_wait: Duration,
    /// How many writes may wait; one more is refused. Default 4,096.
    pub queue: usize,
    /// The most requests in one commit. Default 256.
    pub batch: usize,
    /// The time in milliseconds since 1970.
    pub clock: fn() -> i64,
    /// The resource types. Default: those that are built in.
    pub types: ResourceTypes,
}

impl StoreConfig {
    /// The defaults, for a data directory.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            readers: 8,
            listers: 4,
            list_time: Duration::from_secs(10),
            reader_wait: Duration::from_secs(2),
            queue: 4096,
            batch: 256,
            clock: || chrono::Utc::now().timestamp_millis(),
            types: ResourceTypes::built_in(),
        }
    }

    /// The database file.
    pub fn database_path(&self) -> PathBuf {
        self.data_dir.join("scimd.db")
    }
}

/// A database of tenants, open for reading and writing.
///
/// Reads may come from any thread. Writes go to one thread that commits many of them together; a
/// write is answered after the commit that holds it has reached the disk.
pub struct Store {
    readers: Readers,
    // Apart from the others: no list keeps a token from being looked up.
    listers: Readers,
    list_time: Duration,
    lanes: Lanes,
    remembered: Remembered,
    types: Arc<[StoredType]>,
    cursor_secret: [u8; 32],
    admissions: Arc<Admissions>,
    writer: Writer,
    // Dropped last: nobody else may open the directory while the writer still runs.
    _ownership: Ownership,
}

impl Store {
    /// Opens a data directory, creating the database or bringing it up to date.
    ///
    /// `observer` is built from the state of all tenants and then told of every commit, without a
    /// gap between the two.
    ///
    /// # Errors
    /// When the directory cannot be used, belongs to another process, or was written by a newer
    /// version.
    pub fn open<O: CommitObserver + 'static>(
        config: &StoreConfig,
        observer: impl FnOnce(Vec<TenantState>, StateReader) -> O,
    ) -> Result<Self, OpenError> {
        let path = config.database_path();
        let io = |reason: String| OpenError::Io { path: path.clone(), reason };
        make_private(&config.data_dir).map_err(|e| io(e.to_string()))?;
        let ownership = Ownership::take(&config.data_dir)?;
        let mut conn = open_writer(&path)?;
        let open = |size| Readers::open(&path, size, config.reader_wait);
        let (readers, listers, states_reader) = (open(config.readers)?, open(config.listers)?, open(1)?);
        let settled = conn.transaction(|conn| layout::settle(conn, &config.types));
        let types: Arc<[StoredType]> = match settled {
            Ok(types) => types.into(),
            Err(Unsettled::Duplicate { resource_type, path, ids }) => {
                return Err(OpenError::Duplicate { resource_type, attribute: path, ids });
            }
            Err(Unsettled::Store(error)) => return Err(io(error.to_string())),
        };
        let cursor_secret = cursor_secret(&mut conn).map_err(io)?;
        let states = all_states(&mut conn).map_err(|e| io(e.to_string()))?;
        let admissions = Arc::<Admissions>::default();
        let settings = WriterSettings {
            queue: config.queue,
            batch: config.batch,
            clock: config.clock,
            types: Arc::clone(&types),
            admissions: Arc::clone(&admissions),
        };
        let observer = Box::new(observer(states, StateReader { readers: states_reader }));
        let writer = Writer::start(conn, settings, observer).map_err(|e| io(e.to_string()))?;
        let list_time = config.list_time;
        let remembered = Remembered::default();
        Ok(Self {
            readers,
            listers,
            list_time,
            lanes: Lanes::new(config.listers, config.reader_wait),
            remembered,
            types,
            cursor_secret,
            admissions,
            writer,
            _ownership: ownership,
        })
    }

    /// The resource types, users and groups first.
    pub fn types(&self) -> &[StoredType] {
        &self.types
    }

    /// 32 random bytes that this database has had since it was made, to seal cursors with.
    pub fn cursor_secret(&self) -> [u8; 32] {
        self.cursor_secret
    }

    /// Runs the work of one request inside the next transaction.
    ///
    /// When the work answers an error, everything it wrote is undone; the other requests of the
    /// commit stand. The error is handed on after the commit too, for it may rest on their writes.
    ///
    /// The work may go on after [`StoreError::Taken`], [`StoreError::NotFound`], [`StoreError::TooLarge`] and
    /// whatever made a part of it end ([`Tx::attempt`]). It must hand on
    /// every other error at once: a full disk, for one, makes SQLite give up the whole transaction by
    /// itself, and what is written after that is not undone with the rest.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Pending<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        // Nobody waits any longer when the client has gone; the write stands all the same.
        self.writer.submit(work, move |result| drop(reply.send(result)));
        Pending { answer }
    }

    /// As [`Store::write`], for whoever does not wait: `ended` gets the result, on the writer's thread
    /// and so in a moment, or at once if the queue does not take the work.
    pub fn write_then<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        ended: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.submit(work, ended);
    }

    /// The one way to a tenant's rows.
    pub fn tenant(&self, tenant: TenantId) -> TenantStore<'_> {
        TenantStore { store: self, tenant }
    }

    /// All tenants, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        tenants::all(&mut *self.readers.get()?)
    }

    /// The tenant of a name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub fn tenant_named(&self, name: &str) -> Result<TenantRow, StoreError> {
        tenants::by_name(&mut *self.readers.get()?, name)?.ok_or(StoreError::NotFound)
    }

    /// The token of an accessor and the tenant that it opens, whatever state both are in.
    ///
    /// As they are in the last commit; when the token was last used may be older.
    ///
    /// # Errors
    /// When the database fails.
    pub fn token(&self, accessor: &str) -> Result<Option<Arc<Admission>>, StoreError> {
        if let Some(known) = self.admissions.find(accessor) {
            return Ok(Some(known));
        }
        let generation = self.admissions.generation();
        let Some((token, tenant)) = tokens::find(&mut *self.readers.get()?, accessor)? else {
            return Ok(None);
        };
        let admission = Arc::new(Admission { token, tenant });
        self.admissions.remember(generation, &admission);
        Ok(Some(admission))
    }
}

/// Reads whole tenants, for whoever follows the commits and lost the thread.
pub struct StateReader {
    readers: Readers,
}

impl StateReader {
    /// The state of a tenant at this moment.
    ///
    /// # Errors
    /// When the database fails or the tenant is gone.
    pub fn read(&self, tenant: TenantId) -> Result<TenantState, StoreError> {
        snapshot(&mut *self.readers.get()?, |conn| state::load(conn, tenant))
    }
}

fn all_states(conn: &mut Conn) -> Result<Vec<TenantState>, StoreError> {
    snapshot(conn, |conn| tenants::all(conn)?.into_iter().map(|t| state::load(conn, t.id)).collect())
}

/// Runs several queries against one moment of the database.
fn snapshot<T>(
    conn: &mut Conn,
    read: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    conn.transaction(read)
}

/// Whether a list asks who has a unique name, and so is one read by a key.
pub fn asks_one(listing: Listing<'_>) -> bool {
    one_by_key(listing).is_some()
}

/// The most resources on a page that is read where nothing may wait.
const SMALL_PAGE: i64 = 100;

/// Makes a directory that only its owner can enter.
fn make_private(directory: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// One tenant's rows. Nothing here can name another tenant's row.
#[derive(Clone, Copy)]
pub struct TenantStore<'s> {
    store: &'s Store,
    tenant: TenantId,
}

impl TenantStore<'_> {
    /// A resource with the computed parts that are wanted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has none of that kind and id.
    pub fn find(&self, kind: Kind, id: ResourceId, wanted: Relations) -> Result<Loaded, StoreError> {
        let conn = &mut *self.store.readers.get()?;
        let number = self.tenant.0;
        // Not one moment: relations have no part in the version of a resource.
        let row = resources::find(conn, number, kind, id)?.ok_or(StoreError::NotFound)?;
        relations::complete(conn, number, kind, row, wanted)
    }

    /// Whether a list is so quick that it may be read where nothing may wait: who has a unique name, and
    /// a small page of everything, without members, whose place is known.
    pub fn is_quick(&self, asked: Listing<'_>) -> bool {
        let [part] = asked.parts else { return false };
        let everything = part.predicate.is_none() && asked.order.is_none();
        let small = asked.limit <= SMALL_PAGE && !asked.relations.members;
        let known = || match asked.from {
            listing::From::Index(index) => self.store.remembered.is_near((self.tenant.0, part.kind), index),
            listing::From::After(_) | listing::From::Before(_) => true,
        };
        asks_one(asked) || (everything && small && known())
    }

    /// Lists resources, page by page.
    ///
    /// `view` says how a row looks as a resource. It is asked about rows that SQL alone cannot
    /// decide, with the relations that the predicate and the order need.
    ///
    /// A page ends early when its documents would fill too much memory.
    ///
    /// # Errors
    /// [`StoreError::TooMuchWork`] when the list takes too long to find; [`StoreError::PlaceGone`] when
    /// a sorted list is to go on from a resource that is gone; when the database fails, or `view` does.
    pub fn list(&self, listing: Listing<'_>, view: &View<'_>) -> Result<Page, StoreError> {
        let deadline = Instant::now() + self.store.list_time;
        let read = |conn: &mut Conn| {
            let mut reading = Reading {
                conn,
                tenant: self.tenant.0,
                types: &self.store.types,
                remembered: &self.store.remembered,
                deadline,
            };
            list::list(&mut reading, listing, view)
        };
        // One resource needs no moment of its own, as in `find`.
        if asks_one(listing) {
            return read(&mut *self.store.readers.get()?);
        }
        if self.is_quick(listing) {
            return snapshot(&mut *self.store.readers.get()?, read);
        }
        let _lane = self.store.lanes.enter(self.tenant.0)?;
        snapshot(&mut *self.store.listers.get()?, read)
    }

    /// The tokens, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        tokens::all(&mut *self.store.readers.get()?, self.tenant.0)
    }

    /// The API keys, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keys(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        keys::all(&mut *self.store.readers.get()?, self.tenant.0)
    }

    /// The policy document in force.
    ///
    /// # Errors
    /// When the database fails.
    pub fn policy(&self) -> Result<Option<PolicyRow>, StoreError> {
        keys::policy_in_force(&mut *self.store.readers.get()?, self.tenant.0)
    }

    /// Some lines of the provisioning log, from a place on; at most `limit`.
    ///
    /// Where lines have to be looked at one by one, a page looks at 20,000 and can come out empty.
    ///
    /// # Errors
    /// When the database fails.
    pub fn log(
        &self,
        filter: &LogFilter,
        order: LogOrder,
        from: Option<LogPlace>,
        limit: u32,
    ) -> Result<LogPage, StoreError> {
        let read = |conn: &mut Conn| log::page(conn, self.tenant.0, filter, order, from, limit.into());
        snapshot(&mut *self.store.readers.get()?, read)
    }

    /// The newest lines of the provisioning log, oldest first, to go on from with [`TenantStore::log_after`].
    ///
    /// # Errors
    /// When the database fails.
    pub fn log_tail(&self, limit: u32) -> Result<LogTail, StoreError> {
        snapshot(&mut *self.store.readers.get()?, |conn| log::tail(conn, self.tenant.0, limit.into()))
    }

    /// The lines of the provisioning log that were written after a number, in the order of their commits.
    ///
    /// # Errors
    /// When the database fails.
    pub fn log_after(&self, number: i64) -> Result<LogTail, StoreError> {
        snapshot(&mut *self.store.readers.get()?, |conn| log::after(conn, self.tenant.0, number))
    }

    /// The time of the newest line of the provisioning log or, if that is later, of the newest count of
    /// reads. `None` when there is neither.
    ///
    /// # Errors
    /// When the database fails.
    pub fn newest_log_ms(&self) -> Result<Option<i64>, StoreError> {
        let conn = &mut *self.store.readers.get()?;
        Ok(log::newest(conn, self.tenant.0)?.max(reads::newest(conn, self.tenant.0)?))
    }

    /// How often each token read, minute by minute, after a minute and an accessor; at most `limit`. No
    /// accessor is empty, so that with an empty one the minute itself is a part of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read_counts(&self, after: (i64, &str), limit: u32) -> Result<Vec<ReadCount>, StoreError> {
        reads::after(&mut *self.store.readers.get()?, self.tenant.0, after, limit.into())
    }
}

/// The answer to a write, once it is durable.
#[must_use = "a write is answered only when its commit is known"]
pub struct Pending<T, E> {
    answer: oneshot::Receiver<Result<T, E>>,
}

impl<T, E: From<StoreError>> Pending<T, E> {
    /// Waits on a thread that may block.
    ///
    /// # Errors
    /// What the work answered, or why it is not durable.
    pub fn wait(self) -> Result<T, E> {
        self.answer.blocking_recv().unwrap_or_else(|_| Err(gone()))
    }
}

impl<T, E: From<StoreError>> Future for Pending<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(cx).map(|answer| answer.unwrap_or_else(|_| Err(gone())))
    }
}

fn gone<E: From<StoreError>>() -> E {
    StoreError::NotDurable("the writer has stopped".to_owned()).into()
}
