//! What real SCIM clients send, as recorded scenarios (`fixtures/wire/README.md`).

use scimd_tests::{Lines, Process, Server};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/wire")
}

/// The scenarios of a file that are known to fail.
fn expected_failures(file: &str) -> BTreeSet<String> {
    let list = std::fs::read_to_string(fixtures().join("expected-failures.txt")).unwrap();
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter_map(|line| line.split_once(' '))
        .filter(|(of, _)| *of == file)
        .map(|(_, name)| name.trim().to_owned())
        .collect()
}

/// Plays a file against a server of its own.
#[track_caller]
fn play(file: &str, scenarios: usize) {
    let server = Server::start();
    let token = server.cli().token("default");
    let mut command = Command::new("python3");
    command.arg(fixtures().join("run_wire.py")).args(["--base", &server.base_url(), "--token", &token]);
    let mut runner = Process::start(command.arg("--verbose").arg(fixtures().join(file)), Lines::default());
    let ended = runner.wait();
    let output = runner.stdout().text();
    let said = runner.stderr().text();
    assert!(matches!(ended.code(), Some(0 | 1)), "run_wire.py ended with {ended}: {said}");

    let results = |word: &str| -> BTreeSet<String> {
        output.lines().filter_map(|line| line.strip_prefix(word)).map(|name| name.trim().to_owned()).collect()
    };
    let (passed, failed) = (results("PASS "), results("FAIL "));
    assert_eq!(
        passed.len() + failed.len(),
        scenarios,
        "{file} does not hold {scenarios} scenarios:\n{output}"
    );

    // A verbose line is `    step 1 GET /Users -> 200 …`.
    let answers: Vec<&str> =
        output.lines().filter(|line| line.starts_with("    step ") && line.contains(" -> ")).collect();
    assert!(answers.len() > scenarios, "{file}: only {} answers", answers.len());
    let broken: Vec<&&str> =
        answers.iter().filter(|line| line.split(" -> ").nth(1).is_some_and(|s| s.starts_with('5'))).collect();
    assert!(broken.is_empty(), "{file}: answers of 500 and more: {broken:#?}");

    let expected = expected_failures(file);
    let why = |name: &str| {
        let mut lines = output.lines().skip_while(|line| *line != format!("FAIL {name}")).skip(1);
        lines.next().unwrap_or_default().trim().to_owned()
    };
    let surprises: Vec<String> =
        failed.difference(&expected).map(|name| format!("{name}: {}", why(name))).collect();
    assert!(
        surprises.is_empty(),
        "{file}: {} of {scenarios} failed:\n{}",
        surprises.len(),
        surprises.join("\n")
    );
    let fixed: Vec<&String> = expected.difference(&failed).collect();
    assert!(fixed.is_empty(), "{file}: take these out of expected-failures.txt, they pass: {fixed:?}");
}

#[test]
fn entra_gets_what_it_expects() {
    play("entra.json", 83);
}

#[test]
fn okta_gets_what_it_expects() {
    play("okta.json", 32);
}

#[test]
fn other_clients_get_what_they_expect() {
    play("others.json", 31);
}

#[test]
fn every_expected_failure_names_a_file_that_is_played() {
    let list = std::fs::read_to_string(fixtures().join("expected-failures.txt")).unwrap();
    for line in list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (file, _) = line.split_once(' ').unwrap_or((line, ""));
        assert!(["entra.json", "okta.json", "others.json"].contains(&file), "{line}");
    }
}
