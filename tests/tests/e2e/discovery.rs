//! What the server says of itself, and that it is so.

use scimd_tests::{CONTOSO, Client, DEVICE, ENTERPRISE, GROUP, Server, USER, encode, user};
use serde_json::{Value, json};

const SERVICE: [&str; 3] = [
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    "urn:ietf:params:scim:schemas:core:2.0:Schema",
];

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The definition of an attribute, by its path; null if there is none, or more than one.
fn attribute(schema: &Value, path: &str) -> Value {
    let named = |list: &Value, name: &str| {
        let list = list.as_array().cloned().unwrap_or_default();
        let mut found = list.into_iter().filter(|attribute| attribute["name"] == name);
        found.next().filter(|_| found.next().is_none()).unwrap_or_default()
    };
    match path.split_once('.') {
        None => named(&schema["attributes"], path),
        Some((whole, part)) => named(&named(&schema["attributes"], whole)["subAttributes"], part),
    }
}

#[test]
fn the_service_provider_config_promises_what_is_there() {
    let server = Server::start();
    let scim = server.client();
    let answer = scim.get("/ServiceProviderConfig");
    let config = answer.status(200).json();
    assert_eq!(config["schemas"], json!([SERVICE[0]]));
    for (feature, supported) in [
        ("patch", true),
        ("filter", true),
        ("sort", true),
        ("etag", true),
        ("bulk", true),
        ("changePassword", false),
    ] {
        assert_eq!(config[feature]["supported"], supported, "{feature}");
    }
    assert_eq!(config["filter"]["maxResults"], 1000);
    assert_eq!(
        config["bulk"],
        json!({"supported": true, "maxOperations": 1000, "maxPayloadSize": 4_194_304})
    );
    let pagination = json!({
        "cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 100,
        "maxPageSize": 1000, "cursorTimeout": 3600,
    });
    assert_eq!(config["pagination"], pagination);
    let schemes = config["authenticationSchemes"].as_array().unwrap();
    assert_eq!(schemes.len(), 1);
    assert_eq!((&schemes[0]["type"], &schemes[0]["primary"]), (&json!("oauthbearertoken"), &json!(true)));
    for key in ["name", "description", "specUri"] {
        assert!(!text(&schemes[0], key).is_empty());
    }
    assert_eq!(text(&config["meta"], "resourceType"), "ServiceProviderConfig");
    assert_eq!(text(&config["meta"], "location"), format!("{}/ServiceProviderConfig", server.base_url()));
    scim.get("/Me").scim_error(501, None);
}

#[test]
fn every_resource_type_is_listed_and_has_an_address_of_its_own() {
    let server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    let types = scim.get("/ResourceTypes").resources();
    let summary: Vec<(&str, &str, &str)> =
        types.iter().map(|t| (text(t, "name"), text(t, "endpoint"), text(t, "schema"))).collect();
    assert_eq!(
        summary,
        [("User", "/Users", USER), ("Group", "/Groups", GROUP), ("Device", "/Devices", DEVICE)]
    );
    let extensions =
        json!([{"schema": ENTERPRISE, "required": false}, {"schema": CONTOSO, "required": false}]);
    assert_eq!(types[0]["schemaExtensions"], extensions);
    for one in &types {
        assert_eq!(one["schemas"], json!([SERVICE[1]]));
        assert_eq!(one["id"], one["name"]);
        assert_eq!(text(&one["meta"], "resourceType"), "ResourceType");
        let path = format!("/ResourceTypes/{}", text(one, "id"));
        assert_eq!(text(&one["meta"], "location"), format!("{}{path}", server.base_url()));
        assert_eq!(scim.get(&path).status(200).json(), *one);
        assert!(!text(one, "description").is_empty(), "{one}");
        // Its endpoint and its schemas are there.
        scim.get(text(one, "endpoint")).status(200);
        let mut schemas = vec![text(one, "schema")];
        schemas.extend(one["schemaExtensions"].as_array().unwrap().iter().map(|e| text(e, "schema")));
        for urn in schemas {
            scim.get(&format!("/Schemas/{urn}")).status(200);
        }
    }
    scim.get("/ResourceTypes/Nothing").scim_error(404, None);
}

