//! The side that answers: a thread of the server.

use super::place::socket_path;
use super::{MAX_MESSAGE, PROTOCOL, Question, Response};
use scim_service::Service;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// The control socket, open until dropped.
pub(crate) struct ControlServer {
    path: PathBuf,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ControlServer {
    /// Listens in the data directory that this process owns.
    pub(crate) fn start(data_dir: &Path, service: Arc<Service>) -> io::Result<Self> {
        let path = socket_path(data_dir)?;
        // Whoever left a socket here is gone: the directory has one owner, and that is this process.
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = std::thread::Builder::new()
            .name("scimd-control".to_owned())
            .spawn(move || accept(&listener, &service, &stop))?;
        Ok(Self { path, stopping, thread: Some(thread) })
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread; whether it worked shows in the next line.
        let _ = UnixStream::connect(&self.path);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was logged when it happened.
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What every version of a question holds.
#[derive(serde::Deserialize)]
struct ProtocolOnly {
    protocol: u32,
}

/// The most commands that are answered at a time.
const MAX_CONNECTIONS: usize = 16;

/// Answers each connection on a thread of its own, so that none waits for one that says nothing.
fn accept(listener: &UnixListener, service: &Arc<Service>, stopping: &AtomicBool) {
    let slots = Arc::new(());
    for connection in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let (service, slot) = (Arc::clone(service), Arc::clone(&slots));
        if Arc::strong_count(&slots) > MAX_CONNECTIONS + 1 {
            log::warn!("a command got no answer: too many at a time");
            continue;
        }
        let answered = connection.and_then(|stream| {
            std::thread::Builder::new().name("scimd-command".to_owned()).spawn(move || {
                if let Err(error) = answer(&stream, &service) {
                    log::warn!("a command got no answer: {error}");
                }
                drop(slot);
            })
        });
        if let Err(error) = answered {
            log::warn!("a command got no answer: {error}");
        }
    }
}

fn answer(stream: &UnixStream, service: &Service) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    let mut line = String::new();
    BufReader::new(stream.take(MAX_MESSAGE)).read_line(&mut line)?;
    let version = || Response::OtherVersion(env!("CARGO_PKG_VERSION").to_owned());
    let response = match serde_json::from_str::<Question>(&line) {
        Ok(question) if question.protocol == PROTOCOL => match service.execute(question.command) {
            Ok(reply) => Response::Reply(reply),
            Err(error) => Response::Failed(error),
        },
        Ok(_) => version(),
        // Another version may have other commands, so its number is read apart from them.
        Err(error) => match serde_json::from_str::<ProtocolOnly>(&line) {
            Ok(question) if question.protocol != PROTOCOL => version(),
            _ => Response::BadQuestion(error.to_string()),
        },
    };
    let mut text = serde_json::to_vec(&response)?;
    text.push(b'\n');
    let mut stream = stream;
    stream.write_all(&text)
}
