//! What the recorder keeps, what it drops, and when it writes.

use super::*;
use crate::caller::Scope;
use crate::settings::TenantSettings;
use scim_store_diesel::{CommitObserver, Committed, StoreConfig};
use std::sync::mpsc::{Receiver, Sender, channel};
use tempfile::TempDir;

const NOON: i64 = 1_790_000_000_000;

struct Nobody;

impl CommitObserver for Nobody {
    fn committed(&mut self, _: Vec<Committed>) {}
}

struct World {
    recorder: Arc<Recorder>,
    store: Store,
    tenant: TenantId,
    _directory: TempDir,
}

impl World {
    /// A store in whose queue so many writes may wait.
    fn new(queue: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = StoreConfig { queue, ..StoreConfig::new(directory.path()) };
        let store = Store::open(&config, |_, _| Nobody).unwrap();
        let created = store.write::<_, StoreError>(|tx| tx.create_tenant("acme", "{}", 1));
        let tenant = created.wait().unwrap().id;
        Self { recorder: Arc::default(), store, tenant, _directory: directory }
    }

    fn caller(&self) -> Caller {
        Caller {
            tenant: self.tenant,
            tenant_name: "acme".to_owned(),
            settings: TenantSettings::default(),
            accessor: "acc".to_owned(),
            scope: Scope::Scim,
            request_id: "r".to_owned(),
        }
    }

    fn refuse(&self, action: &str) {
        self.recorder.refused(&self.store, self.tenant, line(action, NOON));
    }

    fn turn_away(&self, line: LogLine) {
        self.recorder.turned_away(&self.store, self.tenant, line);
    }

    fn look_up(&self, what: u32, at_ms: i64) {
        let line = || line("Look up user", at_ms);
        self.recorder.not_found(&self.store, &self.caller(), at_ms, what, line);
    }

    /// The actions of all lines that are durable, oldest first.
    fn actions(&self) -> Vec<String> {
        let (tenant, mut found, mut after) = (self.store.tenant(self.tenant), Vec::new(), 0);
        loop {
            let tail = tenant.log_after(after).unwrap();
            if tail.lines.is_empty() {
                return found;
            }
            found.extend(tail.lines.into_iter().map(|numbered| numbered.line.action));
            after = tail.after;
        }
    }

    fn written(&self) -> Vec<String> {
        self.recorder.finish(&self.store).unwrap();
        self.actions()
    }

    fn dropped(&self) -> u64 {
        self.recorder.counters().totals().dropped_lines
    }

    /// Queues a write that holds the writer until it is told to end. It says when it has begun.
    fn hold(&self) -> (Receiver<()>, Sender<()>) {
        let ((begun, has_begun), (end, ending)) = (channel(), channel::<()>());
        let work = move |_: &mut Tx<'_>| {
            begun.send(()).unwrap();
            ending.recv().unwrap();
            Ok::<_, StoreError>(())
        };
        self.store.write_then(work, |_| {});
        (has_begun, end)
    }
}

fn line(action: &str, at_ms: i64) -> LogLine {
    LogLine {
        at_ms,
        request_id: "r".to_owned(),
        accessor: Some("acc".to_owned()),
        action: action.to_owned(),
        res: None,
        target: None,
        status: 403,
        scim_type: None,
        reason: Some("no".to_owned()),
        dialects: String::new(),
        ignored: String::new(),
        refused: String::new(),
        duration_us: 1,
    }
}

#[test]
fn so_many_lines_wait_lookups_take_half_of_the_room_and_what_is_dropped_is_counted() {
    let world = World::new(16);
    let (begun, end) = world.hold();
    begun.recv().unwrap();
    for what in 0..3000 {
        world.look_up(what, NOON);
    }
    assert_eq!(world.dropped(), 3000 - LOOKUPS as u64);
    for _ in 0..3000 {
        world.refuse("refused");
    }
    assert_eq!(world.dropped(), 6000 - CAPACITY as u64);
    end.send(()).unwrap();
    let written = world.written();
    let refused = written.iter().filter(|action| *action == "refused").count();
    assert_eq!((written.len(), refused), (CAPACITY, CAPACITY - LOOKUPS));
}

