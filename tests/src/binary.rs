//! Where the binary is.

use std::path::PathBuf;

/// The `scimd` under test: `SCIMD_BIN`, or the one that cargo built beside the test executable.
///
/// # Panics
/// When there is none, with the command that builds it.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("SCIMD_BIN") {
        return PathBuf::from(named);
    }
    // target/debug/deps/e2e-0123456789abcdef → target/debug/scimd
    let own = std::env::current_exe().expect("the path of the test executable");
    let beside = own.parent().and_then(|deps| deps.parent()).expect("a target directory").join("scimd");
    assert!(
        beside.is_file(),
        "there is no {}; build it with `cargo build -p scimd` or name one in SCIMD_BIN",
        beside.display()
    );
    beside
}
