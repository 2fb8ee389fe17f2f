//! Where the control socket is.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// The longest path that every system takes for a Unix socket, with room for the byte at its end.
const LONGEST: usize = 100;

/// The path of a data directory's control socket.
///
/// Inside the data directory, unless that path is too long for a socket: then in a directory of the
/// same owner below the system's place for temporary files, found by the data directory's name.
pub(super) fn socket_path(data_dir: &Path) -> io::Result<PathBuf> {
    let data_dir = data_dir.canonicalize()?;
    let usual = data_dir.join("scimd.sock");
    if usual.as_os_str().len() <= LONGEST {
        return Ok(usual);
    }
    let name =
        data_dir.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let directory = std::env::temp_dir().join(format!("scimd-{name:016x}"));
    match std::fs::DirBuilder::new().mode(0o700).create(&directory) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    // Somebody else could have made it first, to listen in our place.
    let (ours, theirs) = (std::fs::symlink_metadata(&data_dir)?, std::fs::symlink_metadata(&directory)?);
    if !theirs.is_dir() || theirs.uid() != ours.uid() || theirs.mode() & 0o077 != 0 {
        let text =
            format!("{} is not a private directory of the owner of the data directory", directory.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(directory.join("scimd.sock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_data_directory_has_a_short_socket() {
        let base = tempfile::tempdir().unwrap();
        assert_eq!(socket_path(base.path()).unwrap(), base.path().canonicalize().unwrap().join("scimd.sock"));
        let deep = base.path().join("d".repeat(120));
        std::fs::create_dir(&deep).unwrap();
        let socket = socket_path(&deep).unwrap();
        assert!(socket.as_os_str().len() <= LONGEST, "{}", socket.display());
        assert_eq!(socket_path(&deep).unwrap(), socket);
        std::fs::remove_dir(socket.parent().unwrap()).unwrap();
    }
}
