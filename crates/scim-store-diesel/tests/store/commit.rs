//! Group commit: who stands, who is undone, and who is answered when.

use crate::support::{Fixture, Seen, drain, user};
use scim_store_diesel::{
    Change, CommitObserver, Committed, Kind, Pending, ResourceId, Store, StoreConfig, StoreError, Tx,
};
use std::sync::mpsc::{Receiver, Sender, channel};

#[test]
fn a_request_that_fails_is_undone_alone() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let hold = fixture.hold_writer();
    let first = fixture.queue_user("ann");
    let failing = fixture.store.write(move |tx| {
        let row = tx.tenant(acme).insert(Kind::User, &user("ben"))?;
        // Another's write of the same batch is visible, and stands.
        tx.tenant(acme).user_named("ann")?;
        Err::<(), _>(StoreError::Damaged(row.id.to_string()))
    });
    let last = fixture.queue_user("cid");
    hold.release();

    let (ann, cid) = (first.wait().unwrap(), last.wait().unwrap());
    let undone: ResourceId = match failing.wait() {
        Err(StoreError::Damaged(id)) => id.parse().unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(fixture.find(Kind::User, ann.id), Some(ann.clone()));
    assert_eq!(fixture.find(Kind::User, cid.id), Some(cid.clone()));
    assert_eq!(fixture.find(Kind::User, undone), None);
    let told = fixture.told(acme);
    let names: Vec<_> = told.iter().flat_map(|c| &c.changes).filter_map(name).collect();
    assert_eq!(names, ["ann", "cid"], "the observer is told of what stands");
    assert_eq!(fixture.seen.lock().unwrap().len(), 2, "the three requests were one batch");
    let mut database = fixture.database();
    assert_eq!(database.log(acme).iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(database.count("resource"), 2);
}

fn name(change: &Change) -> Option<&str> {
    match change {
        Change::UserPut { name, .. } | Change::GroupPut { name, .. } => Some(name),
        _ => None,
    }
}

#[test]
fn a_panic_is_answered_and_undone() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let hold = fixture.hold_writer();
    let before = fixture.queue_user("ann");
    let panicking = fixture.store.write(move |tx| {
        tx.tenant(acme).insert(Kind::User, &user("ben"))?;
        if tx.now_ms() > 0 {
            panic!("of the test");
        }
        Ok::<_, StoreError>(())
    });
    let after = fixture.queue_user("cid");
    hold.release();
    assert!(matches!(panicking.wait(), Err(StoreError::Panicked)));
    assert!(before.wait().is_ok() && after.wait().is_ok());
    assert_eq!(fixture.database().count("resource"), 2);
    fixture.add_user("ben");
}

/// Reports each batch and waits for leave to go on.
struct Gate {
    batches: Sender<Vec<Committed>>,
    leave: Receiver<()>,
}

impl CommitObserver for Gate {
    fn committed(&mut self, batch: Vec<Committed>) {
        let _ = self.batches.send(batch);
        let _ = self.leave.recv();
    }
}

#[test]
fn nobody_is_answered_before_the_observer_knows_of_the_commit() {
    let directory = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(directory.path());
    let ((batches, told), (go, leave)) = (channel(), channel());
    let store = Store::open(&config, |_, _| Gate { batches, leave }).unwrap();
    // Dropped before the store, also by a failing assertion: the store waits for its observer.
    let go = go;
    let (answered, answers) = channel();
    std::thread::scope(|scope| {
        let pending = store.write(|tx| Ok::<_, StoreError>(tx.create_tenant("acme", "{}", 1)?.id));
        scope.spawn(move || answered.send(pending.wait().unwrap()).unwrap());
        let batch = told.recv().unwrap();
        assert_eq!(batch.len(), 1);
        assert_eq!(store.tenants().unwrap().len(), 1, "the commit came before the observer");
        assert!(drain(&answers).is_empty(), "the answer comes after the observer");
        go.send(()).unwrap();
        assert_eq!(answers.recv().unwrap(), batch[0].tenant);
    });
    drop(go);
}

#[test]
fn an_error_that_rests_on_another_request_comes_after_the_commit() {
    let directory = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(directory.path());
    let ((batches, told), (go, leave)) = (channel(), channel());
    let store = Store::open(&config, |_, _| Gate { batches, leave }).unwrap();
    // Dropped before the store, also by a failing assertion: the store waits for its observer.
    let go = go;
    go.send(()).unwrap();
    let acme = store.write(|tx| Ok::<_, StoreError>(tx.create_tenant("acme", "{}", 1)?.id)).wait().unwrap();
    drain(&told);

    let ((release, wait), (entered, running)) = (channel::<()>(), channel::<()>());
    let held = store.write(move |_| {
        let _ = entered.send(());
        let _ = wait.recv();
        Ok::<_, StoreError>(())
    });
    running.recv().unwrap();
    let insert = || store.write(move |tx| tx.tenant(acme).insert(Kind::User, &user("ann")));
    let (winner, loser) = (insert(), insert());
    let (answered, answers) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || answered.send(loser.wait()).unwrap());
        drop(release);
        assert_eq!(told.recv().unwrap().len(), 1);
        assert!(drain(&answers).is_empty(), "the refusal waits for the commit that it rests on");
        go.send(()).unwrap();
        let refusal = answers.recv().unwrap();
        let ann = winner.wait().unwrap();
        assert!(
            matches!(refusal, Err(StoreError::Taken { attribute, id, .. }) if attribute == "userName" && id == ann.id)
        );
    });
    held.wait().unwrap();
}

