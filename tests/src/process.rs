//! A child process that cannot outlive its test.

use crate::lines::Lines;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A running process. Killed when dropped.
pub struct Process {
    child: Child,
    stdout: Lines,
    stderr: Lines,
}

impl Process {
    /// Starts a command, with `stderr` collecting what it says to people.
    ///
    /// Settings of the caller's own scimd (`SCIMD_…` variables) are not inherited.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn start(command: &mut Command, stderr: Lines) -> Self {
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"SCIMD_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {}: {e}", command.get_program().display()));
        let stdout = Lines::default();
        stdout.collect(child.stdout.take().expect("a pipe"));
        stderr.collect(child.stderr.take().expect("a pipe"));
        Self { child, stdout, stderr }
    }

    /// What it wrote for programs.
    pub fn stdout(&self) -> &Lines {
        &self.stdout
    }

    /// What it wrote for people.
    pub fn stderr(&self) -> &Lines {
        &self.stderr
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop (SIGTERM).
    pub fn terminate(&self) {
        let signal = format!("kill -TERM {}", self.id());
        let sent = Command::new("sh").args(["-c", &signal]).status().expect("sh");
        assert!(sent.success(), "cannot signal process {}", self.id());
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    pub fn kill_9(&mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("wait");
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// When it does not within the deadline.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        if !(self.stdout.wait_for_end() && self.stderr.wait_for_end()) {
            panic!("process {} does not end; it said:\n{}", self.id(), self.stderr.text());
        }
        self.child.wait().expect("wait")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
