//! Numbers that were drawn beforehand and decide everything: whatever they are, a world comes of them.
//!
//! A case that fails shrinks by its numbers. Zeros, and the end of a tape, stand for what is simplest.

use proptest::prelude::*;
use std::cell::Cell;
use std::fmt;

/// A strip of numbers, read from front to back.
pub(crate) struct Tape {
    numbers: Vec<u16>,
    at: Cell<usize>,
}

impl fmt::Debug for Tape {
    /// In short: what came of the numbers is told by the message of the failure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers", self.numbers.len())
    }
}

impl Tape {
    /// The next number below `end`, which is at least 1.
    pub(crate) fn below(&self, end: usize) -> usize {
        let number = self.numbers.get(self.at.get()).copied().unwrap_or(0);
        self.at.set(self.at.get() + 1);
        usize::from(number) % end
    }

    /// The same numbers from the beginning.
    pub(crate) fn rewound(&self) -> Self {
        Self { numbers: self.numbers.clone(), at: Cell::new(0) }
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// One of several texts.
    pub(crate) fn text<'l>(&self, list: &'l [String]) -> &'l str {
        &list[self.below(list.len())]
    }

    /// True once in `times`, never at the end of the tape.
    pub(crate) fn once_in(&self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}

/// A tape of at most so many numbers, and at least half as many.
pub(crate) fn tape(length: usize) -> impl Strategy<Value = Tape> {
    proptest::collection::vec(any::<u16>(), length / 2..=length)
        .prop_map(|numbers| Tape { numbers, at: Cell::new(0) })
}

/// Several tapes, at least half as many as `count`.
pub(crate) fn tapes(count: usize, length: usize) -> impl Strategy<Value = Vec<Tape>> {
    proptest::collection::vec(tape(length), count / 2..=count)
}
