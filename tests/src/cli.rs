//! Commands of the binary, as an administrator runs them.

use crate::lines::Lines;
use crate::process::Process;
use crate::{PATIENCE, binary};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Runs commands on one data directory.
#[derive(Debug, Clone)]
pub struct Cli {
    data_dir: PathBuf,
}

impl Cli {
    /// The commands of a data directory.
    pub fn new(data_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned() }
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it does not end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let mut process = self.start(arguments);
        if !process.stdout().wait_for_end() {
            panic!("`scimd {}` did not end in {PATIENCE:?}", arguments.join(" "));
        }
        let code = process.wait().code();
        Finished {
            command: arguments.join(" "),
            code,
            stdout: process.stdout().text(),
            stderr: process.stderr().text(),
        }
    }

    /// Starts a command that goes on until it is told to stop.
    pub fn start(&self, arguments: &[&str]) -> Process {
        let mut command = Command::new(binary());
        command.arg("--data-dir").arg(&self.data_dir).args(arguments);
        Process::start(&mut command, Lines::default())
    }

    /// Runs a command that must succeed, for what it prints.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        self.run(arguments).exit(0).stdout.clone()
    }

    /// Runs a command again until it prints what is wanted: some lines are written after the answer.
    ///
    /// # Panics
    /// When it does not before the deadline.
    #[track_caller]
    pub fn until(&self, arguments: &[&str], what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let printed = self.ok(arguments);
            if wanted(&printed) {
                return printed;
            }
            assert!(
                Instant::now() < deadline,
                "`scimd {}` never prints {what}: {printed}",
                arguments.join(" ")
            );
        }
    }

    /// Makes a tenant.
    #[track_caller]
    pub fn tenant(&self, name: &str) {
        self.ok(&["tenant", "create", name]);
    }

    /// Makes a token of a tenant.
    #[track_caller]
    pub fn token(&self, tenant: &str) -> String {
        self.ok(&["token", "create", "--tenant", tenant, "--label", "test"])
    }

    /// Makes an API key of a user.
    #[track_caller]
    pub fn key(&self, tenant: &str, user_name: &str) -> String {
        self.ok(&["key", "create", "--tenant", tenant, "--user", user_name])
    }

    /// Puts a policy document in force.
    #[track_caller]
    pub fn apply_policy(&self, tenant: &str, document: &serde_json::Value) -> String {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        std::io::Write::write_all(&mut file, document.to_string().as_bytes()).expect("write");
        self.ok(&["policy", "apply", "--tenant", tenant, file.path().to_str().expect("a name")])
    }
}

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The command, for messages.
    pub command: String,
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Finished {
    /// Demands an exit code.
    #[track_caller]
    pub fn exit(&self, code: i32) -> &Self {
        assert_eq!(
            self.code,
            Some(code),
            "exit code of `scimd {}`\nstdout: {}\nstderr: {}",
            self.command,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Demands a text on standard error.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.stderr.contains(text),
            "`scimd {}` does not say `{text}` but: {}",
            self.command,
            self.stderr
        );
        self
    }
}
