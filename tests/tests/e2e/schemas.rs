//! Resource types and extensions of an operator's own: served, checked and kept like those of the RFC.

use scimd_tests::{CONTOSO, Client, DEVICE, GROUP, Server, USER, device, encode, patch, replace, user};
use serde_json::{Value, json};

fn start() -> (Server, Client) {
    let server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    (server, scim)
}

/// A device with something everywhere.
fn laptop() -> Value {
    json!({
        "schemas": [DEVICE], "serialNumber": "L-1", "externalId": "asset-1", "displayName": "Laptop",
        "platform": "linux", "ramGigabytes": 32, "screenInches": 13.3, "managed": true,
        "enrolledAt": "2026-01-31T09:30:00+01:00", "labels": ["spare", "Berlin"], "unlockCode": "1234",
        "owner": {"value": "ann", "$ref": "../Users/ann"},
        "interfaces": [
            {"value": "aa:01", "type": "wifi", "speed": 300, "primary": true},
            {"value": "aa:02", "type": "ethernet", "speed": 1000, "lastSeen": "2026-02-01T00:00:00Z"},
        ],
    })
}

/// A user with the extension.
fn employee(name: &str, extension: Value) -> Value {
    let mut body = user(name);
    body["schemas"] = json!([USER, CONTOSO]);
    body[CONTOSO] = extension;
    body
}

