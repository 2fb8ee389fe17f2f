//! What a schema says of its attributes, beyond their types, holds for every request.

use super::projecting::paths;
use scimd_tests::{Answer, CONTOSO, GROUP, Server, USER, device, patch, replace, user};
use serde_json::{Value, json};

/// The schema of assets.
const ASSET: &str = "urn:contoso:params:scim:schemas:2.0:Asset";

/// A user with the extension.
fn employee(name: &str, extension: Value) -> Value {
    let mut body = user(name);
    body["schemas"] = json!([USER, CONTOSO]);
    body[CONTOSO] = extension;
    body
}

#[test]
fn unique_values_are_held_by_one_resource_of_a_tenant() {
    let server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    server.cli().tenant("acme");
    let acme = server.client_of("acme");
    let taken = |answer: Answer, attribute: &str, holder: &str| {
        let detail = answer.scim_error(409, Some("uniqueness"));
        assert!(detail.contains(attribute) && detail.contains(holder), "{detail}");
    };
    let first = scim.create_device("L-1");
    taken(scim.post("/Devices", &device("L-1")), "serialNumber", &first);
    // Its schema says that case matters.
    let second = scim.create_device("l-1");
    acme.create_device("L-1");
    scim.put(&format!("/Devices/{first}"), &device("L-1")).status(200);
    scim.delete(&format!("/Devices/{first}")).status(204);
    scim.create_device("L-1");
    assert_eq!(scim.get(&format!("/Devices/{second}")).at("/serialNumber"), "l-1");

    let ann = scim.post("/Users", &employee("ann", json!({"badge": 7}))).status(201).at("/id");
    let bob = scim.post("/Users", &employee("bob", json!({"building": "North"}))).status(201).at("/id");
    let (ann, bob) = (format!("/Users/{ann}"), format!("/Users/{bob}"));
    let badge = format!("{CONTOSO}:badge");
    taken(scim.post("/Users", &employee("cat", json!({"badge": 7.0}))), "badge", &ann[7..]);
    taken(scim.put(&bob, &employee("bob", json!({"badge": 7}))), "badge", &ann[7..]);
    taken(scim.patch(&bob, &replace(&badge, json!(7))), "badge", &ann[7..]);
    let whole = patch(json!([{"op": "add", "value": {CONTOSO: {"badge": 7}}}]));
    taken(scim.patch(&bob, &whole), "badge", &ann[7..]);
    assert!(scim.get(&bob).json()[CONTOSO].get("badge").is_none());
    acme.post("/Users", &employee("ann", json!({"badge": 7}))).status(201);
    // Nobody is in one's own way, and what is given up is free.
    scim.put(&ann, &employee("ann", json!({"badge": 7, "building": "South"}))).status(200);
    scim.patch(&ann, &replace(&badge, json!(8))).status(200);
    scim.patch(&bob, &replace(&badge, json!(7))).status(200);
    scim.patch(&bob, &patch(json!([{"op": "remove", "path": CONTOSO}]))).status(200);
    assert_eq!(scim.get(&bob).json()["schemas"], json!([USER]));
    scim.patch(&ann, &replace(&badge, json!(7))).status(200);
}

