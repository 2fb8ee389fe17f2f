//! Opening: one owner, known migrations, private files.

use crate::support::{Database, Fixture, Recorder, Seen};
use scim_store_diesel::{Kind, OpenError, Store, StoreConfig};

fn open(config: &StoreConfig) -> Result<Store, OpenError> {
    Store::open(config, |_, _| Recorder(Seen::default()))
}

#[test]
fn a_directory_has_one_owner() {
    let fixture = Fixture::new();
    let ann = fixture.add_user("ann");
    let refused = open(&fixture.config).err().unwrap();
    assert!(matches!(&refused, OpenError::InUse { owner, .. } if *owner == std::process::id().to_string()));
    // The refusal did the owner no harm.
    fixture.add_user("ben");
    let Fixture { store, acme, config, directory, .. } = fixture;
    drop(store);
    let reopened = open(&config).unwrap();
    let found = reopened.tenant(acme).find(Kind::User, ann.id, Default::default()).unwrap();
    assert_eq!(found.resource, ann);
    drop(reopened);
    drop(directory);
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let Fixture { store, config, directory, .. } = Fixture::new();
    drop(store);
    let mut database = Database::open(&config);
    database.run("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')");
    match open(&config).err().unwrap() {
        OpenError::Newer { found, .. } => assert_eq!(found, "29991231000001"),
        other => panic!("{other}"),
    }
    database.run("DELETE FROM __diesel_schema_migrations WHERE version = '29991231000001'");
    assert_eq!(open(&config).unwrap().tenants().unwrap().len(), 1, "the refusal gave the directory back");
    drop(directory);
}

#[test]
fn keys_of_another_folding_rule_are_refused() {
    let Fixture { store, config, directory, .. } = Fixture::new();
    drop(store);
    Database::open(&config).run("UPDATE meta SET v = '99' WHERE k = 'fold_version'");
    let refused = open(&config).err().unwrap();
    assert!(refused.to_string().contains("99"), "{refused}");
    drop(directory);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let config = StoreConfig::new(directory.path());
    std::fs::write(config.database_path(), "this is no database, and it is longer than a header of one")
        .unwrap();
    let refused = open(&config).err().unwrap().to_string();
    assert!(refused.contains("scimd.db"), "{refused}");
}

#[cfg(unix)]
#[test]
fn the_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new();
    fixture.add_user("ann");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&fixture.config.data_dir), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&fixture.config.data_dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        files += 1;
    }
    assert!(files >= 3, "the database, its log and the lock");
}

#[test]
fn an_open_store_writes_durably() {
    let fixture = Fixture::new();
    // WAL is a property of the file.
    assert_eq!(
        fixture.database().texts("SELECT journal_mode AS t FROM pragma_journal_mode"),
        [Some("wal".to_owned())]
    );
}