#[test]
fn every_schema_is_listed_once_and_has_an_address_of_its_own() {
    let server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    let schemas = scim.get("/Schemas").resources();
    let ids: Vec<&str> = schemas.iter().map(|schema| text(schema, "id")).collect();
    let mut expected = vec![USER, GROUP, DEVICE, ENTERPRISE, CONTOSO];
    expected.extend(SERVICE);
    assert_eq!(ids, expected);
    for schema in &schemas {
        assert_eq!(schema["schemas"], json!([SERVICE[2]]));
        assert_eq!(text(&schema["meta"], "resourceType"), "Schema");
        let path = format!("/Schemas/{}", text(schema, "id"));
        assert_eq!(text(&schema["meta"], "location"), format!("{}{path}", server.base_url()));
        for spelling in [
            path.clone(),
            path.to_uppercase().replace("/SCHEMAS/", "/Schemas/"),
            format!("/Schemas/{}", encode(&path[9..])),
        ] {
            assert_eq!(scim.get(&spelling).status(200).json(), *schema, "{spelling}");
        }
        let attributes = schema["attributes"].as_array().unwrap();
        for attribute in attributes
            .iter()
            .flat_map(|a| std::iter::once(a).chain(a["subAttributes"].as_array().into_iter().flatten()))
        {
            // What RFC 7643 section 7 says of every attribute.
            for key in ["name", "type", "description", "mutability", "returned"] {
                assert!(!text(attribute, key).is_empty(), "{attribute}");
            }
            for key in ["multiValued", "required"] {
                assert!(attribute[key].is_boolean(), "{key} of {attribute}");
            }
            let kind = text(attribute, "type");
            assert_eq!(attribute.get("subAttributes").is_some(), kind == "complex", "{attribute}");
            assert_eq!(attribute.get("referenceTypes").is_some(), kind == "reference", "{attribute}");
        }
    }
    scim.get("/Schemas/urn:nothing").scim_error(404, None);
}

#[test]
fn schemas_say_how_attributes_behave() {
    let server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    let schema = |urn: &str| scim.get(&format!("/Schemas/{urn}")).status(200).json();
    for (urn, path, key, value) in [
        (USER, "userName", "required", json!(true)),
        (USER, "userName", "uniqueness", json!("server")),
        (USER, "userName", "caseExact", json!(false)),
        (USER, "password", "returned", json!("never")),
        (USER, "password", "mutability", json!("writeOnly")),
        (USER, "groups", "mutability", json!("readOnly")),
        (USER, "groups.value", "mutability", json!("readOnly")),
        (USER, "emails.type", "canonicalValues", json!(["work", "home", "other"])),
        (USER, "emails", "multiValued", json!(true)),
        (USER, "id", "returned", json!("always")),
        (USER, "id", "caseExact", json!(true)),
        (USER, "id", "mutability", json!("readOnly")),
        (USER, "externalId", "caseExact", json!(true)),
        (USER, "meta.created", "type", json!("dateTime")),
        (GROUP, "displayName", "required", json!(true)),
        (GROUP, "members.value", "mutability", json!("immutable")),
        (GROUP, "members.$ref", "referenceTypes", json!(["User", "Group"])),
        (GROUP, "members.display", "mutability", json!("readOnly")),
        (ENTERPRISE, "manager.displayName", "mutability", json!("readOnly")),
        (CONTOSO, "badge", "type", json!("integer")),
        (CONTOSO, "badge", "uniqueness", json!("server")),
        (CONTOSO, "skills", "multiValued", json!(true)),
        (CONTOSO, "desks.value", "required", json!(true)),
        (DEVICE, "serialNumber", "mutability", json!("immutable")),
        (DEVICE, "serialNumber", "returned", json!("always")),
        (DEVICE, "serialNumber", "caseExact", json!(true)),
        (DEVICE, "screenInches", "type", json!("decimal")),
        (DEVICE, "platform", "canonicalValues", json!(["windows", "macos", "linux", "ios", "android"])),
        (DEVICE, "unlockCode", "returned", json!("never")),
        (DEVICE, "meta", "mutability", json!("readOnly")),
        (SERVICE[0], "pagination.cursorTimeout", "type", json!("integer")),
        (SERVICE[0], "patch.supported", "mutability", json!("readOnly")),
        (SERVICE[1], "schemaExtensions.required", "type", json!("boolean")),
        (SERVICE[2], "attributes.multiValued", "type", json!("boolean")),
    ] {
        assert_eq!(attribute(&schema(urn), path)[key], value, "{key} of {urn}:{path}");
    }
}

