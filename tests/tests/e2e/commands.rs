//! The command line, with a server and without.

use scimd_tests::{Cli, Lines, Process, Server, binary, block_rule};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
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

fn json_of(cli: &Cli, arguments: &[&str]) -> Value {
    serde_json::from_str(&cli.ok(arguments)).unwrap()
}

fn accessor(token: &str) -> String {
    token.split('_').nth(1).unwrap().to_owned()
}

#[test]
fn every_command_works_through_a_running_server_and_acts_at_once() {
    let server = Server::start();
    let cli = server.cli();
    cli.tenant("acme");
    let scim = server.client_of("acme");
    let ann = scim.create_user("ann");
    scim.create_group("openai_block", &[&ann]);
    let key = cli.key("acme", "ann");
    server.check(&key).status(200);
    cli.apply_policy("acme", &block_rule("openai_block"));
    server.check(&key).status(403);
    assert!(cli.ok(&["policy", "show", "--tenant", "acme"]).contains("openai_block"));
    cli.apply_policy("acme", &json!({"rules": []}));
    server.check(&key).status(200);
    let keys = json_of(&cli, &["key", "list", "--tenant", "acme", "--json"]);
    let id = keys[0]["id"].as_str().unwrap().to_owned();
    assert!(!keys.to_string().contains(&key), "{keys}");
    cli.ok(&["key", "revoke", "--tenant", "acme", &id]);
    server.check(&key).gateway_error(401, "invalid_api_key");
    cli.ok(&["token", "revoke", "--tenant", "acme", &accessor(scim.token())]);
    scim.get("/Users").scim_error(401, None);
}

#[test]
fn what_was_done_without_a_server_holds_with_one_and_the_other_way_round() {
    let mut server = Server::start();
    let token = server.cli().token("default");
    let ann = server.client_with(&token).create_user("ann");
    server.client_with(&token).create_group("openai_block", &[&ann]);
    server.stop();
    let key = server.cli().key("default", "ann");
    server.cli().apply_policy("default", &block_rule("openai_block"));
    server.cli().tenant("acme");
    let other = server.cli().token("acme");
    server.restart();
    server.check(&key).gateway_error(403, "policy_block");
    server.client_with(&other).create_user("ann");
    server.client_with(&token).get(&format!("/Users/{ann}")).status(200);
    server.stop();
    server.cli().ok(&["token", "revoke", "--tenant", "acme", &accessor(&other)]);
    server.restart();
    server.client_with(&other).get("/Users").scim_error(401, None);
}

#[test]
fn a_token_goes_into_a_file_that_only_its_owner_reads() {
    let server = Server::start();
    let cli = server.cli();
    let file = server.data_dir().join("entra.token");
    let name = file.to_str().unwrap();
    let made = cli.run(&["token", "create", "--tenant", "default", "--out", name]);
    assert_eq!(made.exit(0).stdout, "", "{made:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let token = std::fs::read_to_string(&file).unwrap();
    server.client_with(token.trim()).get("/Users").status(200);
    // A file that is there is not overwritten, and no token is made that nobody could read.
    let before = json_of(&cli, &["token", "list", "--tenant", "default", "--json"]);
    cli.run(&["token", "create", "--tenant", "default", "--out", name]).exit(1).says(name);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), token);
    let after = json_of(&cli, &["token", "list", "--tenant", "default", "--json"]);
    assert_eq!(before.as_array().unwrap().len(), after.as_array().unwrap().len());
    server.client().create_user("ann");
    let file = server.data_dir().join("ann.key");
    cli.ok(&["key", "create", "--tenant", "default", "--user", "ann", "--out", file.to_str().unwrap()]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    server.check(std::fs::read_to_string(&file).unwrap().trim()).status(200);
}

#[test]
fn a_token_is_listed_with_its_last_use() {
    let server = Server::start();
    let scim = server.client();
    scim.get("/Users").status(200);
    // The time of use is written behind the request's back.
    server.cli().until(&["token", "list", "--tenant", "default", "--json"], "a last use", |printed| {
        let listed: Value = serde_json::from_str(printed).unwrap();
        listed[0]["last_used"].is_string()
    });
}

#[test]
fn a_policy_with_a_mistake_is_refused_and_the_old_one_stays() {
    let server = Server::start();
    let cli = server.cli();
    cli.apply_policy("default", &block_rule("openai_block"));
    let before = cli.ok(&["policy", "show", "--tenant", "default"]);
    let file = server.data_dir().join("bad.json");
    for (document, says) in [
        ("{", ""),
        (
            r#"{"rules": [{"name": "x", "conditions": {"user_gruops": ["a"]}, "action": {"type": "BLOCK"}}]}"#,
            "user_gruops",
        ),
        (
            r#"{"rules": [{"name": "x", "conditions": {"user_groups": {"any_of": []}}, "action": {"type": "BLOCK"}}]}"#,
            "user_groups",
        ),
        (r#"{"rules": [{"name": "x", "conditions": {}, "action": {"type": "EXPLODE"}}]}"#, "EXPLODE"),
        (r#"{"rulez": []}"#, "rulez"),
    ] {
        std::fs::write(&file, document).unwrap();
        cli.run(&["policy", "apply", "--tenant", "default", file.to_str().unwrap()]).exit(1).says(says);
    }
    assert_eq!(cli.ok(&["policy", "show", "--tenant", "default"]), before);
}

#[test]
fn only_the_owner_reaches_the_data_and_the_control_socket() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut command = Command::new(binary());
    command.arg("--data-dir").arg(&data).args([
        "serve",
        "--bind",
        "127.0.0.1:0",
        "--admin-bind",
        "127.0.0.1:0",
    ]);
    let process = Process::start(&mut command, Lines::default());
    process.stdout().wait_for("the internal address", |line| line.starts_with("Internal"));
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data) & 0o077, 0, "the data directory is open to others");
    let sockets: Vec<_> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sock"))
        .collect();
    assert_eq!(sockets.len(), 1, "{sockets:?}");
    assert_eq!(mode(&sockets[0]), 0o600);
}

#[test]
fn the_data_directory_can_be_named_in_the_environment() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(binary());
        command.env("SCIMD_DATA_DIR", directory.path()).args(arguments).output().unwrap()
    };
    assert!(run(&["tenant", "create", "acme"]).status.success());
    let listed = Cli::new(directory.path()).ok(&["tenant", "list"]);
    assert!(listed.contains("acme"), "{listed}");
}

#[test]
fn commands_in_parallel_all_take_effect() {
    let server = Server::start();
    let cli = server.cli();
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..12).map(|_| scope.spawn(|| cli.token("default"))).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for token in &tokens {
        server.client_with(token).get("/Users").status(200);
    }
    let listed = json_of(&cli, &["token", "list", "--tenant", "default", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 12, "{listed}");
}

#[test]
fn serve_prints_two_addresses_and_nothing_else() {
    let mut server = Server::start();
    let expected =
        format!("SCIM base URL  {}\nInternal       http://{}", server.base_url(), server.internal_address());
    assert!(server.cli().ok(&["tenant", "list"]).contains("default"), "no tenant `default`");
    server.client().get("/Users").status(200);
    server.stop();
    assert_eq!(server.stdout().text(), expected);
}
