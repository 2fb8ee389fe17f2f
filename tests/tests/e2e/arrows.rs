//! Who may depend on whom (`docs/architecture.md`): the packages hold to it.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The only arrows between our own packages, development dependencies aside.
const ARROWS: &[(&str, &[&str])] = &[
    ("policy-groups", &[]),
    ("scim-core", &[]),
    ("scim-patch", &["scim-core"]),
    ("scim-service", &["policy-groups", "scim-core", "scim-patch", "scim-store-diesel"]),
    ("scim-store-diesel", &["scim-core"]),
    ("scimd", &["scim-core", "scim-service"]),
    ("scimd-tests", &[]),
];

/// Packages that a crate without I/O must not know.
const OUTSIDE_WORLD: &[&str] = &[
    "actix-web",
    "diesel",
    "diesel_migrations",
    "libsqlite3-sys",
    "r2d2",
    "tokio",
    "socket2",
    "clap",
    "env_logger",
];

/// The packages of the workspace with their direct dependencies.
fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path", manifest])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let direct =
                dependencies.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect();
            (text(&package["name"]), direct)
        })
        .collect()
}

#[test]
fn the_crates_depend_on_each_other_one_way_only() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.keys().map(String::as_str).collect();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours, known, "a package came or went; say here what it may depend on");
    for (name, allowed) in ARROWS {
        let arrows: Vec<&str> =
            packages[*name].iter().map(String::as_str).filter(|other| ours.contains(other)).collect();
        assert_eq!(&arrows, allowed, "the arrows of {name}");
    }
}

#[test]
fn the_inner_crates_do_no_io() {
    let packages = packages();
    for name in ["scim-core", "scim-patch", "policy-groups"] {
        let outside: Vec<&String> =
            packages[name].iter().filter(|other| OUTSIDE_WORLD.contains(&other.as_str())).collect();
        assert!(outside.is_empty(), "{name} depends on {outside:?}");
    }
    for name in ["scim-service", "scimd"] {
        assert!(!packages[name].contains("diesel"), "{name} knows the database");
    }
    assert!(!packages["scim-service"].contains("actix-web"), "the use cases know HTTP");
}