#[test]
fn an_answer_holds_nothing_that_its_schemas_do_not_list() {
    let server = Server::build().defined("device").defined("contoso-user").start();
    let scim = server.client();
    let mut ann = user("ann");
    ann["schemas"] = json!([USER, ENTERPRISE, CONTOSO]);
    ann[ENTERPRISE] = json!({"department": "Sales", "manager": {"value": "x", "$ref": "../Users/x"}});
    ann[CONTOSO] = json!({"badge": 7, "desks": [{"value": "N1", "floor": 2}]});
    let ann = scim.post("/Users", &ann).status(201).at("/id");
    let staff = scim.create_group("staff", &[&ann]);
    scim.create_group("all", &[&staff]);
    scim.create_device("D-1");
    let schemas = scim.get("/Schemas").resources();
    let schema = |urn: &str| schemas.iter().find(|schema| schema["id"] == urn).unwrap();
    let mut checked = 0;
    let mut check = |schema: &Value, object: &Value| {
        for (name, value) in object.as_object().unwrap() {
            if name.starts_with("urn:") {
                continue;
            }
            assert!(attribute(schema, name).is_object(), "no {name} in {schema}");
            let elements = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
            for part in elements.iter().filter_map(|element| element.as_object()).flat_map(|o| o.keys()) {
                assert!(
                    attribute(schema, &format!("{name}.{part}")).is_object(),
                    "no {name}.{part}: {schema}"
                );
                checked += 1;
            }
        }
    };
    for resource in scim.get("").resources() {
        check(schema(text_of_first(&resource["schemas"])), &resource);
        for urn in [ENTERPRISE, CONTOSO] {
            if let Some(extension) = resource.get(urn) {
                check(schema(urn), extension);
            }
        }
    }
    for one in &schemas {
        check(schema(SERVICE[2]), &without(one, &["schemas", "meta"]));
    }
    for one in scim.get("/ResourceTypes").resources() {
        check(schema(SERVICE[1]), &without(&one, &["schemas", "meta"]));
    }
    check(schema(SERVICE[0]), &without(&scim.get("/ServiceProviderConfig").json(), &["schemas", "meta"]));
    assert!(checked > 500, "{checked}");
}

fn text_of_first(list: &Value) -> &str {
    list[0].as_str().unwrap()
}

fn without(object: &Value, names: &[&str]) -> Value {
    let mut object = object.clone();
    names.iter().for_each(|name| drop(object.as_object_mut().unwrap().remove(*name)));
    object
}

#[test]
fn discovery_takes_no_filter_ignores_the_rest_and_changes_nothing() {
    let server = Server::start();
    let scim = server.client();
    let reader = reader(&server);
    for path in [
        "/ServiceProviderConfig",
        "/ResourceTypes",
        "/ResourceTypes/User",
        "/Schemas",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group",
    ] {
        let whole = scim.get(path);
        whole.status(200);
        for filter in ["id pr", "nonsense", r#"name eq "User""#] {
            scim.get(&format!("{path}?filter={}", encode(filter))).scim_error(403, None);
        }
        for query in [
            "startIndex=2&count=1",
            "count=0",
            "sortBy=name&sortOrder=descending",
            "sortBy=nothing",
            "cursor=x",
        ] {
            assert_eq!(scim.get(&format!("{path}?{query}")).text(), whole.text(), "{path}?{query}");
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let answer = scim.request(method, path).json(&json!({})).send();
            answer.scim_error(405, None);
            assert_eq!(answer.must_have("allow"), "GET, HEAD", "{answer}");
        }
        assert_eq!(scim.get(path).text(), whole.text());
        assert_eq!(reader.get(path).text(), whole.text());
        scim.without_token().get(path).scim_error(401, None);
    }
}

fn reader(server: &Server) -> Client {
    let token = server.cli().ok(&["token", "create", "--tenant", "default", "--scope", "scim:read"]);
    server.client_with(&token)
}

#[test]
fn discovery_ignores_numbers_that_are_none() {
    let server = Server::start();
    let scim = server.client();
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        for query in ["count=x", "startIndex=x", "count=1&count=2"] {
            assert_eq!(scim.get(&format!("{path}?{query}")).text(), scim.get(path).text());
        }
    }
}
