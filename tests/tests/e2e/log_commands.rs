//! `scimd log`: listed, shown, followed and exported, beside a running server and without one.

use scimd_tests::{Client, Server, replace, user};
use serde_json::{Value, json};

/// A server with some history: who, and the lines that there are.
struct World {
    server: Server,
    scim: Client,
    ann: String,
    /// The request that was refused.
    refused: String,
}

impl World {
    fn new() -> Self {
        let server = Server::start();
        let scim = server.client();
        let ann = scim.create_user("Ann@Contoso.test");
        let refused = scim.post("/Users", &user("ann@contoso.TEST"));
        let refused = refused.status(409).must_have("x-request-id").to_owned();
        scim.patch(&format!("/Users/{ann}"), &replace("active", json!(false))).status(200);
        scim.create_group("staff", &[&ann]);
        let world = Self { server, scim, ann, refused };
        world.server.cli().until(&world.list(&[]), "the refusal", |log| log.contains(&world.refused));
        world
    }

    fn list<'a>(&self, more: &[&'a str]) -> Vec<&'a str> {
        [&["log", "list", "--tenant", "default"], more].concat()
    }

    /// The actions that a list shows, newest first.
    #[track_caller]
    fn actions(&self, more: &[&str]) -> Vec<String> {
        let list = self.server.cli().ok(&self.list(&[more, &["--json"]].concat()));
        let lines: Vec<Value> = serde_json::from_str(&list).unwrap();
        lines.iter().map(|line| line["action"].as_str().unwrap().to_owned()).collect()
    }
}

const TAIL: [&str; 4] = ["log", "tail", "--tenant", "default"];

#[test]
fn lists_are_filtered_as_they_are_asked_to_be() {
    let world = World::new();
    let id = &world.refused;
    let hyphens = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-").to_uppercase();
    let all = ["Create group", "Deactivate user", "Create user", "Create user"];
    for (more, expected) in [
        (&[][..], &all[..]),
        (&["--limit", "1"], &all[..1]),
        (&["--user", "ann@contoso"], &all[1..]),
        (&["--target", "STAFF"], &all[..1]),
        (&["--id", &world.ann], &["Deactivate user", "Create user"]),
        (&["--request-id", &world.refused], &["Create user"]),
        (&["--status", "409"], &["Create user"]),
        (&["--request-id", &hyphens], &["Create user"]),
        (&["--status", "4XX"], &["Create user"]),
        (&["--since", "2020-01-01"], &all),
        (&["--until", "2020-01-01"], &[]),
        (&["--status", "refused"], &["Create user"]),
        (&["--status", "done", "--user", "ann"], &["Deactivate user", "Create user"]),
        (&["--action", "deactivate"], &["Deactivate user"]),
        (&["--since", "1h"], &all),
        (&["--until", "1h"], &[]),
        (&["--since", "2020-01-01T00:00:00Z", "--until", "2020-01-02T00:00:00Z"], &[]),
    ] {
        assert_eq!(world.actions(more), expected, "{more:?}");
    }
    let cli = world.server.cli();
    for (wrong, says) in [
        (&["--since", "soon"][..], "30m, 2h or 7d"),
        (&["--until", "2026-13-01"], "30m, 2h or 7d"),
        (&["--status", "bad"], "4xx"),
        (&["--status", "+400"], "4xx"),
        (&["--id", "ann"], "a UUID"),
        (&["--since", "1h", "--until", "2h"], "later than"),
    ] {
        cli.run(&world.list(wrong)).exit(2).says(says);
    }
    cli.run(&["log", "list", "--tenant", "defaul"]).exit(5).says("did you mean `default`?");
}

