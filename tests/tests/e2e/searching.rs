//! Searches by POST, and searches over all resource types at the root.

use scimd_tests::{Client, DEVICE, Server, USER, device, encode, group, search, user};
use serde_json::{Value, json};

/// Users, groups and devices, whose displayNames are mixed.
fn directory() -> (Server, Client) {
    let server = Server::build().defined("device").start();
    let scim = server.client();
    let named = |mut body: Value, name: &str| {
        body["displayName"] = json!(name);
        body
    };
    let ann = scim.post("/Users", &named(user("ann"), "delta")).status(201).at("/id");
    let mut bob = named(user("bob"), "alpha");
    bob["title"] = json!("Boss");
    scim.post("/Users", &bob).status(201);
    scim.post("/Groups", &group("charlie", &[&ann])).status(201);
    scim.post("/Groups", &group("Bravo", &[])).status(201);
    let mut phone = named(device("D-1"), "echo");
    phone["managed"] = json!(true);
    phone["owner"] = json!({"value": ann});
    scim.post("/Devices", &phone).status(201);
    scim.post("/Devices", &device("D-2")).status(201);
    (server, scim)
}

/// What a search at the root finds, by GET and by POST alike.
#[track_caller]
fn found(scim: &Client, parameters: &Value) -> String {
    let query: Vec<String> = parameters
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}={}", encode(&text))
        })
        .collect();
    let by_get = scim.get(&format!("?{}", query.join("&")));
    assert_eq!(by_get.code(), 200, "{parameters}: {by_get}");
    let by_post = scim.post("/.search", &search(parameters.clone()));
    assert_eq!(by_post.text(), by_get.text(), "{parameters} by POST");
    assert_eq!(by_get.total(), by_get.names().len(), "{parameters}");
    by_get.names().join(" ")
}

