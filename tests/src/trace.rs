//! System calls of a server, recorded by strace.

use crate::lines::Lines;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A recording of system calls, in the order in which they happened.
pub struct Trace {
    lines: Lines,
    _directory: TempDir,
}

impl Trace {
    /// A command that starts a program under strace, and the recording of it.
    ///
    /// The tracer is a grandchild (`-D`), so signals to the child reach the program itself.
    #[track_caller]
    pub(crate) fn prepare(options: &[String], program: &Path) -> (Command, Self) {
        let there = Command::new("strace").arg("-V").output().is_ok_and(|out| out.status.success());
        assert!(there, "strace is missing; install it: apt-get install strace, or tests/run --install");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let pipe = directory.path().join("trace");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success(), "mkfifo {}", pipe.display());
        let lines = Lines::default();
        let reader = pipe.clone();
        lines.collect(LateFile { path: reader, file: None });
        let mut command = Command::new("strace");
        command.args(["-D", "-f", "-y", "-o"]).arg(&pipe).args(options).arg("--").arg(program);
        (command, Self { lines, _directory: directory })
    }

    /// The whole recording, once the program has ended.
    ///
    /// # Panics
    /// When it does not end.
    #[track_caller]
    pub fn text(&self) -> String {
        assert!(self.lines.wait_for_end(), "strace does not end");
        self.lines.text()
    }
}

/// A pipe that is opened with its first read: opening waits for the writer.
struct LateFile {
    path: std::path::PathBuf,
    file: Option<File>,
}

impl std::io::Read for LateFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(File::open(&self.path)?);
        }
        self.file.as_mut().expect("an open pipe").read(buffer)
    }
}