#[test]
fn the_observer_is_told_in_order_and_without_a_gap() {
    let fixture = Fixture::new();
    let (acme, other) = (fixture.acme, fixture.tenant("other"));
    for round in 0..5 {
        let hold = fixture.hold_writer();
        let answers: Vec<_> = (0..7)
            .map(|n| {
                let (name, also) = (format!("user-{round}-{n}"), format!("also-{round}-{n}"));
                fixture.store.write(move |tx| {
                    tx.tenant(acme).insert(Kind::User, &user(&name))?;
                    tx.tenant(other).insert(Kind::User, &user(&name))?;
                    let row = tx.tenant(acme).insert(Kind::User, &user(&also))?;
                    if n % 3 == 2 { Err(StoreError::NotFound) } else { Ok(row) }
                })
            })
            .collect();
        hold.release();
        let failed = answers.into_iter().map(Pending::wait).filter(Result::is_err).count();
        assert_eq!(failed, 2);
    }
    let mut database = fixture.database();
    for (tenant, epoch, changes) in [(acme, 7, 1 + 5 * 5 * 2), (other, 1, 1 + 5 * 5)] {
        let mut last = 0;
        for committed in fixture.told(tenant) {
            assert_eq!((committed.before, committed.epoch), (last, epoch));
            assert!(!committed.changes.is_empty());
            last += i64::try_from(committed.changes.len()).unwrap();
        }
        assert_eq!(last, changes);
        let numbers: Vec<_> = database.log(tenant).iter().map(|row| row.seq).collect();
        assert_eq!(numbers, (1..=changes).collect::<Vec<_>>());
    }
}

#[test]
fn the_queue_has_a_bound() {
    let fixture = Fixture::with(|config| config.queue = 2);
    let hold = fixture.hold_writer();
    let (first, second) = (fixture.queue_user("ann"), fixture.queue_user("ben"));
    // Refused at once, while the writer is still busy.
    assert!(matches!(fixture.queue_user("cid").wait(), Err(StoreError::Overloaded)));
    hold.release();
    assert!(first.wait().is_ok() && second.wait().is_ok());
    assert_eq!(fixture.database().count("resource"), 2);
    fixture.add_user("cid");
}

#[test]
fn a_batch_has_a_bound() {
    let fixture = Fixture::with(|config| config.batch = 2);
    let hold = fixture.hold_writer();
    let answers: Vec<_> = (0..5).map(|n| fixture.queue_user(&format!("user-{n}"))).collect();
    hold.release();
    answers.into_iter().for_each(|answer| assert!(answer.wait().is_ok()));
    let sizes: Vec<_> = fixture.seen.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 2, 2, 1], "the tenant; then two users to a commit");
}

#[test]
fn dropping_the_store_finishes_what_is_queued() {
    let Fixture { store, acme, config, directory, .. } = Fixture::new();
    let (go, wait) = channel::<()>();
    let held = store.write(move |_| {
        let _ = wait.recv();
        Ok::<_, StoreError>(())
    });
    let answers: Vec<_> = (0..9)
        .map(|n| store.write(move |tx| tx.tenant(acme).insert(Kind::User, &user(&format!("user-{n}")))))
        .collect();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(store));
        drop(go);
    });
    held.wait().unwrap();
    answers.into_iter().for_each(|answer| assert!(answer.wait().is_ok()));
    assert_eq!(crate::support::Database::open(&config).count("resource"), 9);
    drop(directory);
}

#[test]
fn a_write_stands_though_nobody_waits_for_it() {
    let fixture = Fixture::new();
    drop(fixture.queue_user("ann"));
    fixture.write(|_| Ok(())).unwrap();
    assert_eq!(fixture.database().count("resource"), 1);
}

/// SQLite undoes a whole transaction by itself when the disk is full; a trigger can ask for the same.
const GIVES_UP: &str = "CREATE TRIGGER gives_up BEFORE INSERT ON resource WHEN NEW.name = 'boom'
    BEGIN SELECT RAISE(ROLLBACK, 'of the test'); END";

