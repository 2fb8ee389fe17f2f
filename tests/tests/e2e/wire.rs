//! Requests in the shapes that real clients send, by the runner and the scenarios in `tests/fixtures/wire`.

use scimd_tests::Server;
use std::path::PathBuf;
use std::process::Command;

fn run(file: &str, scenarios: usize) {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/wire");
    let server = Server::start();
    let token = server.cli().token("default");
    let output = Command::new("python3")
        .arg(directory.join("run_wire.py"))
        .args(["--base", &server.base_url(), "--token", &token, "--verbose"])
        .arg(directory.join(file))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let failed: Vec<_> = text.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert!(failed.is_empty(), "{failed:#?}\n{text}");
    assert!(text.ends_with(&format!("{scenarios} passed, 0 failed\n")), "{text}");
    // Lines of answers read `… -> STATUS body`.
    let broken: Vec<_> = text.lines().filter(|line| line.contains(" -> 5")).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn entra_gets_what_it_expects() {
    run("entra.json", 83);
}

#[test]
fn okta_gets_what_it_expects() {
    run("okta.json", 32);
}

#[test]
fn other_clients_get_what_they_expect() {
    run("others.json", 31);
}
