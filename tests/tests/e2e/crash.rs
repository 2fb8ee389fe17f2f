//! What was acknowledged survives.

use scimd_tests::{Client, Server, add_members, replace};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// What one client was told.
#[derive(Default)]
struct Journal {
    /// Users by id, with the title that was last acknowledged and the one that may have been written.
    users: BTreeMap<String, (Value, Value)>,
    /// Members that were acknowledged.
    members: Vec<String>,
}

/// Writes until the server is gone: a user, its membership, a change.
fn write(
    scim: &Client,
    group: &str,
    name: &str,
    acknowledged: &AtomicUsize,
    progress: &mpsc::Sender<()>,
) -> Journal {
    let mut journal = Journal::default();
    let acked = || {
        acknowledged.fetch_add(1, Ordering::SeqCst);
        // The test stops listening once it has seen enough.
        let _ = progress.send(());
    };
    for n in 0.. {
        let body = scimd_tests::user(&format!("{name}-{n}"));
        let Ok(created) = scim.request("POST", "/Users").json(&body).try_send() else { return journal };
        let id = created.status(201).at("/id");
        journal.users.insert(id.clone(), (Value::Null, Value::Null));
        acked();
        let add = scim.request("PATCH", &format!("/Groups/{group}")).json(&add_members(&[&id]));
        match add.try_send() {
            Ok(added) => added.status(204),
            Err(_) => return journal,
        };
        journal.members.push(id.clone());
        acked();
        let title = json!(format!("title {n}"));
        journal.users.insert(id.clone(), (Value::Null, title.clone()));
        let change = scim.request("PATCH", &format!("/Users/{id}")).json(&replace("title", title.clone()));
        match change.try_send() {
            Ok(changed) => changed.status(200),
            Err(_) => return journal,
        };
        journal.users.insert(id, (title.clone(), title));
        acked();
    }
    journal
}

#[test]
fn twenty_times_killed_under_load_and_nothing_acknowledged_is_lost() {
    const ROUNDS: usize = 20;
    const CLIENTS: usize = 200;
    const WRITES: usize = 200;
    let mut server = Server::start();
    let token = server.client().token().to_owned();
    let group = server.client_with(&token).create_group("everyone", &[]);
    let mut all = Journal::default();
    for round in 0..ROUNDS {
        let scim = server.client_with(&token);
        let acknowledged = AtomicUsize::new(0);
        let (progress, seen) = mpsc::channel();
        let journals: Vec<Journal> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let (scim, group, acknowledged, progress) =
                        (&scim, &group, &acknowledged, progress.clone());
                    scope.spawn(move || {
                        write(scim, group, &format!("r{round}-c{client}"), acknowledged, &progress)
                    })
                })
                .collect();
            drop(progress);
            // Killed with all clients writing: another number of writes in each round.
            for _ in 0..WRITES + round * 7 {
                seen.recv().unwrap();
            }
            server.kill_9();
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        assert!(acknowledged.load(Ordering::SeqCst) >= WRITES);
        server.restart();
        let scim = server.client_with(&token);
        let members = scim.members(&group);
        for journal in journals {
            for (id, (acknowledged, attempted)) in &journal.users {
                let stored = scim.get(&format!("/Users/{id}")).status(200).json();
                let title = &stored["title"];
                assert!(title == acknowledged || title == attempted, "round {round}: {stored}");
            }
            for id in &journal.members {
                assert!(members.binary_search(id).is_ok(), "round {round}: member {id} is lost");
            }
            all.members.extend(journal.members);
        }
    }
    let members = server.client_with(&token).members(&group);
    let lost: Vec<_> = all.members.iter().filter(|id| members.binary_search(id).is_err()).collect();
    assert!(lost.is_empty(), "{lost:?}");

    // The file itself is sound too, by SQLite's own word.
    server.stop();
    let database = server.data_dir().join("scimd.db");
    let script = "import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])";
    let checked = Command::new("python3").args(["-c", script]).arg(&database).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&checked.stdout).trim(), "ok", "{checked:?}");
}
