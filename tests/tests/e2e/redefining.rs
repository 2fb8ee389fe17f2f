//! Definition files that change under data that is there.

use scimd_tests::{CONTOSO, Client, Server, USER, definition, device, encode, replace, user};
use serde_json::{Value, json};

/// The definition of devices, with a change to its schema and one to its resource type.
fn devices(change: impl Fn(&mut Value, &mut Value)) -> String {
    let mut pair: [Value; 2] = serde_json::from_str(&definition("device")).unwrap();
    let [schema, resource_type] = &mut pair;
    change(schema, resource_type);
    json!(pair).to_string()
}

/// The definition of devices without an index and with serial numbers that need not differ.
fn plain_devices() -> String {
    devices(|schema, resource_type| {
        schema["attributes"][0]["uniqueness"] = json!("none");
        resource_type["indexes"] = json!([]);
    })
}

#[test]
fn what_was_stored_is_served_again_after_a_restart() {
    let mut server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    let laptop = scim.create_device("L-1");
    let mut ann = user("ann");
    ann["schemas"] = json!([USER, CONTOSO]);
    ann[CONTOSO] = json!({"badge": 7, "skills": ["Rust"]});
    let ann = scim.post("/Users", &ann).status(201).at("/id");
    let token = scim.token().to_owned();
    server.stop();
    server.restart();
    let scim = server.client_with(&token);
    assert_eq!(scim.get(&format!("/Devices/{laptop}")).status(200).at("/serialNumber"), "L-1");
    assert_eq!(scim.get(&format!("/Users/{ann}")).json()[CONTOSO], json!({"badge": 7, "skills": ["Rust"]}));
    assert_eq!(scim.find("/Devices", r#"serialNumber eq "L-1""#).total(), 1);
    assert_eq!(scim.find("/Users", &format!("{CONTOSO}:badge eq 7")).total(), 1);
    scim.post("/Devices", &device("L-1")).scim_error(409, Some("uniqueness"));
    scim.create_device("L-2");
}

/// What devices are found by, one filter for each kind of value; names separated by blanks.
#[track_caller]
fn found(scim: &Client) -> Vec<String> {
    let filters = [
        r#"serialNumber eq "D-0""#,
        r#"serialNumber sw "D-1""#,
        "managed eq true",
        "not (managed pr)",
        r#"enrolledAt gt "2026-01-03T00:00:00Z" and enrolledAt lt "2026-01-06T00:00:00Z""#,
        r#"interfaces[type eq "wifi" and value eq "AA:2"]"#,
        r#"interfaces.value co "a:""#,
        r#"owner.value eq "u3""#,
        r#"labels eq "even" and not (labels eq "many")"#,
    ];
    let names =
        |filter: &&str| scim.get(&format!("/Devices?count=1000&filter={}", encode(filter))).names().join(" ");
    filters.iter().map(names).collect()
}

/// Devices that differ in everything that is indexed, more than are read at a time.
fn many_devices(scim: &Client) {
    std::thread::scope(|scope| {
        for worker in 0..8 {
            scope.spawn(move || {
                for n in (worker..600).step_by(8) {
                    let mut body = device(&format!("D-{n}"));
                    body["managed"] = [json!(true), json!(false), json!(null)][n % 3].clone();
                    body["enrolledAt"] = json!(format!("2026-01-{:02}T12:00:00+0{}:00", n % 28 + 1, n % 9));
                    let kind = if n % 2 == 0 { "wifi" } else { "ethernet" };
                    body["interfaces"] = json!([
                        {"value": format!("aa:{}", n % 7), "type": kind},
                        {"value": format!("bb:{n}")},
                    ]);
                    body["owner"] = json!({"value": format!("u{}", n % 50)});
                    body["labels"] = if n % 2 == 0 { json!(["Even", "x"]) } else { json!(["many"]) };
                    scim.post("/Devices", &body).status(201);
                }
            });
        }
    });
}

#[test]
fn an_index_that_comes_later_changes_no_answer_and_holds_all_that_was_there() {
    let mut server = Server::start();
    server.stop();
    server.define("device.json", &plain_devices());
    server.restart();
    let scim = server.client();
    let token = scim.token().to_owned();
    many_devices(&scim);
    let before = found(&scim);
    assert!(before.iter().all(|names| !names.is_empty()), "{before:?}");
    let sorted = scim.get("/Devices?sortBy=enrolledAt&count=1000").names();
    let with_index = devices(|schema, _| schema["attributes"][0]["uniqueness"] = json!("none"));
    for content in [definition("device"), plain_devices(), with_index] {
        server.stop();
        server.define("device.json", &content);
        server.restart();
        let scim = server.client_with(&token);
        assert_eq!(found(&scim), before);
        assert_eq!(scim.get("/Devices?sortBy=enrolledAt&count=1000").names(), sorted);
        // The index goes with the data.
        let first =
            format!("/Devices/{}", scim.find("/Devices", r#"serialNumber eq "D-0""#).at("/Resources/0/id"));
        scim.patch(&first, &replace("owner.value", json!("u3"))).status(200);
        assert!(found(&scim)[7].split(' ').any(|name| name == "D-0"));
        scim.patch(&first, &replace("owner.value", json!("u0"))).status(200);
    }
}

#[test]
fn a_value_that_is_to_be_unique_from_now_on_stops_the_start_as_long_as_two_have_it() {
    let mut server = Server::start();
    server.cli().tenant("acme");
    server.stop();
    server.define("device.json", &plain_devices());
    server.restart();
    let scim = server.client();
    let token = scim.token().to_owned();
    let (first, second) = (scim.create_device("L-1"), scim.create_device("L-1"));
    scim.create_device("L-2");
    // Another tenant may have it, too.
    server.client_of("acme").create_device("L-2");
    server.stop();
    server.define("device.json", &definition("device"));
    // However often it is tried: nothing of a refused start stays.
    for _ in 0..2 {
        let stopped = server.cli().run(&["serve", "--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0"]);
        stopped.exit(4).says("`serialNumber` of Device").says(&first).says(&second);
        assert_eq!(stopped.stdout, "");
    }
    // Nothing has happened to the data: the old definition serves them, and one can be changed.
    server.define("device.json", &plain_devices());
    server.restart();
    let scim = server.client_with(&token);
    assert_eq!(scim.get("/Devices").names(), ["L-1", "L-1", "L-2"]);
    scim.delete(&format!("/Devices/{second}")).status(204);
    server.stop();
    server.define("device.json", &definition("device"));
    server.restart();
    let scim = server.client_with(&token);
    for serial in ["L-1", "L-2"] {
        scim.post("/Devices", &device(serial)).scim_error(409, Some("uniqueness"));
    }
    server.client_of("acme").post("/Devices", &device("L-2")).scim_error(409, Some("uniqueness"));
    scim.create_device("L-3");
}

#[test]
fn a_command_that_does_not_know_the_files_takes_nothing_from_the_next_start() {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("device.json"), definition("device")).unwrap();
    let mut server = Server::build().arg("--schemas").arg(elsewhere.path().to_str().unwrap()).start();
    let scim = server.client();
    let mut laptop = device("L-1");
    laptop["labels"] = json!(["spare"]);
    scim.post("/Devices", &laptop).status(201);
    let token = scim.token().to_owned();
    server.stop();
    server.cli().tenant("acme");
    server.restart();
    let scim = server.client_with(&token);
    assert_eq!(scim.find("/Devices", r#"labels eq "SPARE""#).names(), ["L-1"]);
    scim.post("/Devices", &device("L-1")).scim_error(409, Some("uniqueness"));
}

#[test]
fn a_type_without_its_file_is_not_served_and_comes_back_with_it() {
    let mut server = Server::build().defined("device").start();
    let scim = server.client();
    scim.create_user("ann");
    let laptop = scim.create_device("L-1");
    let (token, list) = (scim.token().to_owned(), scim.get("/Devices").names());
    let cursor = scim.get("?count=1&cursor").at("/nextCursor");
    server.stop();
    server.undefine("device.json");
    server.restart();
    let scim = server.client_with(&token);
    scim.get("/Devices").scim_error(404, None);
    scim.get(&format!("/Devices/{laptop}")).scim_error(404, None);
    assert_eq!(scim.get("").names(), ["ann"]);
    scim.find("", "serialNumber pr").scim_error(400, Some("invalidFilter"));
    scim.get(&format!("?count=1&cursor={cursor}")).scim_error(400, Some("invalidCursor"));
    assert_eq!(scim.find("", &format!(r#"id eq "{laptop}""#)).total(), 0);
    server.stop();
    server.define("device.json", &definition("device"));
    server.restart();
    let scim = server.client_with(&token);
    assert_eq!(scim.get("/Devices").names(), list);
    scim.get(&format!("/Devices/{laptop}")).status(200);
    scim.post("/Devices", &device("L-1")).scim_error(409, Some("uniqueness"));
}

#[test]
fn what_no_schema_defines_any_longer_is_shown_by_no_answer() {
    let mut server = Server::build().defined("contoso-user").start();
    let scim = server.client();
    let mut ann = user("ann");
    ann["schemas"] = json!([USER, CONTOSO]);
    ann[CONTOSO] = json!({"badge": 7});
    let path = format!("/Users/{}", scim.post("/Users", &ann).status(201).at("/id"));
    let token = scim.token().to_owned();
    server.stop();
    server.undefine("contoso-user.json");
    server.restart();
    let scim = server.client_with(&token);
    assert!(scim.get(&path).json().get(CONTOSO).is_none());
    let changed = scim.patch(&path, &replace("title", json!("Boss")));
    assert!(changed.status(200).json().get(CONTOSO).is_none(), "{changed}");
    assert!(scim.get(&path).json().get(CONTOSO).is_none());
}
