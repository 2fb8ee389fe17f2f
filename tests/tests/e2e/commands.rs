//! The command line, with a server and without.

use scimd_tests::{Cli, Server, block_rule};
use serde_json::Value;
use std::process::Command;

#[test]
fn quickstart_prints_all_that_is_needed_and_its_curl_line_works_as_pasted() {
    let mut server = Server::build().quickstart().start();
    let curl = server.stdout().wait_for("the curl line", |line| line.starts_with("  curl "));
    let printed = server.stdout().text();
    let token = printed.lines().find_map(|line| line.strip_prefix("Token          ")).unwrap().to_owned();
    assert!(printed.contains(&format!("SCIM base URL  {}", server.base_url())), "{printed}");
    assert!(printed.contains(&format!("Internal       http://{}", server.internal_address())), "{printed}");
    let pasted = Command::new("sh").args(["-c", &format!("{curl} --silent --fail")]).output().unwrap();
    let answer: Value = serde_json::from_slice(&pasted.stdout).unwrap();
    assert_eq!(answer["totalResults"], 0);
    server.client_with(&token).create_user("ann");

    // The token is shown once: the next start makes no other.
    server.stop();
    server.restart();
    assert!(!server.stdout().text().contains("Token"), "{}", server.stdout().text());
    server.client_with(&token).get("/Users").status(200);
}

#[test]
fn commands_do_the_same_beside_a_server_and_without_one() {
    let mut server = Server::start();
    for name in ["with", "without"] {
        if name == "without" {
            server.stop();
        }
        let cli = server.cli();
        cli.ok(&["tenant", "create", name, "--profile", "rfc7644", "unknown_members=reject"]);
        let shown: Value = serde_json::from_str(&cli.ok(&["tenant", "show", name, "--json"])).unwrap();
        assert_eq!(shown["settings"]["profile"], "rfc7644");
        assert_eq!(shown["settings"]["unknown_members"], "reject");
        assert!(cli.ok(&["tenant", "list"]).contains(name));
        let token = cli.token(name);
        assert!(cli.ok(&["token", "list", "--tenant", name]).contains(&token[6..16]));
        cli.apply_policy(name, &block_rule("openai_block"));
        let policy: Value = serde_json::from_str(&cli.ok(&["policy", "show", "--tenant", name])).unwrap();
        assert_eq!(policy["rules"][0]["name"], "No OpenAI");
        cli.ok(&["token", "revoke", "--tenant", name, &token[6..16]]);

        cli.run(&["tenant", "create", name]).exit(6).says("exists");
        cli.run(&["tenant", "show", "nobody"]).exit(5).says("no tenant `nobody`");
        cli.run(&["tenant", "set", name, "provisioning=maybe"]).exit(1).says("takes `on` or `off`");
        cli.run(&["tenant", "set", name, "provisionning=on"]).exit(1).says("did you mean `provisioning`?");
        cli.run(&["tenant", "create", "No Name"]).exit(1).says("lower-case");
        cli.run(&["token", "revoke", "--tenant", name, &token[6..16]]).exit(5).says("no live token");
        cli.run(&["token", "create", "--tenant", name, "--scope", "root"]).exit(1).says("`scim:read`");
        cli.run(&["policy", "apply", "--tenant", name, "/nonexistent"]).exit(1).says("/nonexistent");
        cli.run(&["frobnicate"]).exit(2);
    }
    server.restart();
    assert!(server.cli().ok(&["tenant", "list"]).contains("without"));
}

#[test]
fn a_policy_that_is_not_valid_changes_nothing_and_says_where_it_is_wrong() {
    let server = Server::start();
    server.cli().apply_policy("default", &block_rule("openai_block"));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let bad = r#"{"rules":[{"name":"x","conditions":{"user_group":["a"]},"action":"BLOCK"}]}"#;
    std::io::Write::write_all(&mut file, bad.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let refused = server.cli().run(&["policy", "apply", "--tenant", "default", path]);
    refused.exit(1).says("user_groups");
    assert!(server.cli().ok(&["policy", "show", "--tenant", "default"]).contains("openai_block"));
}

#[test]
fn a_second_server_on_one_data_directory_refuses_to_start() {
    let server = Server::start();
    let second = server.cli().run(&["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"]);
    second.exit(4).says("in use by another scimd");
    server.client().create_user("ann");
}

#[test]
fn a_killed_server_leaves_nothing_that_stops_a_command() {
    let mut server = Server::start();
    server.kill_9();
    server.cli().tenant("acme");
}

#[test]
fn a_mistyped_data_directory_is_named_and_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let typo = directory.path().join("typo");
    Cli::new(&typo).run(&["token", "list", "--tenant", "default"]).exit(4).says("is --data-dir right?");
    assert!(!typo.exists());
}

#[test]
fn a_connection_that_says_nothing_holds_up_no_command() {
    let server = Server::start();
    let silent: Vec<_> = (0..4)
        .map(|_| std::os::unix::net::UnixStream::connect(server.data_dir().join("scimd.sock")).unwrap())
        .collect();
    server.cli().ok(&["tenant", "list"]);
    drop(silent);
}

#[test]
fn the_life_of_a_key_has_bounds() {
    let server = Server::start();
    server.client().create_user("ann");
    for days in ["0", "4000000000"] {
        let create = ["key", "create", "--tenant", "default", "--user", "ann", "--expires", days];
        server.cli().run(&create).exit(1).says("a key lives 1 to");
    }
}

#[test]
fn plain_http_beyond_this_machine_must_be_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let refused =
        Cli::new(directory.path()).run(&["serve", "--bind", "0.0.0.0:0", "--admin-bind", "127.0.0.1:0"]);
    refused.exit(3).says("--allow-http");
}

#[test]
fn a_read_token_reads_and_changes_nothing() {
    let server = Server::start();
    let ann = server.client().create_user("ann");
    let token = server.cli().ok(&["token", "create", "--tenant", "default", "--scope", "scim:read"]);
    let reader = server.client_with(&token);
    reader.get(&format!("/Users/{ann}")).status(200);
    reader.delete(&format!("/Users/{ann}")).scim_error(403, None);
    reader.post("/Users", &scimd_tests::user("bob")).scim_error(403, None);
}