#[test]
fn what_a_schema_requires_is_required_all_the_time() {
    let mut server = Server::start();
    server.stop();
    server.define(
        "car.json",
        r#"[
          {"id": "urn:example:2.0:Car", "name": "Car", "attributes": [{"name": "plate", "required": true}]},
          {"id": "urn:example:2.0:Fleet", "name": "Fleet", "attributes": [
            {"name": "number", "type": "integer", "required": true}, {"name": "note"}]},
          {"name": "Car", "endpoint": "/Cars", "schema": "urn:example:2.0:Car",
           "schemaExtensions": [{"schema": "urn:example:2.0:Fleet", "required": true}]}
        ]"#,
    );
    server.restart();
    let scim = server.client();
    assert_eq!(scim.get("/ResourceTypes/Car").json()["schemaExtensions"][0]["required"], true);
    let fleet = "urn:example:2.0:Fleet";
    let car = |extension: Value| json!({"schemas": ["urn:example:2.0:Car", fleet], "plate": "B-X 1", fleet: extension});
    for lacking in [json!(null), json!({}), json!({"note": "x"}), json!({"number": null})] {
        let detail = scim.post("/Cars", &car(lacking)).scim_error(400, Some("invalidValue"));
        assert!(detail.contains("`urn:example:2.0:Fleet:number` is missing"), "{detail}");
    }
    let path = format!("/Cars/{}", scim.post("/Cars", &car(json!({"number": 1}))).status(201).at("/id"));
    let before = scim.get(&path).text();
    scim.put(&path, &car(json!({"note": "x"}))).scim_error(400, Some("invalidValue"));
    for target in [fleet.to_owned(), format!("{fleet}:number"), "plate".to_owned()] {
        let remove = patch(json!([{"op": "remove", "path": target}]));
        scim.patch(&path, &remove).scim_error(400, Some("mutability"));
        let clear = replace(&target, json!(null));
        assert_eq!(scim.patch(&path, &clear).code(), 400, "{target}");
    }
    assert_eq!(scim.get(&path).text(), before);
}

