//! The arrows between the crates, as `docs/architecture.md` draws them.

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_crates_depend_on_each_other_one_way_only() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let own: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let arrows: BTreeSet<(&str, &str)> = packages
        .iter()
        .flat_map(|package| {
            let from = package["name"].as_str().unwrap();
            let built_with =
                package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"] != "dev");
            built_with.map(move |dependency| (from, dependency["name"].as_str().unwrap()))
        })
        .filter(|(_, to)| own.contains(to))
        .collect();
    let drawn = [
        ("scim-patch", "scim-core"),
        ("scim-service", "policy-groups"),
        ("scim-service", "scim-core"),
        ("scim-service", "scim-patch"),
        ("scim-service", "scim-store-diesel"),
        ("scim-store-diesel", "scim-core"),
        ("scimd", "scim-core"),
        ("scimd", "scim-service"),
    ];
    assert_eq!(arrows, BTreeSet::from(drawn));
}
