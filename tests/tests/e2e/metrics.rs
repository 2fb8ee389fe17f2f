//! `/metrics` of the internal listener.

use scimd_tests::{Server, patch, user};
use serde_json::json;

#[test]
fn metrics_count_what_happened_and_name_nobody() {
    let server = Server::start();
    let scim = server.client();
    let value = |metric: &str| -> u64 {
        let text = server.internal().get("/metrics").status(200).text();
        let line =
            text.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' ').map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {metric} in:\n{text}")).parse().unwrap()
    };
    let metrics = [
        "scimd_writes_total{result=\"done\"}",
        "scimd_writes_total{result=\"refused\"}",
        "scimd_reads_total{result=\"found\"}",
        "scimd_reads_total{result=\"not_found\"}",
        "scimd_dialects_total{dialect=\"op-case\"}",
        "scimd_dialects_total{dialect=\"string-boolean\"}",
        "scimd_dialects_total{dialect=\"member-ref\"}",
        "scimd_unknown_credentials_total",
        "scimd_log_lines_dropped_total",
        "scimd_log_lines_pruned_total",
    ];
    assert_eq!(metrics.map(value), [0; 10]);
    let ann = scim.create_user("ann");
    let off = patch(json!([{"op": "Replace", "path": "active", "value": "False"}]));
    for _ in 0..2 {
        scim.patch(&format!("/Users/{ann}"), &off).status(200);
    }
    scim.post("/Users", &user("ann")).status(409);
    scim.request("POST", "/Users").raw("x").header("Content-Type", "text/plain").send().status(415);
    scim.get("/Users").status(200);
    scim.find("/Users", "userName eq \"bob\"").status(200);
    scim.without_token().get("/Users").status(401);
    scim.with_token("nonsense").get("/Users").status(401);
    scim.find("/Users", "title eq \"Boss\"").status(200);
    assert_eq!(metrics.map(value), [3, 2, 1, 2, 2, 2, 0, 2, 0, 0]);

    // Writes that are refused before anything is looked at.
    let bulk = |kind: &str| scim.request("POST", "/Bulk").raw("{}").header("Content-Type", kind).send();
    bulk("text/plain").status(415);
    bulk("application/json").status(400);
    let cli = server.cli();
    let reader = cli.ok(&["token", "create", "--tenant", "default", "--scope", "scim:read"]);
    scim.with_token(reader.trim()).post("/Users", &user("bob")).status(403);
    cli.ok(&["tenant", "set", "default", "provisioning=off"]);
    scim.post("/Users", &user("bob")).status(403);
    scim.get("/Users").status(403);
    cli.ok(&["tenant", "set", "default", "provisioning=on"]);
    cli.ok(&["tenant", "disable", "default"]);
    scim.delete(&format!("/Users/{ann}")).status(403);
    assert_eq!(value("scimd_writes_total{result=\"refused\"}"), 7);

    let answer = server.internal().get("/metrics");
    assert!(answer.must_have("content-type").starts_with("text/plain; version=0.0.4"));
    let text = answer.text();
    assert!(text.starts_with("# HELP scimd_writes_total ") && text.ends_with('\n'), "{text}");
    assert!(!text.contains("default") && !text.contains("ann"), "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.starts_with("scimd_") && line.contains("_total"), "{line}");
    }
    server.public().get("/metrics").status(404);
}
