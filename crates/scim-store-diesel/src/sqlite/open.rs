//! Opening the database file: settings, migrations, version check.

use super::Conn;
use super::ownership::open_private;
use crate::error::OpenError;
use crate::schema::meta;
use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::collections::BTreeSet;
use std::path::Path;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Every commit reaches the disk before it returns: WAL with `synchronous=FULL`.
const WRITER_SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA busy_timeout = 5000;
    PRAGMA foreign_keys = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -8192;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
";

/// Opens the one connection that writes, and brings the schema up to date.
pub(crate) fn open_writer(path: &Path) -> Result<Conn, OpenError> {
    let io = |reason: String| OpenError::Io { path: path.to_owned(), reason };
    let uri = uri(path)?;
    // SQLite gives its other files the mode of this one.
    drop(open_private(path).map_err(|e| io(e.to_string()))?);
    make_private(path).map_err(|e| io(e.to_string()))?;
    let mut conn = Conn::establish(&uri).map_err(|e| io(e.to_string()))?;
    conn.batch_execute(WRITER_SETTINGS).map_err(|e| io(e.to_string()))?;
    migrate(&mut conn, path)?;
    Ok(conn)
}

/// The name under which SQLite opens a database that this process has for itself.
///
/// The VFS `unix-excl` locks the file once for the whole process and keeps the index of the WAL in its
/// memory. Otherwise each read would lock and unlock bytes of a shared file, under a mutex of all
/// connections: a fifth of the time of a read by a key.
pub(crate) fn uri(path: &Path) -> Result<String, OpenError> {
    let not_text = || OpenError::Io { path: path.to_owned(), reason: "the path is not UTF-8".to_owned() };
    let text = path.to_str().ok_or_else(not_text)?;
    // What has a meaning in a URI (https://sqlite.org/uri.html).
    let text = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok(format!("file:{text}?vfs=unix-excl"))
}

/// Takes the files of a database from everybody but their owner, however they were made.
fn make_private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    for end in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        match std::fs::set_permissions(&file, mode) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

fn migrate(conn: &mut Conn, path: &Path) -> Result<(), OpenError> {
    let failed = |reason: String| OpenError::Migration { path: path.to_owned(), reason };
    let known: Vec<MigrationVersion<'static>> = MigrationSource::<super::Db>::migrations(&MIGRATIONS)
        .map_err(|e| failed(e.to_string()))?
        .iter()
        .map(|m| m.name().version().as_owned())
        .collect();
    let known: BTreeSet<String> = known.iter().map(ToString::to_string).collect();
    let applied = conn.applied_migrations().map_err(|e| failed(e.to_string()))?;
    if let Some(newer) = applied.iter().map(ToString::to_string).find(|v| !known.contains(v)) {
        return Err(OpenError::Newer { path: path.to_owned(), found: newer });
    }
    conn.run_pending_migrations(MIGRATIONS).map_err(|e| failed(e.to_string()))?;
    conn.batch_execute(&format!(
        "INSERT INTO meta (k, v) VALUES ('fold_version', '{}') ON CONFLICT (k) DO NOTHING",
        scim_core::fold::FOLD_VERSION
    ))
    .map_err(|e| failed(e.to_string()))?;
    let found: String = meta::table
        .find("fold_version")
        .select(meta::v)
        .get_result(conn)
        .map_err(|e| failed(e.to_string()))?;
    if found != scim_core::fold::FOLD_VERSION.to_string() {
        let known = scim_core::fold::FOLD_VERSION;
        return Err(failed(format!("its keys follow folding rule {found}, this version knows rule {known}")));
    }
    Ok(())
}

/// The secret that cursors are sealed with; made with the database, kept in it, and the same for ever.
pub(crate) fn cursor_secret(conn: &mut Conn) -> Result<[u8; 32], String> {
    let stored = meta::table.find("cursor_secret").select(meta::v).get_result::<String>(conn).optional();
    if let Some(text) = stored.map_err(|e| e.to_string())? {
        return from_hex(&text).ok_or_else(|| "the secret for cursors is damaged".to_owned());
    }
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|e| e.to_string())?;
    let text: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    diesel::insert_into(meta::table)
        .values((meta::k.eq("cursor_secret"), meta::v.eq(text)))
        .execute(conn)
        .map_err(|e| e.to_string())?;
    Ok(secret)
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut secret = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (i, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(secret)
}