#[test]
fn a_transaction_that_the_database_gave_up_fails_all_its_requests() {
    let fixture = Fixture::new();
    fixture.database().run(GIVES_UP);
    let hold = fixture.hold_writer();
    let before = fixture.queue_user("ann");
    let boom = fixture.queue_user("boom");
    let after = fixture.queue_user("cid");
    drop(hold);
    for answer in [before, boom, after] {
        assert!(matches!(answer.wait(), Err(StoreError::NotDurable(_))));
    }
    assert_eq!(fixture.database().count("resource"), 0);
    assert_eq!(fixture.told(fixture.acme).len(), 1, "the observer is not told of what is not kept");
    let ann = fixture.add_user("ann");
    assert_eq!(fixture.told(fixture.acme)[1].before, 1);
    assert_eq!(fixture.find(Kind::User, ann.id), Some(ann));
}

#[test]
fn a_commit_that_fails_answers_nobody_with_success() {
    let fixture = Fixture::new();
    let mut database = fixture.database();
    // A deferred foreign key is checked by COMMIT alone.
    database.run(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY);
         CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER orphan AFTER INSERT ON resource WHEN NEW.name = 'boom'
         BEGIN INSERT INTO child VALUES (1); END",
    );
    let hold = fixture.hold_writer();
    let (before, boom) = (fixture.queue_user("ann"), fixture.queue_user("boom"));
    let refused = fixture.store.write(|_| Err::<(), _>(StoreError::NotFound));
    drop(hold);
    assert!(matches!(before.wait(), Err(StoreError::NotDurable(_))));
    assert!(matches!(boom.wait(), Err(StoreError::NotDurable(_))));
    assert!(matches!(refused.wait(), Err(StoreError::NotDurable(_))), "what it rested on is undone");
    assert_eq!(database.count("resource"), 0);
    fixture.add_user("ann");
    assert_eq!(database.log(fixture.acme).len(), 2);
}

/// Panics at the second batch.
struct Fragile(Seen);

impl CommitObserver for Fragile {
    fn committed(&mut self, batch: Vec<Committed>) {
        let mut seen = self.0.lock().unwrap();
        seen.push(batch);
        let second = seen.len() == 2;
        drop(seen);
        if second {
            panic!("of the test");
        }
    }
}

#[test]
fn an_observer_that_panics_stops_the_writing_and_hangs_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(directory.path());
    let seen = Seen::default();
    let store = Store::open(&config, |_, _| Fragile(Seen::clone(&seen))).unwrap();
    let acme = store.write(|tx| Ok::<_, StoreError>(tx.create_tenant("acme", "{}", 1)?.id)).wait().unwrap();
    let add =
        |name: &'static str| store.write(move |tx| tx.tenant(acme).insert(Kind::User, &user(name))).wait();
    // Nobody may be told that a change is in force which those who decide did not hear of.
    assert!(matches!(add("ann"), Err(StoreError::NotDurable(_))));
    assert!(matches!(add("ben"), Err(StoreError::NotDurable(_))));
    assert_eq!(seen.lock().unwrap().len(), 2);
    drop(store);
    // The next start reads what was committed.
    let reopened = Store::open(&config, |states, _| {
        assert_eq!(states[0].seq, 2);
        Fragile(Seen::default())
    });
    assert!(reopened.is_ok());
}

#[test]
fn a_part_that_fails_is_undone_alone() {
    let fixture = Fixture::new();
    let acme = fixture.acme;
    let done = fixture.write(move |tx| {
        let add = |tx: &mut Tx<'_>, name: &str| tx.tenant(acme).insert(Kind::User, &user(name)).map(|_| ());
        let first = tx.attempt(|tx| add(tx, "ann"))?.is_ok();
        let second = tx.attempt(|tx| {
            add(tx, "ben")?;
            add(tx, "ANN")
        })?;
        // A part of a part.
        let third = tx.attempt(|tx| {
            add(tx, "cid")?;
            let inner = tx.attempt(|tx| add(tx, "eve").and(Err::<(), _>(StoreError::NotFound)))?;
            Ok::<_, StoreError>(inner.is_err())
        })??;
        add(tx, "dot")?;
        Ok((first, matches!(second, Err(StoreError::Taken { .. })), third))
    });
    assert_eq!(done.unwrap(), (true, true, true));
    assert_eq!(fixture.database().texts("SELECT name AS t FROM resource ORDER BY name").len(), 3);
    assert_eq!(fixture.database().number("SELECT total AS n FROM resource_count"), 3);
    let told = fixture.told(acme);
    let names: Vec<_> = told.iter().flat_map(|committed| &committed.changes).filter_map(name).collect();
    assert_eq!(names, ["ann", "cid", "dot"]);
    // The numbers stay dense: what was undone has none.
    let mut next = told[0].before;
    for committed in &told {
        assert_eq!(committed.before, next);
        next += committed.changes.len() as i64;
    }
    assert_eq!(fixture.database().log(acme).len() as i64, next);
}