#[test]
fn a_device_is_created_read_replaced_patched_and_deleted() {
    let (server, scim) = start();
    let created = scim.post("/Devices", &laptop());
    let path = format!("/Devices/{}", created.status(201).at("/id"));
    assert_eq!(created.must_have("location"), format!("{}{path}", server.base_url()));
    assert_eq!(created.must_have("etag"), "W/\"1\"");
    let mut expected = laptop();
    expected.as_object_mut().unwrap().remove("unlockCode");
    let mut read = scim.get(&path).status(200).json();
    assert_eq!(read, created.json());
    let own = read.as_object_mut().unwrap();
    assert_eq!(own.remove("id").unwrap(), created.at("/id"));
    let meta = own.remove("meta").unwrap();
    assert_eq!(meta["resourceType"], "Device");
    assert_eq!(meta["location"], created.must_have("location"));
    assert_eq!(read, expected);

    let change = patch(json!([
        {"op": "replace", "path": r#"interfaces[type eq "wifi"].speed"#, "value": 600},
        {"op": "remove", "path": r#"interfaces[value eq "aa:02"]"#},
        {"op": "add", "path": "labels", "value": ["new"]},
        {"op": "replace", "path": "owner.value", "value": "bob"},
        {"op": "remove", "path": "screenInches"},
        {"op": "replace", "value": {"managed": "False", "platform": "windows"}},
        {"op": "replace", "path": format!("{DEVICE}:ramGigabytes"), "value": 64},
    ]));
    let changed = scim.patch(&path, &change).status(200).json();
    for (pointer, value) in [
        ("/interfaces", json!([{"value": "aa:01", "type": "wifi", "speed": 600, "primary": true}])),
        ("/labels", json!(["spare", "Berlin", "new"])),
        ("/owner/value", json!("bob")),
        ("/managed", json!(false)),
        ("/platform", json!("windows")),
        ("/ramGigabytes", json!(64)),
        ("/meta/version", json!("W/\"2\"")),
    ] {
        assert_eq!(changed.pointer(pointer), Some(&value), "{pointer}");
    }
    assert!(changed.get("screenInches").is_none());

    let replaced = scim.put(&path, &device("L-1")).status(200).json();
    let keys: Vec<&String> = replaced.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schemas", "id", "serialNumber", "meta"]);
    assert_eq!(replaced["meta"]["created"], meta["created"]);
    scim.delete(&path).status(204).empty();
    scim.get(&path).scim_error(404, None);
    assert_eq!(scim.get("/Devices").total(), 0);
    scim.post("/Devices", &laptop()).status(201);
}

#[test]
fn all_faults_of_a_body_are_told_at_once_with_their_places() {
    let (_server, scim) = start();
    let mut bad = laptop();
    bad.as_object_mut().unwrap().remove("serialNumber");
    bad["displayName"] = json!(5);
    bad["platfrm"] = json!("linux");
    bad["ramGigabytes"] = json!("much");
    bad["screenInches"] = json!("wide");
    bad["managed"] = json!("perhaps");
    bad["enrolledAt"] = json!("yesterday");
    bad["labels"] = json!(["fine", 1]);
    bad["owner"] = json!({"$ref": "../Users/ann", "vale": "ann"});
    bad["interfaces"] = json!([
        {"value": "aa:01", "speed": 1.5, "primary": true},
        {"type": "wifi", "lastSean": "2026-02-01T00:00:00Z"},
        {"value": "aa:03", "primary": true},
    ]);
    let detail = scim.post("/Devices", &bad).scim_error(400, Some("invalidValue"));
    for says in [
        "`serialNumber` is missing",
        "`displayName` takes a string, not a number",
        "unknown attribute `platfrm` on Device; did you mean `platform`?",
        "`ramGigabytes` takes a whole number",
        "`screenInches` takes a number",
        "`managed` takes true or false",
        "`enrolledAt` takes a dateTime",
        "`labels[1]` takes a string",
        "`owner.vale` on `owner`; did you mean `owner.value`?",
        "`owner.value` is missing",
        "`interfaces[0].speed` takes a whole number",
        "`interfaces[1].value` is missing",
        "`interfaces[1].lastSean` on `interfaces`; did you mean `interfaces.lastSeen`?",
        "`interfaces` has more than one primary value",
    ] {
        assert!(detail.contains(says), "{says} is not in: {detail}");
    }
    let extension = json!({"bagde": 1, "contractor": "perhaps", "desks": [{"floor": 1}], "skills": [true]});
    let detail = scim.post("/Users", &employee("ann", extension)).scim_error(400, Some("invalidValue"));
    for says in [
        format!("did you mean `{CONTOSO}:badge`?"),
        format!("`{CONTOSO}:contractor` takes true or false"),
        format!("`{CONTOSO}:desks[0].value` is missing"),
        format!("`{CONTOSO}:skills[0]` takes a string"),
    ] {
        assert!(detail.contains(&says), "{says} is not in: {detail}");
    }
    assert_eq!(scim.get("").total(), 0);
}

#[test]
fn a_body_of_another_type_is_refused() {
    let (_server, scim) = start();
    for schemas in [json!([USER]), json!([GROUP]), json!([]), json!(null), json!([CONTOSO])] {
        let mut body = device("L-1");
        body["schemas"] = schemas;
        let detail = scim.post("/Devices", &body).scim_error(400, Some("invalidValue"));
        assert!(detail.contains(DEVICE), "{detail}");
    }
    let laptop = scim.create_device("L-1");
    scim.get(&format!("/Users/{laptop}")).scim_error(404, None);
    scim.delete(&format!("/Groups/{laptop}")).scim_error(404, None);
    // Only users and groups are members.
    assert_eq!(scim.members(&scim.create_group("staff", &[&laptop])), [""; 0]);
    for (path, value, scim_type) in [
        ("serialNumber", json!("L-2"), "mutability"),
        ("id", json!("x"), "mutability"),
        ("platfrm", json!("x"), "invalidPath"),
        ("ramGigabytes", json!("x"), "invalidValue"),
        ("interfaces[speed eq \"x\"].type", json!("wifi"), "invalidFilter"),
        ("interfaces[value eq \"aa\"].nothing", json!("wifi"), "invalidPath"),
    ] {
        let answer = scim.patch(&format!("/Devices/{laptop}"), &replace(path, value));
        assert_eq!(answer.code(), 400, "{path}: {answer}");
        answer.scim_error(400, Some(scim_type));
    }
    let remove = patch(json!([{"op": "remove", "path": "serialNumber"}]));
    scim.patch(&format!("/Devices/{laptop}"), &remove).scim_error(400, Some("mutability"));
    assert_eq!(scim.get(&format!("/Devices/{laptop}")).must_have("etag"), "W/\"1\"");
}

#[test]
fn devices_are_found_and_sorted_at_their_own_endpoint() {
    let (_server, scim) = start();
    scim.post("/Devices", &laptop()).status(201);
    for (serial, rest) in [
        ("P-1", json!({"platform": "ios", "ramGigabytes": 8, "screenInches": 6.1, "managed": false})),
        (
            "P-2",
            json!({"platform": "Android", "ramGigabytes": 12, "screenInches": 6.25, "labels": ["SPARE"]}),
        ),
        ("p-3", json!({"interfaces": [{"value": "AA:01", "type": "ethernet", "speed": 100}]})),
    ] {
        let mut body = rest;
        body["schemas"] = json!([DEVICE]);
        body["serialNumber"] = json!(serial);
        scim.post("/Devices", &body).status(201);
    }
    for (filter, names) in [
        // An index, case by the schema.
        (r#"serialNumber eq "P-1""#, "P-1"),
        (r#"serialNumber eq "p-1""#, ""),
        (r#"serialNumber sw "P""#, "P-1 P-2"),
        ("managed eq true", "L-1"),
        ("managed eq false", "P-1"),
        ("not (managed pr)", "P-2 p-3"),
        (r#"enrolledAt eq "2026-01-31T08:30:00Z""#, "L-1"),
        (r#"enrolledAt lt "2026-01-31T08:30:00Z""#, ""),
        (r#"interfaces.value eq "aa:01""#, "L-1 p-3"),
        (r#"interfaces[type eq "ethernet" and value eq "aa:01"]"#, "p-3"),
        (r#"interfaces[type eq "ethernet" and speed ge 1000]"#, "L-1"),
        (r#"owner.value eq "ann""#, "L-1"),
        (r#"labels eq "spare""#, "L-1 P-2"),
        (r#"labels co "ERL""#, "L-1"),
        // Neither a column nor an index.
        (r#"platform eq "ANDROID""#, "P-2"),
        ("ramGigabytes gt 8", "L-1 P-2"),
        ("ramGigabytes le 12", "P-1 P-2"),
        ("screenInches gt 6.1", "L-1 P-2"),
        ("screenInches eq 6.250", "P-2"),
        (r#"displayName pr and externalId eq "asset-1""#, "L-1"),
        (r#"meta.resourceType eq "Device""#, "L-1 P-1 P-2 p-3"),
        ("unlockCode pr", ""),
    ] {
        let found = scim.find("/Devices", filter);
        assert_eq!(found.names().join(" "), names, "{filter}");
        assert_eq!(found.total(), found.names().len(), "{filter}");
    }
    for (by, ascending, descending) in [
        ("serialNumber", "L-1 P-1 P-2 p-3", "p-3 P-2 P-1 L-1"),
        ("platform", "P-2 P-1 L-1 p-3", "p-3 L-1 P-1 P-2"),
        ("ramGigabytes", "P-1 P-2 L-1 p-3", "p-3 L-1 P-2 P-1"),
        ("screenInches", "P-1 P-2 L-1 p-3", "p-3 L-1 P-2 P-1"),
        ("managed", "P-1 L-1 P-2 p-3", "P-2 p-3 L-1 P-1"),
        ("interfaces.speed", "p-3 L-1 P-1 P-2", "P-1 P-2 L-1 p-3"),
    ] {
        let sorted =
            |order: &str| scim.get(&format!("/Devices?sortBy={by}&sortOrder={order}")).names().join(" ");
        assert_eq!(sorted("ascending"), ascending, "{by}");
        assert_eq!(sorted("descending"), descending, "{by} descending");
    }
    let detail = scim.find("/Devices", "serialNumbr pr").scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("`serialNumbr` on Device") && detail.contains("`serialNumber`?"), "{detail}");
    let page = scim.get(&format!("/Devices?startIndex=2&count=2&filter={}", encode("serialNumber pr")));
    assert_eq!((page.total(), page.names().join(" ")), (4, "P-1 P-2".to_owned()));
}

#[test]
fn numbers_and_instants_are_kept_and_compared_exactly() {
    let (_server, scim) = start();
    let numbers = [i64::MIN, -1, 0, 9_007_199_254_740_992, 9_007_199_254_740_993, i64::MAX];
    for (n, number) in numbers.iter().enumerate() {
        let mut body = device(&format!("n{n}"));
        body["ramGigabytes"] = json!(number);
        body["screenInches"] = json!(0.1 + 0.1 * n as f64);
        // One nanosecond apart, in zones of their own.
        body["enrolledAt"] = json!(format!("2026-01-31T{:02}:30:00.00000000{n}+0{n}:00", 9 + n));
        let created = scim.post("/Devices", &body).status(201).json();
        for name in ["ramGigabytes", "screenInches", "enrolledAt"] {
            assert_eq!(created[name], body[name], "{name}");
        }
    }
    for (filter, names) in [
        ("ramGigabytes eq 9007199254740993", "n4"),
        ("ramGigabytes gt 9007199254740992", "n4 n5"),
        ("ramGigabytes le -9223372036854775808", "n0"),
        ("ramGigabytes ge 9223372036854775807", "n5"),
        ("ramGigabytes lt 1e-3", "n0 n1 n2"),
        ("ramGigabytes ne 0", "n0 n1 n3 n4 n5"),
        ("screenInches eq 0.1", "n0"),
        ("screenInches ge 0.5", "n4 n5"),
        (r#"enrolledAt eq "2026-01-31T09:30:00.000000003Z""#, "n3"),
        (r#"enrolledAt gt "2026-01-31T10:30:00.000000002+01:00""#, "n3 n4 n5"),
        (r#"enrolledAt lt "2026-01-31T09:30:00.000000002Z""#, "n0 n1"),
    ] {
        assert_eq!(scim.find("/Devices", filter).names().join(" "), names, "{filter}");
    }
    for by in ["ramGigabytes", "screenInches", "enrolledAt"] {
        let sorted = scim.get(&format!("/Devices?sortBy={by}&sortOrder=descending")).names();
        assert_eq!(sorted, ["n5", "n4", "n3", "n2", "n1", "n0"], "{by}");
    }
    for bad in ["2026-02-30T00:00:00Z", "2026-01-31", "2026-01-31T24:00:00Z", "31.1.2026", "now", ""] {
        let answer = scim.find("/Devices", &format!("enrolledAt gt \"{bad}\""));
        assert_eq!(answer.code(), 400, "{bad}: {answer}");
        answer.scim_error(400, Some("invalidFilter"));
    }
}

#[test]
fn what_may_be_set_once_is_not_replaced() {
    let server = Server::build().defined("device").start();
    let scim = server.client();
    let path = format!("/Devices/{}", scim.create_device("L-1"));
    scim.put(&path, &device("L-2")).scim_error(400, Some("mutability"));
    assert_eq!(scim.get(&path).at("/serialNumber"), "L-1");
}
