//! A server of one's own.

use crate::answer::Answer;
use crate::binary;
use crate::cli::Cli;
use crate::client::Client;
use crate::fixtures::definition;
use crate::lines::Lines;
use crate::process::Process;
use crate::trace::Trace;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use tempfile::TempDir;

/// How a server is to be started.
pub struct ServerBuilder {
    task: &'static str,
    arguments: Vec<String>,
    traced: Option<Vec<String>>,
    definitions: Vec<(String, String)>,
}

impl ServerBuilder {
    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Puts a definition file of `fixtures/schemas` into the data directory, by its name without `.json`.
    #[must_use]
    pub fn defined(mut self, name: &str) -> Self {
        self.definitions.push((format!("{name}.json"), definition(name)));
        self
    }

    /// Starts with `scimd quickstart` instead of `scimd serve`.
    #[must_use]
    pub fn quickstart(mut self) -> Self {
        self.task = "quickstart";
        self
    }

    /// Has strace record some system calls, with more arguments for strace.
    #[must_use]
    pub fn traced(mut self, arguments: &[&str]) -> Self {
        self.traced = Some(arguments.iter().map(|&a| a.to_owned()).collect());
        self
    }

    /// Starts it in a new data directory.
    #[track_caller]
    pub fn start(self) -> Server {
        self.start_in(tempfile::tempdir().expect("a temporary directory"))
    }

    /// Starts it in a data directory.
    #[track_caller]
    pub fn start_in(self, directory: TempDir) -> Server {
        let log = Lines::default();
        for (file, content) in &self.definitions {
            write_definition(directory.path(), file, content);
        }
        let running = Running::start(&self, directory.path(), &log);
        Server { how: self, directory, log, running }
    }
}

/// A running scimd with a data directory and ports of its own. Ends with the test.
pub struct Server {
    how: ServerBuilder,
    // Dropped before the directory, so that nobody writes there any more.
    running: Running,
    log: Lines,
    directory: TempDir,
}

struct Running {
    process: Process,
    scim: SocketAddr,
    internal: SocketAddr,
    trace: Option<Trace>,
}

impl Server {
    /// Starts a server on an empty data directory: an empty database and the tenant `default`.
    #[track_caller]
    pub fn start() -> Self {
        Self::build().start()
    }

    /// A server that starts in some other way.
    pub fn build() -> ServerBuilder {
        ServerBuilder { task: "serve", arguments: Vec::new(), traced: None, definitions: Vec::new() }
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a definition file into the data directory; the next start reads it.
    #[track_caller]
    pub fn define(&self, file: &str, content: &str) {
        write_definition(self.data_dir(), file, content);
    }

    /// Takes a definition file out of the data directory again.
    #[track_caller]
    pub fn undefine(&self, file: &str) {
        std::fs::remove_file(self.data_dir().join("schemas").join(file)).expect("a definition file");
    }

    /// Commands on this server's data directory.
    pub fn cli(&self) -> Cli {
        Cli::new(self.data_dir())
    }

    /// A SCIM client with a new token of the tenant `default`.
    #[track_caller]
    pub fn client(&self) -> Client {
        self.client_of("default")
    }

    /// A SCIM client with a new token of a tenant.
    #[track_caller]
    pub fn client_of(&self, tenant: &str) -> Client {
        self.client_with(&self.cli().token(tenant))
    }

    /// A SCIM client with a token.
    pub fn client_with(&self, token: &str) -> Client {
        Client::new(self.running.scim, "/scim/v2", Some(token))
    }

    /// A client of the public listener's root, without a token.
    pub fn public(&self) -> Client {
        Client::new(self.running.scim, "", None)
    }

    /// A client of the internal listener's root, without a token.
    pub fn internal(&self) -> Client {
        Client::new(self.running.internal, "", None)
    }

    /// Asks the gateway check about an API key.
    #[track_caller]
    pub fn check(&self, key: &str) -> Answer {
        self.internal().with_token(key).get("/gateway/v1/check")
    }

    /// The SCIM base URL, as the server announced it.
    pub fn base_url(&self) -> String {
        format!("http://{}/scim/v2", self.running.scim)
    }

    /// The address of the internal listener.
    pub fn internal_address(&self) -> SocketAddr {
        self.running.internal
    }

    /// What it printed since its last start.
    pub fn stdout(&self) -> &Lines {
        self.running.process.stdout()
    }

    /// What it said on standard error, over all starts.
    pub fn log(&self) -> &Lines {
        &self.log
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    pub fn kill_9(&mut self) {
        self.running.process.kill_9();
    }

    /// Asks it to stop (SIGTERM), without waiting.
    pub fn terminate(&self) {
        self.running.process.terminate();
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.running.process.wait()
    }

    /// Stops it in good order.
    #[track_caller]
    pub fn stop(&mut self) {
        self.terminate();
        let status = self.wait();
        assert!(status.success(), "it stopped with {status}:\n{}", self.log.text());
    }

    /// Starts it again on the same data directory, after it has ended; the ports are new.
    #[track_caller]
    pub fn restart(&mut self) {
        self.running = Running::start(&self.how, self.directory.path(), &self.log);
    }

    /// What strace recorded, of a traced server that has ended.
    #[track_caller]
    pub fn trace(&self) -> String {
        self.running.trace.as_ref().expect("a traced server").text()
    }
}

#[track_caller]
fn write_definition(data_dir: &Path, file: &str, content: &str) {
    let schemas = data_dir.join("schemas");
    std::fs::create_dir_all(&schemas).expect("a directory of definition files");
    std::fs::write(schemas.join(file), content).expect("a definition file");
}

impl Running {
    #[track_caller]
    fn start(how: &ServerBuilder, data_dir: &Path, log: &Lines) -> Self {
        let scimd = binary();
        let mut arguments: Vec<PathBuf> = vec!["--data-dir".into(), data_dir.into(), how.task.into()];
        for address in ["--bind", "--admin-bind"] {
            arguments.extend([address.into(), "127.0.0.1:0".into()]);
        }
        arguments.extend(how.arguments.iter().map(PathBuf::from));
        let (mut command, trace) = match &how.traced {
            None => (Command::new(scimd), None),
            Some(options) => {
                let (command, trace) = Trace::prepare(options, &scimd);
                (command, Some(trace))
            }
        };
        let process = Process::start(command.args(arguments), log.clone());
        let scim = process.stdout().wait_for("the SCIM base URL", |line| line.starts_with("SCIM base URL"));
        let internal = process.stdout().wait_for("the internal address", |line| line.starts_with("Internal"));
        let address = |line: &str, end: &str| {
            line.split("http://").nth(1).and_then(|rest| rest.strip_suffix(end)?.parse().ok())
        };
        Self {
            process,
            scim: address(&scim, "/scim/v2").unwrap_or_else(|| panic!("no address in `{scim}`")),
            internal: address(&internal, "").unwrap_or_else(|| panic!("no address in `{internal}`")),
            trace,
        }
    }
}
