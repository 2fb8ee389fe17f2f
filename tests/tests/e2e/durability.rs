//! Nothing is acknowledged before it is on the disk.

use scimd_tests::{Server, add_members, replace};
use serde_json::json;

/// A system call of interest, in the order of the recording.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    Synced,
    Answered(u16),
}

fn calls(trace: &str) -> Vec<Call> {
    trace
        .lines()
        .filter_map(|line| {
            // A call that was interrupted by another thread's is done when it is resumed.
            let is_sync = line.contains("fdatasync") || line.contains("fsync");
            if is_sync && line.ends_with("= 0") {
                return Some(Call::Synced);
            }
            let (_, answer) = line.split_once("\"HTTP/1.1 ")?;
            Some(Call::Answered(answer.get(..3)?.parse().ok()?))
        })
        .collect()
}

#[test]
fn every_acknowledged_write_was_synced_before_its_answer() {
    let mut server = Server::build()
        .traced(&["-e", "trace=fsync,fdatasync,write,writev,sendto,sendmsg", "-s", "16"])
        .start();
    let scim = server.client();
    let group = scim.create_group("staff", &[]);
    for n in 0..25 {
        let id = scim.create_user(&format!("user-{n}"));
        scim.patch(&format!("/Groups/{group}"), &add_members(&[&id])).status(204);
        scim.patch(&format!("/Users/{id}"), &replace("title", json!(n.to_string()))).status(200);
        scim.delete(&format!("/Users/{id}")).status(204);
    }
    server.stop();
    let (mut synced, mut writes) = (0, 0);
    for call in calls(&server.trace()) {
        match call {
            Call::Synced => synced += 1,
            // One client, one request after the other: each write needs a sync of its own.
            Call::Answered(status) => {
                assert!((200..300).contains(&status), "answered {status}");
                assert!(synced > 0, "write {writes} was answered without a sync before it");
                (synced, writes) = (0, writes + 1);
            }
        }
    }
    assert_eq!(writes, 101);
}
