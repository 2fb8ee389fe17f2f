//! The page that says which test proves what.

use std::path::{Path, PathBuf};

/// The sources below a directory, one after the other.
fn sources(directory: &Path) -> String {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let text = |path: &PathBuf| match path.extension() {
        _ if path.is_dir() => sources(path),
        Some(extension) if extension == "rs" => std::fs::read_to_string(path).unwrap(),
        _ => String::new(),
    };
    paths.iter().map(text).collect()
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let suites = root.join("tests/tests/e2e");
    let page = std::fs::read_to_string(root.join("docs/conformance.md")).unwrap();
    let named: Vec<(&str, &str)> =
        page.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.split_once("::")).collect();
    assert!(named.len() > 100, "{}", named.len());
    let mut missing = Vec::new();
    for (place, name) in named.into_iter().filter(|(place, _)| *place != "where") {
        let text = match place.strip_prefix("e2e/") {
            Some(suite) if suites.join(suite).is_dir() => sources(&suites.join(suite)),
            Some(suite) => std::fs::read_to_string(suites.join(format!("{suite}.rs"))).unwrap(),
            None => sources(&root.join("crates").join(place)),
        };
        if !text.contains(&format!("fn {name}(")) {
            missing.push(format!("{place}::{name}"));
        }
    }
    assert!(missing.is_empty(), "there are no tests {missing:?}");
}
