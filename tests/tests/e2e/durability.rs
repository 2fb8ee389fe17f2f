//! No success of a write is sent before the disk has it: strace is the witness.

use scimd_tests::{Server, add_members, replace, user};
use serde_json::json;
use std::collections::HashMap;

/// The system calls that show when a request came, when the disk was waited for, when the answer went.
const CALLS: &str =
    "--trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync";

/// What a recording shows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Witness {
    /// How often the disk was waited for.
    syncs: usize,
    /// Answers 2xx to writes.
    acknowledged: usize,
    /// Those of them without a write-ahead log that was written and synced since their request came.
    early: Vec<String>,
}

/// Reads a recording of `strace -f -y`.
///
/// A request counts from the end of the call that read it, an answer from the start of the call that
/// sent it; between the two lies a write to the log and then a sync of it, whole, or the answer is early.
fn witness(recording: &str) -> Witness {
    let mut found = Witness::default();
    // By thread: the call that it is in. By connection: the request, and how far it is on disk.
    let mut inside: HashMap<String, String> = HashMap::new();
    let mut open: HashMap<String, (String, Stage)> = HashMap::new();
    for line in recording.lines() {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else { continue };
        let rest = rest.trim_start();
        let resumed = rest.starts_with("<... ");
        let unfinished = rest.contains("<unfinished ...>");
        let call = if resumed {
            let begun = inside.remove(thread).unwrap_or_default();
            let end = rest.split_once("resumed>").map_or("", |(_, end)| end);
            format!("{begun}{end}")
        } else {
            rest.replace(" <unfinished ...>", "")
        };
        if unfinished && !resumed {
            inside.insert(thread.to_owned(), call.clone());
        }
        let (starts, ends) = (!resumed, !unfinished);
        let name = call.split('(').next().unwrap_or_default();
        let descriptor = call.split(['(', ')', ',']).nth(1).unwrap_or_default().to_owned();
        match name {
            "fsync" | "fdatasync" => {
                if starts {
                    move_all(&mut open, Stage::Written, Stage::Syncing);
                }
                if ends && call.ends_with("= 0") {
                    found.syncs += 1;
                    move_all(&mut open, Stage::Syncing, Stage::Durable);
                }
            }
            "pwrite64" | "pwritev" if descriptor.contains("-wal") && ends => {
                // What is durable stays so: the next commit may be on its way before an answer is sent.
                move_all(&mut open, Stage::Arrived, Stage::Written);
            }
            "read" | "readv" | "recvfrom" | "recvmsg" if ends => {
                if let Some(request) = ["POST", "PUT", "PATCH", "DELETE"]
                    .iter()
                    .find_map(|method| call.find(&format!("\"{method} /scim/v2/")).map(|at| &call[at..]))
                {
                    let request: String = request.chars().take(40).collect();
                    open.insert(descriptor, (request, Stage::Arrived));
                }
            }
            "write" | "writev" | "sendto" | "sendmsg" if starts && call.contains("HTTP/1.1 ") => {
                let Some((request, stage)) = open.remove(&descriptor) else { continue };
                if call.contains("HTTP/1.1 2") {
                    found.acknowledged += 1;
                    if stage != Stage::Durable {
                        found.early.push(format!("{request} was {stage:?} when it was answered"));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// How far a request is on its way to the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Arrived,
    Written,
    Syncing,
    Durable,
}

fn move_all(open: &mut HashMap<String, (String, Stage)>, from: Stage, to: Stage) {
    for (_, stage) in open.values_mut().filter(|(_, stage)| *stage == from) {
        *stage = to;
    }
}

#[test]
fn the_witness_sees_an_answer_without_a_sync() {
    let request =
        r#"7 recvfrom(9<socket:[1]>, "POST /scim/v2/Users HTTP/1.1\r\n"..., 8192, 0, NULL, NULL) = 90"#;
    let wal = "8 pwrite64(5</d/scimd.db-wal>, \"\", 24, 0) = 24";
    let sync = "8 fdatasync(5</d/scimd.db-wal>) = 0";
    let answer = r#"7 sendto(9<socket:[1]>, "HTTP/1.1 201 Created\r\n"..., 90, 0, NULL, 0) = 90"#;
    let of = |lines: &[&str]| witness(&lines.join("\n"));
    let good = of(&[request, wal, sync, answer]);
    assert_eq!((good.syncs, good.acknowledged, good.early.len()), (1, 1, 0), "{good:?}");
    for early in [
        &[request, wal, answer, sync][..],
        &[request, sync, answer],
        &[wal, sync, request, answer],
        &[request, sync, wal, answer],
        &[
            request,
            wal,
            "8 fdatasync(5</d/scimd.db-wal> <unfinished ...>",
            answer,
            "8 <... fdatasync resumed>) = 0",
        ],
        &[request, wal, "8 fdatasync(5</d/scimd.db-wal>) = -1 EIO (Input/output error)", answer],
    ] {
        assert_eq!(of(early).early.len(), 1, "{early:?}");
    }
    let split = of(&[
        request,
        wal,
        "8 fdatasync(5</d/scimd.db-wal> <unfinished ...>",
        r#"6 read(3<pipe:[2]>, "x", 1) = 1"#,
        "8 <... fdatasync resumed>) = 0",
        answer,
    ]);
    assert_eq!((split.syncs, split.early.len()), (1, 0), "{split:?}");
    let refused = answer.replace("201 Created", "409 Conflict");
    assert_eq!(of(&[request, &refused]).acknowledged, 0);
}

#[test]
fn every_acknowledged_write_was_synced_before_its_answer() {
    let mut server = Server::build().traced(&["-s", "64", CALLS]).start();
    let scim = server.client();
    let mut writes = 0;
    for i in 0..10 {
        let id = scim.create_user(&format!("u{i}"));
        let group = scim.create_group(&format!("g{i}"), &[]);
        scim.patch(&format!("/Users/{id}"), &replace("active", json!(false))).status(200);
        scim.patch(&format!("/Groups/{group}"), &add_members(&[&id])).status(204);
        scim.put(&format!("/Users/{id}"), &user(&format!("v{i}"))).status(200);
        scim.delete(&format!("/Groups/{group}")).status(204);
        writes += 6;
    }
    server.stop();
    let seen = witness(&server.trace());
    assert_eq!(seen.early, Vec::<String>::new());
    assert_eq!(seen.acknowledged, writes, "the recording does not show every answer: {seen:?}");
    assert!(seen.syncs >= writes, "{seen:?}");
}

#[test]
fn writes_that_share_a_commit_were_all_synced_before_their_answers() {
    let mut server = Server::build().traced(&["-s", "64", CALLS]).start();
    let scim = server.client();
    std::thread::scope(|scope| {
        for client in 0..8 {
            let scim = &scim;
            scope.spawn(move || {
                for i in 0..10 {
                    scim.create_user(&format!("c{client}-u{i}"));
                }
            });
        }
    });
    server.stop();
    let seen = witness(&server.trace());
    assert_eq!(seen.early, Vec::<String>::new());
    assert_eq!(seen.acknowledged, 80, "the recording does not show every answer: {seen:?}");
    assert!(seen.syncs > 0);
}
