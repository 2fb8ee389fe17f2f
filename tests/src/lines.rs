//! What a process has said so far.

use crate::PATIENCE;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

/// The lines of a stream, collected while they arrive.
#[derive(Clone, Default)]
pub struct Lines(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<String>,
    // How many streams have not ended.
    open: usize,
}

impl Lines {
    /// Collects the lines of one more stream, until it ends.
    pub fn collect(&self, stream: impl Read + Send + 'static) {
        self.0.state.lock().unwrap().open += 1;
        let shared = Arc::clone(&self.0);
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut line = Vec::new();
            // A line need not be text: what cannot be shown is replaced, not dropped.
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
                shared.state.lock().unwrap().lines.push(text);
                shared.changed.notify_all();
                line.clear();
            }
            shared.state.lock().unwrap().open -= 1;
            shared.changed.notify_all();
        });
    }

    /// All lines so far.
    pub fn text(&self) -> String {
        self.0.state.lock().unwrap().lines.join("\n")
    }

    /// Waits for the first line that is wanted.
    ///
    /// # Panics
    /// When the stream ends without one, or the deadline passes.
    #[track_caller]
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let mut found = None;
        let ended = self.wait(|state| {
            found = state.lines.iter().find(|line| wanted(line)).cloned();
            found.is_some() || state.open == 0
        });
        found.unwrap_or_else(|| {
            let why = if ended { "the stream ended" } else { "the deadline passed" };
            panic!("{why} without {what}; there was:\n{}", self.text())
        })
    }

    /// Waits until all streams have ended. Tells whether they have before the deadline.
    pub fn wait_for_end(&self) -> bool {
        self.wait(|state| state.open == 0)
    }

    fn wait(&self, mut done: impl FnMut(&State) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.0.state.lock().unwrap();
        loop {
            if done(&state) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.0.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}
