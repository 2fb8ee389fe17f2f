//! The writer thread: everything that is written, written by one connection, many requests to a commit.

use super::Conn;
use crate::admissions::Admissions;
use crate::change::{CommitObserver, Committed};
use crate::error::StoreError;
use crate::layout::StoredType;
use crate::sqlite::queries::counts::CountChanges;
use crate::tx::Tx;
use diesel::connection::SimpleConnection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// How the writer is set up.
pub(crate) struct WriterSettings {
    /// The most requests that may wait; one more is refused.
    pub(crate) queue: usize,
    /// The most requests in one commit.
    pub(crate) batch: usize,
    /// The time in milliseconds since 1970.
    pub(crate) clock: fn() -> i64,
    /// The resource types.
    pub(crate) types: Arc<[StoredType]>,
    /// Told of every commit that changes a token or a tenant.
    pub(crate) admissions: Arc<Admissions>,
}

/// The handle to the writer thread.
pub(crate) struct Writer {
    // Invariant: `None` only while being dropped; closing the queue ends the thread.
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It ends when the handle is dropped, after everything queued is written.
    pub(crate) fn start(
        conn: Conn,
        settings: WriterSettings,
        observer: Box<dyn CommitObserver>,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(settings.queue);
        let thread = std::thread::Builder::new()
            .name("scimd-writer".to_owned())
            .spawn(move || run(conn, &settings, observer, &jobs))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Queues the work of one request. `reply` gets the result after the commit that holds it, or at once
    /// if the queue does not take it.
    pub(crate) fn submit<T, E, F, R>(&self, work: F, reply: R)
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        R: FnOnce(Result<T, E>) + Send + 'static,
    {
        let job = Box::new(Request { work: Some(work), result: None, reply: Some(reply) });
        let refused = match &self.queue {
            None => Some((job as Box<dyn Job>, StoreError::NotDurable("the writer has stopped".to_owned()))),
            Some(queue) => match queue.try_send(job) {
                Ok(()) => None,
                Err(TrySendError::Full(job)) => Some((job, StoreError::Overloaded)),
                Err(TrySendError::Disconnected(job)) => {
                    Some((job, StoreError::NotDurable("the writer has stopped".to_owned())))
                }
            },
        };
        if let Some((job, error)) = refused {
            job.answer(Some(error));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was logged when it happened.
            let _ = thread.join();
        }
    }
}

/// One request in the queue.
trait Job: Send {
    /// Does the work inside the open transaction; true when it is to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;

    /// Sends the answer; with an error, that instead of the result.
    fn answer(self: Box<Self>, failed: Option<StoreError>);
}

struct Request<F, T, E, R> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: Option<R>,
}

impl<F, T, E, R> Job for Request<F, T, E, R>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result =
            catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|_| Err(StoreError::Panicked.into()));
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(mut self: Box<Self>, failed: Option<StoreError>) {
        let result = match (failed, self.result.take()) {
            (None, Some(result)) => result,
            (Some(error), _) => Err(error.into()),
            (None, None) => Err(StoreError::NotDurable("the request was not run".to_owned()).into()),
        };
        if let Some(reply) = self.reply.take() {
            reply(result);
        }
    }
}

fn run(
    mut conn: Conn,
    settings: &WriterSettings,
    mut observer: Box<dyn CommitObserver>,
    jobs: &Receiver<Box<dyn Job>>,
) {
    while let Ok(first) = jobs.recv() {
        // The batch is whatever waited while the last commit was on its way to the disk.
        let mut batch = vec![first];
        while batch.len() < settings.batch
            && let Ok(next) = jobs.try_recv()
        {
            batch.push(next);
        }
        match write(&mut conn, settings, &mut batch) {
            Ok(Written { committed, admissions }) => {
                if admissions {
                    settings.admissions.changed();
                }
                if !committed.is_empty() {
                    observer.committed(committed);
                }
                batch.into_iter().for_each(|job| job.answer(None));
            }
            Err(error) => {
                log::error!("a commit failed, {} requests are answered with 503: {error}", batch.len());
                // Whether it failed before or after it took effect is not known.
                settings.admissions.changed();
                // Where SQLite gave up the transaction by itself there is nothing to roll back.
                let _ = conn.batch_execute("ROLLBACK");
                let reason = error.to_string();
                batch.into_iter().for_each(|job| job.answer(Some(StoreError::NotDurable(reason.clone()))));
            }
        }
    }
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        log::warn!("the last checkpoint failed; the next start makes up for it: {error}");
    }
}

/// What a batch wrote.
#[derive(Default)]
struct Written {
    committed: Vec<Committed>,
    /// Whether a token or a tenant changed.
    admissions: bool,
}

/// Writes a batch in one transaction. A request that fails is undone alone, back to its savepoint.
///
/// On an error nothing of the batch is kept.
fn write(
    conn: &mut Conn,
    settings: &WriterSettings,
    batch: &mut [Box<dyn Job>],
) -> diesel::QueryResult<Written> {
    conn.batch_execute("BEGIN IMMEDIATE")?;
    let (mut written, mut counts) = (Written::default(), CountChanges::default());
    for job in batch {
        conn.batch_execute("SAVEPOINT request")?;
        let mut tx = Tx::new(conn, &settings.types, (settings.clock)());
        if job.run(&mut tx) {
            let done = tx.finish();
            written.committed.extend(done.changes);
            written.admissions |= done.admissions;
            counts.absorb(done.counts);
        } else {
            conn.batch_execute("ROLLBACK TO request")?;
        }
        conn.batch_execute("RELEASE request")?;
    }
    counts.write(conn)?;
    conn.batch_execute("COMMIT")?;
    Ok(written)
}
