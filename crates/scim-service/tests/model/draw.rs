//! Numbers that a seed decides, and the words that are drawn.

/// A generator of numbers that draws words.
pub(crate) struct Random(scimd_tests::Random);

impl Random {
    /// Begins with a seed; neighbouring seeds have nothing in common.
    pub(crate) fn new(seed: u64) -> Self {
        Self(scimd_tests::Random::new(seed))
    }

    /// A number below `end`, which is at least 1.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.below(end)
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.0.once_in(times)
    }

    /// One of several.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        *self.0.pick(list)
    }

    /// One of several, or nothing.
    pub(crate) fn perhaps<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        if self.once_in(3) { None } else { Some(self.pick(list)) }
    }
}

/// Names of users; some differ by case alone.
pub(crate) const USER_NAMES: [&str; 14] = [
    "ann",
    "ANN",
    "bob",
    "cat@contoso.test",
    "Cat@Contoso.test",
    "straße",
    "STRASSE",
    "émile",
    "dan",
    "eve",
    "fay",
    "gus",
    "hal",
    "ida",
];
/// Names of groups; some differ by case alone.
pub(crate) const GROUP_NAMES: [&str; 10] =
    ["Staff", "staff", "Sales", "Büro", "BÜRO", "Ops", "No Models", "Guests", "Crew", "Board"];
/// The groups that the policy blocks, byte for byte.
pub(crate) const BLOCKED: [&str; 3] = ["Staff", "Büro", "No Models"];
/// Words for the other texts.
pub(crate) const WORDS: [&str; 5] = ["Ann Able", "ann able", "Boss", "Straße 7", "\"quoted\\"];
/// Kinds of e-mail addresses.
pub(crate) const KINDS: [&str; 3] = ["work", "home", "other"];
/// E-mail addresses; two differ by case alone.
pub(crate) const ADDRESSES: [&str; 4] = ["a@contoso.test", "A@Contoso.test", "b@contoso.test", "c@home.test"];

/// What is the same without case, of the words above.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase().replace('ß', "ss")
}
