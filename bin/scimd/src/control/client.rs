//! The side that asks.

use super::place::socket_path;
use super::{MAX_MESSAGE, PROTOCOL, Question, Response};
use crate::cli::Failed;
use scim_service::admin::{Command, Reply};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// Connects to the server of a data directory, if one is running.
pub(super) fn connect(data_dir: &Path) -> Result<Option<UnixStream>, Failed> {
    let path = match socket_path(data_dir) {
        Ok(path) => path,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Failed::store(format!("cannot use {}: {e}", data_dir.display()))),
    };
    match UnixStream::connect(&path) {
        Ok(stream) => Ok(Some(stream)),
        // No socket, or one that a server left behind when it was killed.
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
        Err(e) => Err(Failed::store(format!("cannot reach the running server at {}: {e}", path.display()))),
    }
}

/// Has the server do a command.
pub(super) fn ask(stream: UnixStream, command: Command) -> Result<Reply, Failed> {
    let lost = |e: std::io::Error| {
        Failed::store(format!("lost the running server, the command may have been done: {e}"))
    };
    stream.set_read_timeout(Some(Duration::from_secs(60))).map_err(lost)?;
    let mut line = serde_json::to_vec(&Question { protocol: PROTOCOL, command })
        .map_err(|e| Failed::other(format!("cannot write the command: {e}")))?;
    line.push(b'\n');
    if line.len() as u64 > MAX_MESSAGE {
        return Err(Failed::other(format!(
            "the command is larger than {MAX_MESSAGE} bytes; nothing was done"
        )));
    }
    (&stream).write_all(&line).map_err(lost)?;
    let mut answer = String::new();
    BufReader::new(stream.take(MAX_MESSAGE)).read_line(&mut answer).map_err(lost)?;
    match serde_json::from_str(&answer) {
        Ok(Response::Reply(reply)) => Ok(reply),
        Ok(Response::Failed(error)) => Err(error.into()),
        Ok(Response::BadQuestion(why)) => {
            Err(Failed::other(format!("the running server did not understand the command: {why}")))
        }
        Ok(Response::OtherVersion(version)) => Err(Failed::other(format!(
            "the running server is scimd {version}, this is {}; use the same version",
            env!("CARGO_PKG_VERSION")
        ))),
        Err(e) => Err(Failed::store(format!("the running server gave no sound answer: {e}"))),
    }
}