#[test]
fn the_same_is_turned_away_once_a_minute_whatever_the_clock_does() {
    let world = World::new(16);
    let at = |at_ms| world.turn_away(line("a", at_ms));
    at(NOON);
    at(NOON + 59_999);
    let a = || line("a", NOON);
    // What differs is another cause.
    world.turn_away(line("b", NOON));
    world.turn_away(LogLine { status: 404, ..a() });
    world.turn_away(LogLine { reason: Some("other".to_owned()), ..a() });
    world.turn_away(LogLine { accessor: Some("other".to_owned()), ..a() });
    at(NOON);
    assert_eq!(world.written().len(), 5);
    at(NOON + 60_000);
    assert_eq!(world.written().len(), 6);
    // A clock that was set back hides nothing.
    at(NOON - 1);
    at(NOON);
    assert_eq!(world.written().len(), 7);
    for (at_ms, lines) in [(NOON, 8), (NOON + 1, 8), (NOON - 1, 9), (NOON + 60_000, 10)] {
        world.look_up(1, at_ms);
        assert_eq!(world.written().len(), lines, "{at_ms}");
    }
}

#[test]
fn the_last_use_of_a_token_is_due_again_when_the_clock_was_set_back() {
    let world = World::new(16);
    let (begun, end) = world.hold();
    begun.recv().unwrap();
    for at_ms in [NOON, NOON + 1, NOON - 1, NOON, NOON + 60_000] {
        world.recorder.used(&world.store, "acc", at_ms);
    }
    let used: Vec<i64> = world.recorder.lock().used.iter().map(|(_, at_ms)| at_ms - NOON).collect();
    assert_eq!(used, [0, -1, 60_000]);
    end.send(()).unwrap();
}

#[test]
fn what_a_full_queue_refuses_is_written_by_the_next() {
    let world = World::new(1);
    let (begun, end) = world.hold();
    begun.recv().unwrap();
    let (second, end_second) = world.hold();
    world.refuse("first");
    assert!(!world.recorder.lock().in_flight, "nothing would be written any more");
    assert!(world.recorder.finish(&world.store).is_err());
    end.send(()).unwrap();
    second.recv().unwrap();
    end_second.send(()).unwrap();
    world.refuse("second");
    while world.actions().len() < 2 {
        std::thread::yield_now();
    }
    assert_eq!((world.actions(), world.dropped()), (vec!["first".to_owned(), "second".to_owned()], 0));
}

#[test]
fn the_end_waits_for_what_is_taken_and_not_committed() {
    let world = World::new(16);
    let (begun, end) = world.hold();
    begun.recv().unwrap();
    world.refuse("taken");
    // It shares the commit with the line.
    let (beside, end_beside) = world.hold();
    end.send(()).unwrap();
    beside.recv().unwrap();
    assert!(world.recorder.lock().lines.is_empty() && world.actions().is_empty());
    let owners = Arc::strong_count(&world.recorder);
    std::thread::scope(|scope| {
        let ending = scope.spawn(|| world.written());
        while !ending.is_finished() && Arc::strong_count(&world.recorder) == owners {
            std::thread::yield_now();
        }
        end_beside.send(()).unwrap();
        assert_eq!(ending.join().unwrap(), ["taken"]);
    });
}

#[test]
fn what_was_taken_and_not_written_is_counted() {
    let world = World::new(16);
    let (writing, ended) = Writing::new(&world.recorder);
    let fail = move |tx: &mut Tx<'_>| {
        let result = writing.run(tx);
        result.and_then(|_| Err(StoreError::NotDurable("the disk is full".to_owned())))
    };
    // As if it were queued, so that it takes the lines.
    world.recorder.lock().in_flight = true;
    world.refuse("one");
    world.refuse("two");
    let (said, says) = channel();
    world.store.write_then(fail, move |result| {
        ended.end(&result);
        said.send(result.is_err()).unwrap();
    });
    assert!(says.recv().unwrap());
    assert_eq!(world.dropped(), 2);
    world.refuse("three");
    assert_eq!(world.written(), ["three"]);
}

#[test]
fn one_line_that_the_database_does_not_take_leaves_the_others() {
    let world = World::new(16);
    let tenant = world.tenant;
    let lost = world.store.write::<_, StoreError>(move |tx| {
        each(tx, &["a", "bad", "b", "bad"], |tx, action| {
            tx.tenant(tenant).log(&line(action, NOON))?;
            if *action == "bad" { Err(StoreError::NotFound) } else { Ok(()) }
        })
    });
    assert_eq!(lost.wait().unwrap(), 2);
    assert_eq!(world.actions(), ["a", "b"]);
}