#[test]
fn the_root_finds_resources_of_every_type() {
    let (_server, scim) = directory();
    let all = scim.get("");
    assert_eq!(all.names().join(" "), "ann bob charlie Bravo D-1 D-2");
    assert_eq!(scim.get("/").text(), all.text());
    assert_eq!(scim.post("/.search", &search(json!({}))).text(), all.text());
    let of_one_type: Vec<Value> =
        ["/Users", "/Groups", "/Devices"].iter().flat_map(|list| scim.get(list).resources()).collect();
    assert_eq!(all.resources(), of_one_type);
    for (filter, names) in [
        (r#"meta.resourceType eq "User""#, "ann bob"),
        (r#"meta.resourceType eq "Group""#, "charlie Bravo"),
        (r#"meta.resourceType eq "Device""#, "D-1 D-2"),
        (r#"meta.resourceType ne "User""#, "charlie Bravo D-1 D-2"),
        (r#"meta.resourceType eq "Nothing""#, ""),
        (r#"displayName gt "bravo""#, "ann charlie D-1"),
        // Attributes that one type has: the others have no value there.
        (r#"userName eq "ANN""#, "ann"),
        ("userName pr", "ann bob"),
        ("not (userName pr)", "charlie Bravo D-1 D-2"),
        ("userName eq null and managed eq null", "charlie Bravo D-2"),
        ("members pr", "charlie"),
        ("managed eq true", "D-1"),
        (r#"serialNumber sw "D""#, "D-1 D-2"),
        (r#"emails[type eq "work"]"#, "ann bob"),
        (r#"title eq "boss" or members pr or serialNumber eq "D-2""#, "bob charlie D-2"),
        (r#"userName pr and displayName eq "alpha""#, "bob"),
        ("groups pr or owner pr", "ann D-1"),
        (r#"meta.resourceType eq "Group" or userName eq "bob""#, "bob charlie Bravo"),
        (r#"externalId eq "ext-ann""#, "ann"),
        ("id pr", "ann bob charlie Bravo D-1 D-2"),
    ] {
        assert_eq!(found(&scim, &json!({"filter": filter})), names, "{filter}");
    }
    let ann = scim.find("/Users", r#"userName eq "ann""#).at("/Resources/0/id");
    let about = format!(r#"id eq "{ann}" or members.value eq "{ann}" or owner.value eq "{ann}""#);
    assert_eq!(found(&scim, &json!({"filter": about})), "ann charlie D-1");
}

#[test]
fn the_root_is_sorted_across_types() {
    let (_server, scim) = directory();
    for (by, ascending, descending) in [
        ("displayName", "bob Bravo charlie ann D-1 D-2", "D-2 D-1 ann charlie Bravo bob"),
        // Whoever lacks it comes last, in the order of the list.
        ("userName", "ann bob charlie Bravo D-1 D-2", "charlie Bravo D-1 D-2 bob ann"),
        ("serialNumber", "D-1 D-2 ann bob charlie Bravo", "ann bob charlie Bravo D-2 D-1"),
        ("managed", "D-1 ann bob charlie Bravo D-2", "ann bob charlie Bravo D-2 D-1"),
        ("title", "bob ann charlie Bravo D-1 D-2", "ann charlie Bravo D-1 D-2 bob"),
        ("meta.resourceType", "D-1 D-2 charlie Bravo ann bob", "ann bob charlie Bravo D-1 D-2"),
    ] {
        assert_eq!(found(&scim, &json!({"sortBy": by})), ascending, "{by}");
        let parameters = json!({"sortBy": by, "sortOrder": "descending"});
        assert_eq!(found(&scim, &parameters), descending, "{by} descending");
    }
    let parameters = json!({"sortBy": "displayName", "filter": "displayName pr and not (members pr)"});
    assert_eq!(found(&scim, &parameters), "bob Bravo ann D-1");
}

#[test]
fn what_no_type_knows_is_refused_at_the_root() {
    let (_server, scim) = directory();
    for (filter, says) in [
        ("usrName pr", "did you mean `userName`?"),
        ("serialNumbr pr", "did you mean `serialNumber`?"),
        ("membrs pr", "did you mean `members`?"),
        ("userName pr or nothing.of pr", "column 16"),
        ("managed gt true", "does not apply"),
        ("userName eq 5", "takes a string"),
    ] {
        let answer = scim.get(&format!("?filter={}", encode(filter)));
        let detail = answer.scim_error(400, Some("invalidFilter"));
        assert!(detail.contains(says), "{filter}: {detail}");
    }
    let detail = scim.get("?sortBy=serialNumbr").scim_error(400, Some("invalidValue"));
    assert!(detail.contains("did you mean `serialNumber`?"), "{detail}");
    for (method, path) in [("POST", ""), ("PUT", ""), ("PATCH", "/"), ("DELETE", ""), ("PUT", "/.search")] {
        let answer = scim.request(method, path).json(&json!({})).send();
        answer.scim_error(405, None);
    }
    for path in ["/.search", "/Users/.search", "/Devices/.search"] {
        assert_eq!(scim.get(path).scim_error(405, None), "this endpoint answers POST");
    }
}

#[test]
fn a_search_message_says_what_a_query_says() {
    let (_server, scim) = directory();
    for (path, query, message) in [
        ("/Users", "filter=userName+eq+%22ann%22", json!({"filter": "userName eq \"ann\""})),
        ("/Users", "attributes=userName,emails.value", json!({"attributes": ["userName", "emails.value"]})),
        ("/Users", "attributes=userName,emails", json!({"attributes": "userName,emails"})),
        ("/Users", "excludedAttributes=name,emails", json!({"excludedAttributes": ["name", "emails"]})),
        ("/Groups", "excludedAttributes=members", json!({"excludedAttributes": ["members"]})),
        (
            "/Devices",
            "sortBy=serialNumber&sortOrder=descending",
            json!({"sortBy": "serialNumber", "sortOrder": "descending"}),
        ),
        ("/Devices", "startIndex=2&count=1", json!({"startIndex": 2, "count": 1})),
        ("/Users", "count=0", json!({"count": 0})),
        ("", "attributes=displayName&count=3", json!({"attributes": ["displayName"], "count": 3})),
        // What is null was not said; what SCIM does not know says nothing.
        ("/Users", "x=1", json!({"filter": null, "count": null, "aadOptscim062020": true})),
        ("/Users", "filter=active+eq+true", json!({"FILTER": "active eq true"})),
    ] {
        let by_get = scim.get(&format!("{path}?{query}"));
        by_get.status(200);
        let by_post = scim.post(&format!("{path}/.search"), &search(message.clone()));
        assert_eq!(by_post.status(200).text(), by_get.text(), "{message}");
    }
}

#[test]
fn what_is_no_search_message_is_refused() {
    let (_server, scim) = directory();
    for path in ["/.search", "/Users/.search", "/Groups/.search", "/Devices/.search"] {
        for body in [
            json!({}),
            json!({"filter": "userName pr"}),
            json!({"schemas": []}),
            json!({"schemas": [USER, DEVICE]}),
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}),
        ] {
            let detail = scim.post(path, &body).scim_error(400, Some("invalidSyntax"));
            assert!(detail.contains("SearchRequest"), "{body}: {detail}");
        }
        for raw in ["", "[]", "{", "\"x\"", r#"{"schemas": [], "schemas": []}"#] {
            scim.request("POST", path).raw(raw).send().scim_error(400, Some("invalidSyntax"));
        }
        for (message, scim_type) in [
            (json!({"filter": 5}), "invalidValue"),
            (json!({"filter": "userName"}), "invalidFilter"),
            (json!({"attributes": [5]}), "invalidValue"),
            (json!({"sortBy": ["userName"]}), "invalidValue"),
            (json!({"attributes": ["id"], "excludedAttributes": ["meta"]}), "invalidValue"),
            (json!({"count": 1, "COUNT": 2}), "invalidSyntax"),
        ] {
            scim.post(path, &search(message)).scim_error(400, Some(scim_type));
        }
    }
    let text = scim.request("POST", "/Users/.search").json(&search(json!({})));
    text.header("Content-Type", "text/plain").send().scim_error(415, None);
}

#[test]
fn a_search_changes_nothing_so_a_read_token_may_send_one() {
    let (server, scim) = directory();
    let token = server.cli().ok(&["token", "create", "--tenant", "default", "--scope", "scim:read"]);
    let reader = server.client_with(&token);
    for path in ["/.search", "/Users/.search", "/Devices/.search"] {
        let found = reader.post(path, &search(json!({})));
        assert_eq!(found.status(200).text(), scim.post(path, &search(json!({}))).text());
        reader.without_token().post(path, &search(json!({}))).scim_error(401, None);
    }
}

#[test]
fn each_type_is_shown_by_its_own_attributes_at_the_root() {
    let (_server, scim) = directory();
    let list = scim.get("?attributes=userName,members.value,serialNumber").resources();
    let keys = |n: usize| -> Vec<&str> { list[n].as_object().unwrap().keys().map(String::as_str).collect() };
    assert_eq!(keys(0), ["schemas", "id", "userName"]);
    assert_eq!(keys(2), ["schemas", "id", "members"]);
    assert_eq!(list[2]["members"][0].as_object().unwrap().len(), 1);
    assert_eq!(keys(4), ["schemas", "id", "serialNumber"]);
    for resource in scim.get("?excludedAttributes=meta,displayName,members").resources() {
        for name in ["meta", "displayName", "members"] {
            assert!(resource.get(name).is_none(), "{name} in {resource}");
        }
        assert!(resource["id"].is_string() && resource["schemas"].is_array(), "{resource}");
    }
}