#[test]
fn a_request_is_shown_with_every_field() {
    let world = World::new();
    let show = ["log", "show", "--tenant", "default", &world.refused];
    let shown = world.server.cli().ok(&show);
    let fields: Vec<&str> = shown.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let expected = [
        "time", "request", "tenant", "token", "action", "id", "target", "status", "scimType", "reason",
        "dialects", "ignored", "refused", "duration",
    ];
    assert_eq!(fields, expected, "{shown}");
    for line in [
        format!("request   {}", world.refused),
        format!("token     {}", &world.scim.token()[6..16]),
        "target    ann@contoso.TEST".to_owned(),
        "status    409".to_owned(),
        "refused   userName".to_owned(),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is not in:\n{shown}");
    }
    let json = world.server.cli().ok(&[&show[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["refused"], json.as_array().unwrap().len()), (&json!(["userName"]), 1));
    world.server.cli().run(&["log", "show", "--tenant", "default", "nothing"]).exit(5).says("no line");
}

#[test]
fn what_clients_sent_is_escaped_for_terminals() {
    let server = Server::start();
    let scim = server.client();
    scim.create_group("a\u{202e}\"b\"", &[]);
    let line = server.cli().ok(&TAIL);
    assert!(line.contains("a\\u{202e}\"b\""), "{line}");
    assert!(!line.contains('\u{202e}'), "{line}");
    for json in
        [&["log", "list", "--tenant", "default", "--json"][..], &["log", "export", "--tenant", "default"]]
    {
        let json = server.cli().ok(json);
        assert!(json.contains("a\\u202e") && !json.contains('\u{202e}'), "{json}");
    }
}

#[test]
fn the_tail_is_oldest_first_and_is_followed_until_the_server_stops() {
    let mut world = World::new();
    let cli = world.server.cli();
    let last = cli.ok(&[&TAIL[..], &["--lines", "2"]].concat());
    let actions: Vec<bool> = last.lines().map(|line| line.contains("Create group")).collect();
    assert_eq!(actions, [false, true], "{last}");

    let mut text = cli.start(&[&TAIL[..], &["--lines", "0", "--follow"]].concat());
    let mut lines = cli.start(&[&TAIL[..], &["--follow", "--json"]].concat());
    lines.stdout().wait_for("the newest of what was there", |line| line.contains("Create group"));
    // The other one says nothing before there is something.
    let mut name = 0;
    while text.stdout().text().is_empty() {
        name += 1;
        assert!(name < 20_000, "nothing is followed");
        world.scim.create_user(&format!("u{name}"));
    }
    world.scim.create_user("the-last");
    text.stdout().wait_for("the last", |line| line.contains("201  Create user the-last"));
    let line = lines.stdout().wait_for("the last", |line| line.contains("the-last"));
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&line["target"], &line["status"]), (&json!("the-last"), &json!(201)));
    world.server.stop();
    for follower in [&mut text, &mut lines] {
        assert!(follower.wait().success(), "{}", follower.stderr().text());
        assert!(follower.stderr().text().contains("the server has stopped"), "{}", follower.stderr().text());
    }
    let shown = lines.stdout().text();
    let targets: Vec<&str> = shown.lines().filter(|line| line.contains("the-last")).collect();
    assert_eq!(targets.len(), 1, "a line is shown once: {shown}");

    let finished = cli.run(&[&TAIL[..], &["--follow"]].concat());
    finished.exit(0).says("nothing to follow");
    assert!(finished.stdout.contains("the-last"));
}

#[test]
fn the_export_holds_every_line_oldest_first() {
    let mut world = World::new();
    let cli = world.server.cli();
    for n in 0..650 {
        // Long reasons, so that one message does not hold them all.
        let mut body = user(&format!("u{n}"));
        for attribute in 0..60 {
            body[format!("unknown-{attribute}-{}", "x".repeat(80))] = json!(1);
        }
        world.scim.post("/Users", &body).status(400);
    }
    let export = ["log", "export", "--tenant", "default"];
    let targets = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["target"].as_str().unwrap().to_owned()).collect()
    };
    let beside = cli.until(&export, "the last refusal", |text| text.contains("\"u649\""));
    let mut expected =
        ["Ann@Contoso.test", "ann@contoso.TEST", "Ann@Contoso.test", "staff"].map(str::to_owned).to_vec();
    expected.extend((0..650).map(|n| format!("u{n}")));
    let mut found = targets(&beside);
    // Refusals are written after the answer, and so may come a little later than what was done.
    found[..4].sort();
    expected[..4].sort();
    assert_eq!(found, expected);
    assert!(beside.len() > 1 << 20, "only {} bytes", beside.len());
    let tail = cli.ok(&[&TAIL[..], &["--lines", "600", "--json"]].concat());
    assert!(tail.len() > 1 << 20, "only {} bytes", tail.len());
    assert_eq!(targets(&tail), found[54..], "the newest, though one message does not hold them");
    let refused = cli.ok(&[&export[..], &["--status", "409"]].concat());
    assert_eq!(targets(&refused), ["ann@contoso.TEST"]);
    world.server.stop();
    assert_eq!(cli.ok(&export), beside, "the same without a server");
}

#[test]
fn reads_are_shown_by_token_and_minute() {
    let world = World::new();
    for _ in 0..3 {
        world.scim.get("/Users").status(200);
    }
    world.scim.find("/Users", "userName eq \"nobody\"").status(200);
    let cli = world.server.cli();
    let reads = ["log", "reads", "--tenant", "default"];
    let count = |json: &str, field: &str| -> u64 {
        let minutes: Vec<Value> = serde_json::from_str(json).unwrap();
        minutes.iter().map(|minute| minute[field].as_u64().unwrap()).sum()
    };
    let json = [&reads[..], &["--json"]].concat();
    let json = cli.until(&json, "all reads", |json| count(json, "not_found") > 0);
    assert_eq!((count(&json, "reads"), count(&json, "not_found")), (3, 1), "{json}");
    let text = cli.ok(&[&reads[..], &["--since", "1h"]].concat());
    assert!(text.contains(&format!("token {}", &world.scim.token()[6..16])), "{text}");
    assert_eq!(cli.ok(&[&reads[..], &["--since", "2999-01-01"]].concat()), "");
    cli.run(&[&reads[..], &["--since", "soon"]].concat()).exit(2).says("7d");
}

#[test]
fn how_long_lines_are_kept_has_bounds() {
    let server = Server::start();
    for days in ["0", "3651", "x"] {
        let run = server.cli().run(&["serve", "--log-retention", days]);
        run.exit(2).says("--log-retention");
    }
    let server = Server::build().arg("--log-retention").arg("1").start();
    server.client().create_user("ann");
    assert!(server.cli().ok(&TAIL).contains("Create user ann"));
}
