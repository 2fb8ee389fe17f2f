//! One process owns a data directory.

use crate::error::OpenError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// The right to write in a data directory, held until dropped.
///
/// An advisory lock on `scimd.lock`: the operating system gives it back however the process ends.
#[derive(Debug)]
pub(crate) struct Ownership {
    _file: File,
}

impl Ownership {
    /// Takes the directory, or says who has it.
    pub(crate) fn take(directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join("scimd.lock");
        let io = |e: std::io::Error| OpenError::Io { path: path.clone(), reason: e.to_string() };
        let mut file = open_private(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // Whoever holds the lock wrote a number here; anything else is not worth showing.
                let _ = file.read_to_string(&mut owner);
                let owner =
                    owner.trim().parse::<u32>().map_or_else(|_| "unknown".to_owned(), |pid| pid.to_string());
                return Err(OpenError::InUse { path: directory.to_owned(), owner });
            }
            Err(TryLockError::Error(e)) => return Err(io(e)),
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}

/// Opens a file, and makes it, for its owner alone, if it is missing.
pub(crate) fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_owner_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let first = Ownership::take(directory.path()).unwrap();
        let refused = Ownership::take(directory.path()).unwrap_err().to_string();
        assert!(refused.contains(&std::process::id().to_string()), "{refused}");
        drop(first);
        Ownership::take(directory.path()).unwrap();
    }
}