#[test]
fn what_may_be_set_once_stays_in_lists_and_in_what_is_left_out() {
    let server = Server::build().defined("asset").start();
    let scim = server.client();
    let asset = |more: Value| {
        let mut body = json!({"schemas": [ASSET], "tag": "A-1"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let part = |value: &str, serial: &str| json!({"value": value, "serial": serial});
    let given = json!({"maker": {"name": "N", "site": "Oslo"}, "parts": [part("p1", "x"), part("p2", "y")]});
    let path = format!("/Assets/{}", scim.post("/Assets", &asset(given)).status(201).at("/id"));
    let refused = |answer: Answer| answer.scim_error(400, Some("mutability"));

    let before = scim.get(&path).text();
    for parts in [
        json!([part("p1", "z"), part("p2", "y")]),
        json!([part("P1", "y")]),
        json!([part("p3", "x"), part("p2", "x")]),
    ] {
        refused(scim.put(&path, &asset(json!({"maker": {"name": "N"}, "parts": parts}))));
        refused(scim.patch(&path, &replace("parts", parts.clone())));
        refused(scim.patch(&path, &patch(json!([{"op": "replace", "value": {"parts": parts}}]))));
    }
    refused(scim.patch(&path, &replace("parts", json!([{"value": "p1"}]))));
    assert_eq!(scim.get(&path).text(), before);

    // Left out it stays, whether alone or with all around it.
    let bare =
        scim.put(&path, &asset(json!({"parts": [{"value": "p2"}, part("p3", "z")]}))).status(200).json();
    assert_eq!(bare["maker"], json!({"name": "N"}));
    assert_eq!(bare["parts"], json!([part("p2", "y"), part("p3", "z")]));
    assert!(refused(scim.put(&path, &asset(json!({"maker": {"name": "Q"}})))).contains("`maker`"));
    scim.put(&path, &asset(json!({"maker": null}))).status(200);
    refused(scim.put(&path, &asset(json!({"maker": {"name": "Q"}}))));

    // What went may come back as another.
    assert!(scim.get(&path).json().get("parts").is_none());
    scim.patch(&path, &replace("parts", json!([part("p1", "z")]))).status(200);
    let back =
        scim.put(&path, &asset(json!({"parts": [part("p1", "z"), part("p2", "z")]}))).status(200).json();
    assert_eq!(back["parts"], json!([part("p1", "z"), part("p2", "z")]));
}

#[test]
fn members_as_a_text_with_nothing_in_it_empty_no_group() {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.create_user("ann");
    let group = |members: Value| json!({"schemas": [GROUP], "displayName": "Staff", "members": members});
    let path =
        format!("/Groups/{}", scim.post("/Groups", &group(json!([{"value": ann}]))).status(201).at("/id"));
    for slip in [json!("[]"), json!(" [ ] "), json!("[null]"), json!("{}"), json!("")] {
        scim.put(&path, &group(slip.clone())).scim_error(400, Some("invalidValue"));
        scim.post("/Groups", &group(slip.clone())).scim_error(400, Some("invalidValue"));
        scim.patch(&path, &replace("members", slip)).scim_error(400, Some("invalidValue"));
        assert_eq!(scim.get(&path).at("/members/0/value"), ann);
    }
    let mut by_urn = group(json!(null));
    by_urn[format!("{GROUP}:members")] = json!("[]");
    scim.put(&path, &by_urn).scim_error(400, Some("invalidValue"));
    assert_eq!(scim.get(&path).at("/members/0/value"), ann);
    scim.put(&path, &group(json!([]))).status(200);
    assert!(scim.get(&path).json().get("members").is_none());
}

#[test]
fn what_a_schema_returns_always_never_or_on_request_is_returned_so() {
    let mut server = Server::build().defined("device").start();
    server.stop();
    server.define("badge.json", BADGE);
    server.restart();
    let scim = server.client();
    let mut phone = device("D-1");
    phone["displayName"] = json!("Phone");
    phone["unlockCode"] = json!("1234");
    let phone = format!("/Devices/{}", scim.post("/Devices", &phone).status(201).at("/id"));
    let badge = json!({"schemas": ["urn:example:2.0:Badge"], "name": "B", "photo": {"url": "http://x", "size": 5}, "pin": 7});
    let created = scim.post("/Badges", &badge).status(201).json();
    let badge = format!("/Badges/{}", created["id"].as_str().unwrap());
    for (path, shown) in [
        (phone.clone(), "schemas id serialNumber displayName meta"),
        (format!("{phone}?attributes=displayName"), "schemas id serialNumber displayName"),
        (format!("{phone}?excludedAttributes=serialNumber,displayName"), "schemas id serialNumber meta"),
        (format!("{phone}?attributes=unlockCode"), "schemas id serialNumber"),
        (badge.clone(), "schemas id name photo.url meta"),
        // A part that is always returned comes with its attribute.
        (format!("{badge}?attributes=pin"), "schemas id pin"),
        (format!("{badge}?attributes=pin,photo.size"), "schemas id photo.url photo.size pin"),
        (format!("{badge}?attributes=photo"), "schemas id photo.url"),
        (format!("{badge}?excludedAttributes=name,photo.url"), "schemas id photo.url meta"),
        (format!("{badge}?excludedAttributes=pin"), "schemas id name photo.url meta"),
    ] {
        let mut found = paths(&scim.get(&path).status(200).json());
        found.retain(|path| !path.starts_with("meta."));
        if !path.contains('?') || path.contains("excluded") {
            found.push("meta".to_owned());
        }
        assert_eq!(found.join(" "), shown, "{path}");
    }
    assert!(created.get("pin").is_none() && created["photo"].get("size").is_none(), "{created}");
    // Only what may be shown at all can be asked for.
    assert_eq!(scim.find("/Devices", "unlockCode pr").total(), 0);
    assert_eq!(scim.find("/Badges", "pin eq 7").total(), 1);
}

/// A type with parts of every kind of return.
const BADGE: &str = r#"[
  {"id": "urn:example:2.0:Badge", "name": "Badge", "attributes": [
    {"name": "name"},
    {"name": "photo", "type": "complex", "returned": "default", "subAttributes": [
      {"name": "url", "returned": "always"}, {"name": "size", "type": "integer", "returned": "request"}]},
    {"name": "pin", "type": "integer", "returned": "request"}]},
  {"name": "Badge", "endpoint": "/Badges", "schema": "urn:example:2.0:Badge"}
]"#;
