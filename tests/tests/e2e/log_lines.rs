//! Every request leaves the line in the provisioning log that it must: done, refused or found nothing.

use scimd_tests::{Answer, Client, Server, add_members, group, patch, replace, user};
use serde_json::{Value, json};

/// What a line must hold. What is not said is empty.
#[derive(Default)]
struct Line<'a> {
    action: &'a str,
    status: u16,
    scim_type: &'a str,
    target: &'a str,
    dialects: &'a str,
    ignored: &'a str,
    refused: &'a str,
    /// A part of the reason; `None`: there is none.
    reason: Option<&'a str>,
}

/// Finds the one line of an answered request and holds it to what it must be.
#[track_caller]
fn check(server: &Server, scim: &Client, answer: &Answer, expected: Line<'_>) {
    let request_id = answer.must_have("x-request-id");
    let list = ["log", "list", "--tenant", "default", "--json", "--request-id", request_id];
    let list = server.cli().until(&list, expected.action, |list| list.trim() != "[]");
    let lines: Vec<Value> = serde_json::from_str(&list).unwrap();
    assert_eq!(lines.len(), 1, "{list}");
    let line = &lines[0];
    let Line { action, status, scim_type, target, dialects, ignored, refused, reason } = expected;
    assert_eq!((&line["action"], &line["status"]), (&json!(action), &json!(status)), "{line}");
    assert_eq!(status, answer.code(), "{answer}");
    let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
    let words = |field: &str| {
        let words = line[field].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(text("scim_type"), scim_type, "{line}");
    assert_eq!(text("target"), target, "{line}");
    assert_eq!(words("dialects"), dialects, "{line}");
    assert_eq!(words("ignored"), ignored, "{line}");
    assert_eq!(words("refused"), refused, "{line}");
    match reason {
        Some(part) => assert!(text("reason").contains(part), "{line}"),
        None => assert!(line["reason"].is_null(), "{line}"),
    }
    assert_eq!((text("accessor").as_str(), text("tenant").as_str()), (&scim.token()[6..16], "default"));
    assert!(line["duration_us"].is_i64() && text("time").ends_with('Z'), "{line}");
    assert!(!list.contains("secret"), "{list}");
}

#[test]
fn each_write_and_each_refusal_of_one_leaves_its_line() {
    let server = Server::start();
    let scim = server.client();
    let has = |answer: &Answer, line: Line<'_>| check(&server, &scim, answer, line);
    let line = |action: &'static str, status| Line { action, status, ..Line::default() };

    // Create.
    let mut body = user("ann");
    body["id"] = json!("secret");
    body["active"] = json!("True");
    let created = scim.post("/Users", &body);
    let ann = created.status(201).at("/id");
    let uri = format!("/Users/{ann}");
    let mut done = line("Create user", 201);
    (done.target, done.dialects, done.ignored) = ("ann", "string-boolean", "id");
    has(&created, done);
    let mut taken = line("Create user", 409);
    (taken.target, taken.scim_type, taken.refused) = ("ANN", "uniqueness", "userName");
    taken.reason = Some(&ann);
    has(&scim.post("/Users", &user("ANN")), taken);
    let mut body = user("bob");
    body["departmnt"] = json!("secret");
    body["emails"] = json!([{"value": {"secret": 1}}]);
    let mut faults = line("Create user", 400);
    (faults.target, faults.scim_type) = ("bob", "invalidValue");
    (faults.refused, faults.reason) = ("emails.value departmnt", Some("did you mean"));
    has(&scim.post("/Users", &body), faults);
    let mut broken = line("Create user", 400);
    (broken.scim_type, broken.reason) = ("invalidSyntax", Some("JSON"));
    has(&scim.request("POST", "/Users").raw("{\"userName\": secret").send(), broken);

    // Refused before the body was read as one.
    let mut large = line("Create user", 413);
    large.reason = Some("larger than");
    has(&scim.request("POST", "/Users").raw(vec![b' '; (1 << 20) + 1]).send(), large);
    let mut media = line("Update user", 415);
    (media.target, media.reason) = ("ann", Some("application/scim+json"));
    let request = scim.request("PUT", &uri).json(&user("ann")).header("Content-Type", "text/secret");
    has(&request.send(), media);
    let mut query = line("Update user", 400);
    (query.target, query.scim_type, query.reason) = ("ann", "invalidValue", Some("given twice"));
    has(&scim.patch(&format!("{uri}?attributes=a&attributes=b"), &replace("title", json!("x"))), query);

    // Replace.
    let mut same = line("Update user (no change)", 200);
    same.target = "ann";
    has(&scim.put(&uri, &user("ann")), same);
    let mut stale = line("Update user", 412);
    (stale.target, stale.reason) = ("ann", Some("W/\"1\""));
    has(&scim.request("PUT", &uri).json(&user("ann")).header("If-Match", "W/\"9\"").send(), stale);
    let mut missing = line("Update user", 404);
    missing.reason = Some("not found");
    has(&scim.put("/Users/0199a5b2-6c1e-7d3f-8a4b-5c6d7e8f9a0b", &user("x")), missing);
    let mut renamed = line("Update user", 200);
    renamed.target = "anna";
    has(&scim.put(&uri, &user("anna")), renamed);

    // Patch.
    let mut off = line("Deactivate user", 200);
    (off.target, off.dialects) = ("anna", "op-case string-boolean");
    has(&scim.patch(&uri, &patch(json!([{"op": "Replace", "path": "active", "value": "False"}]))), off);
    let mut on = line("Activate user", 200);
    on.target = "anna";
    has(&scim.patch(&uri, &replace("active", json!(true))), on);
    let mut path = line("Update user", 400);
    (path.target, path.scim_type) = ("anna", "invalidPath");
    (path.refused, path.reason) = ("emails.valu", Some("operation 1"));
    has(&scim.patch(&uri, &replace("emails[type eq \"secret\"].valu", json!("x"))), path);
    let mut filter = line("Update user", 400);
    (filter.target, filter.scim_type) = ("anna", "invalidFilter");
    filter.reason = Some("operation 1");
    has(&scim.patch(&uri, &replace("emails[type eq secret].value", json!("x"))), filter);

    // Groups.
    let created = scim.post("/Groups", &group("staff", &[&ann]));
    let staff = format!("/Groups/{}", created.status(201).at("/id"));
    let mut done = line("Create group", 201);
    done.target = "staff";
    has(&created, done);
    let mut added = line("Update group (no change)", 204);
    (added.target, added.reason) = ("staff", Some("1 unknown members were skipped: nobody"));
    has(&scim.patch(&staff, &add_members(&["nobody"])), added);
    let mut removed = line("Remove 1 member from group", 204);
    (removed.target, removed.dialects) = ("staff", "remove-listed");
    has(
        &scim.patch(&staff, &patch(json!([{"op": "remove", "path": "members", "value": [{"value": ann}]}]))),
        removed,
    );
    let mut renamed = line("Rename group", 204);
    renamed.target = "all";
    has(&scim.patch(&staff, &replace("displayName", json!("all"))), renamed);

    // Delete.
    let mut stale = line("Delete group", 412);
    (stale.target, stale.reason) = ("all", Some("read it again"));
    has(&scim.request("DELETE", &staff).header("If-Match", "W/\"1\"").send(), stale);
    let mut gone = line("Delete group", 204);
    gone.target = "all";
    has(&scim.delete(&staff), gone);
    let mut missing = line("Delete group", 404);
    missing.reason = Some("not found");
    has(&scim.delete(&staff), missing);
}

#[test]
fn each_read_that_is_refused_or_finds_nothing_leaves_its_line_and_others_none() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let has = |answer: &Answer, line: Line<'_>| check(&server, &scim, answer, line);
    let line = |action: &'static str, status| Line { action, status, ..Line::default() };
    let nothing = |action, status, target| Line { target, reason: Some("not found"), ..line(action, status) };
    let bad = |action, scim_type, refused, reason| Line {
        scim_type,
        refused,
        reason: Some(reason),
        ..line(action, 400)
    };

    let quiet = [
        scim.get(&format!("/Users/{ann}")),
        scim.get("/Users"),
        scim.get("/Groups"),
        scim.find("/Users", "userName eq \"ANN\""),
        scim.find("/Users", "title eq \"Boss\""),
        scim.get("/Schemas"),
    ];
    has(&scim.find("/Users", "userName eq \"Bob\""), nothing("Look up user", 200, "Bob"));
    has(&scim.find("/Users", "externalId eq \"secret\""), nothing("Look up user", 200, ""));
    has(&scim.find("/Groups", "displayName eq \"staff\""), nothing("Look up group", 200, "staff"));
    has(&scim.get("/Users/nobody"), nothing("Read user", 404, ""));
    has(
        &scim.find("/Users", "departmnt eq \"secret\""),
        bad("List users", "invalidFilter", "departmnt", "did you mean"),
    );
    has(&scim.find("/Groups", "displayName eq"), bad("List groups", "invalidFilter", "", "expected a value"));
    has(&scim.get("/Users?sortBy=nam"), bad("List users", "invalidValue", "nam", "unknown attribute"));
    has(&scim.get("/Users?count=secret"), bad("List users", "invalidCount", "", "`count`"));
    has(&scim.post("/.search", &json!({"filter": "x"})), bad("Search", "invalidSyntax", "", "schemas"));
    let both = scim.get(&format!("/Users/{ann}?attributes=title&excludedAttributes=name"));
    has(&both, Line { target: "ann", ..bad("Read user", "invalidValue", "", "not both") });
    has(&scim.get("//Users"), Line { reason: Some("slash"), ..line("Ask for an unknown path", 404) });
    has(
        &scim.request("DELETE", "/Users").send(),
        Line { reason: Some("GET"), ..line("Use a method that is not there", 405) },
    );
    has(&scim.get("/Me"), Line { reason: Some("not supported"), ..line("Use what is not supported", 501) });
    has(&scim.get("/Schemas?filter=x"), Line { reason: Some("no filter"), ..line("Discover", 403) });

    // By now, what would have been written is.
    let all = server.cli().ok(&["log", "list", "--tenant", "default", "--limit", "1000"]);
    for answer in &quiet {
        assert!(!all.contains(answer.status(200).must_have("x-request-id")), "{answer} left a line: {all}");
    }
    let again = scim.find("/Users", "userName eq \"Bob\"");
    check(&server, &scim, &scim.get("/Users/nobody-else"), nothing("Read user", 404, ""));
    let all = server.cli().ok(&["log", "list", "--tenant", "default"]);
    assert!(!all.contains(again.must_have("x-request-id")), "written twice within a minute: {all}");
}

#[test]
fn what_waits_is_written_when_the_server_stops() {
    let mut server = Server::start();
    let scim = server.client();
    let ids: Vec<String> = (0..50)
        .map(|n| scim.find("/Users", &format!("userName eq \"u{n}\"")).must_have("x-request-id").to_owned())
        .collect();
    server.stop();
    let all = server.cli().ok(&["log", "list", "--tenant", "default", "--limit", "100"]);
    let missing: Vec<_> = ids.iter().filter(|id| !all.contains(*id)).collect();
    assert!(missing.is_empty(), "{missing:?} are not in: {all}");
}
