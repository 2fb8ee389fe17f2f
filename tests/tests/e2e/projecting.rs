//! Which attributes an answer carries.

use scimd_tests::{
    Answer, Client, ENTERPRISE, Server, USER, add_members, encode, group, patch, remove_member, replace,
    search, user,
};
use serde_json::{Value, json};

/// The body of a user with something everywhere.
fn body() -> Value {
    let mut ann = user("ann");
    ann["schemas"] = json!([USER, ENTERPRISE]);
    ann["password"] = json!("secret");
    ann["emails"] = json!([
        {"type": "work", "value": "ann@contoso.test", "primary": true},
        {"type": "home", "value": "ann@home.test"},
    ]);
    ann[ENTERPRISE] = json!({"department": "Sales", "manager": {"value": "0042", "$ref": "../Users/0042"}});
    ann
}

/// A server with that user, who is in a group.
fn directory() -> (Server, Client, String) {
    let server = Server::start();
    let scim = server.client();
    let ann = scim.post("/Users", &body()).status(201).at("/id");
    scim.create_group("staff", &[&ann]);
    (server, scim, format!("/Users/{ann}"))
}

/// The paths of a resource that lead to values, without indexes of lists: `emails.value`.
pub(super) fn paths(resource: &Value) -> Vec<String> {
    fn collect(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(parts) => {
                for (name, part) in parts {
                    let dot = if path.is_empty() { "" } else { "." };
                    collect(part, &format!("{path}{dot}{name}"), found);
                }
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                items.iter().for_each(|item| collect(item, path, found));
            }
            _ => found.push(path.to_owned()),
        }
    }
    let mut found = Vec::new();
    collect(resource, "", &mut found);
    found
}

#[test]
fn attributes_name_what_is_shown_and_id_and_schemas_always_are() {
    let (_server, scim, ann) = directory();
    let manager = format!("{ENTERPRISE}.manager");
    for (attributes, shown) in [
        ("userName", vec!["userName"]),
        ("USERNAME,Active", vec!["userName", "active"]),
        (" userName , active ", vec!["userName", "active"]),
        ("name.givenName", vec!["name.givenName"]),
        ("name", vec!["name.givenName", "name.familyName"]),
        ("emails.value", vec!["emails.value", "emails.value"]),
        ("emails.type,emails.primary", vec!["emails.type", "emails.primary", "emails.type"]),
        (r#"emails[type eq "home"]"#, vec!["emails.type", "emails.value"]),
        (r#"emails[type eq "home"].value"#, vec!["emails.value"]),
        (r#"emails[type eq "other"]"#, vec![]),
        (r#"emails[type eq "a,b" or type eq "home"].value,active"#, vec!["active", "emails.value"]),
        ("meta.version", vec!["meta.version"]),
        ("groups.display", vec!["groups.display"]),
        ("id", vec![]),
        // What does not exist cannot be shown.
        ("nothing", vec![]),
        ("nothing,userName", vec!["userName"]),
        ("password", vec![]),
        (USER, vec![]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", vec!["userName"]),
        (&format!("{ENTERPRISE}:department"), vec![&format!("{ENTERPRISE}.department")]),
        (&format!("{ENTERPRISE}:manager"), vec![&format!("{manager}.value"), &format!("{manager}.$ref")]),
        (&format!("{ENTERPRISE}:manager.value"), vec![&format!("{manager}.value")]),
        (
            &ENTERPRISE.to_uppercase(),
            vec![
                &format!("{ENTERPRISE}.department"),
                &format!("{manager}.value"),
                &format!("{manager}.$ref"),
            ],
        ),
    ] {
        let answer = scim.get(&format!("{ann}?attributes={}", encode(attributes)));
        let mut expected = vec!["schemas", "id"];
        expected.extend(shown);
        expected.sort_unstable();
        let mut found = paths(&answer.status(200).json());
        found.sort_unstable();
        assert_eq!(found, expected, "{attributes}");
    }
}

#[test]
fn excluded_attributes_name_what_is_not_shown() {
    let (_server, scim, ann) = directory();
    let all = paths(&scim.get(&ann).json());
    for (excluded, hidden) in [
        ("userName", vec!["userName"]),
        ("NAME", vec!["name.givenName", "name.familyName"]),
        ("name.familyName", vec!["name.familyName"]),
        ("emails", vec!["emails.type", "emails.value", "emails.primary"]),
        ("emails.type,emails.primary", vec!["emails.type", "emails.primary"]),
        (
            "meta",
            vec!["meta.resourceType", "meta.created", "meta.lastModified", "meta.location", "meta.version"],
        ),
        ("groups", vec!["groups.value", "groups.$ref", "groups.type", "groups.display"]),
        ("groups.$ref,meta.location", vec!["groups.$ref", "meta.location"]),
        // What is always returned stays, and what does not exist harms nobody.
        ("id,schemas", vec![]),
        ("nothing", vec![]),
        (&format!("{ENTERPRISE}:department"), vec![&format!("{ENTERPRISE}.department")]),
        (
            ENTERPRISE,
            vec![
                &format!("{ENTERPRISE}.department"),
                &format!("{ENTERPRISE}.manager.value"),
                &format!("{ENTERPRISE}.manager.$ref"),
            ],
        ),
    ] {
        let answer = scim.get(&format!("{ann}?excludedAttributes={}", encode(excluded)));
        let expected: Vec<&String> = all.iter().filter(|path| !hidden.contains(&path.as_str())).collect();
        assert_eq!(expected.len() < all.len(), !hidden.is_empty(), "{hidden:?} are not in {all:?}");
        assert!(paths(&answer.status(200).json()).iter().eq(expected), "{excluded}: {answer}");
    }
    let home = scim.get(&format!("{ann}?excludedAttributes={}", encode(r#"emails[type eq "work"]"#)));
    assert_eq!(home.json()["emails"], json!([{"type": "home", "value": "ann@home.test"}]));
}

#[test]
fn a_choice_that_contradicts_itself_is_refused() {
    let (_server, scim, ann) = directory();
    for path in ["/Users", "/Groups", "", ann.as_str()] {
        let both = scim.get(&format!("{path}?attributes=id&excludedAttributes=meta"));
        assert!(both.scim_error(400, Some("invalidValue")).contains("not both"), "{both}");
    }
    for bad in
        [r#"emails[type xx "work"]"#, r#"emails[type eq "work""#, "emails[nothing pr]", "active[value pr]x"]
    {
        for name in ["attributes", "excludedAttributes"] {
            let answer = scim.get(&format!("{ann}?{name}={}", encode(bad)));
            assert_eq!(answer.code(), 400, "{bad}: {answer}");
            answer.scim_error(400, Some("invalidValue"));
        }
    }
    // An empty choice is none.
    assert_eq!(scim.get(&format!("{ann}?attributes=&excludedAttributes=")).text(), scim.get(&ann).text());
}

#[test]
fn every_answer_with_a_resource_heeds_the_choice() {
    let (_server, scim, ann) = directory();
    let choice = "attributes=userName,name.givenName";
    let expected = ["schemas", "id", "userName", "name.givenName"];
    let check = |what: &str, resource: &Value| assert_eq!(paths(resource), expected, "{what}");
    check("GET", &scim.get(&format!("{ann}?{choice}")).json());
    for list in ["/Users", "", "/"] {
        let filter = "filter=userName+eq+%22ann%22";
        check(list, &scim.get(&format!("{list}?{choice}&{filter}")).resources()[0]);
        check("with a cursor", &scim.get(&format!("{list}?{choice}&{filter}&cursor")).resources()[0]);
        check("sorted", &scim.get(&format!("{list}?{choice}&{filter}&sortBy=title")).resources()[0]);
    }
    let message = search(json!({"attributes": ["userName", "name.givenName"], "filter": "userName pr"}));
    check("search", &scim.post("/Users/.search", &message).resources()[0]);
    let created = scim.post(&format!("/Users?{choice}"), &user("bob"));
    check("POST", &created.status(201).json());
    let bob = format!("/Users/{}", created.at("/id"));
    assert_eq!(created.must_have("etag"), scim.get(&bob).must_have("etag"));
    check("PUT", &scim.put(&format!("{bob}?{choice}"), &user("bob")).status(200).json());
    let change = replace("title", json!("Boss"));
    check("PATCH", &scim.patch(&format!("{bob}?{choice}"), &change).status(200).json());
    let without = scim.patch(&format!("{bob}?excludedAttributes=meta,emails"), &change).status(200).json();
    assert_eq!((&without["title"], without.get("meta"), without.get("emails")), (&json!("Boss"), None, None));
    // All was stored, whatever was shown.
    let whole = scim.get(&bob).json();
    assert_eq!((&whole["title"], whole["emails"].as_array().map(Vec::len)), (&json!("Boss"), Some(1)));
}

#[test]
fn a_group_is_shown_without_its_members_where_nobody_wants_them() {
    let (_server, scim, ann) = directory();
    let staff = format!("/Groups/{}", scim.get("/Groups").at("/Resources/0/id"));
    let shown = |answer: Answer| paths(&answer.status(200).json());
    let bare = shown(scim.get(&format!("{staff}?excludedAttributes=members")));
    assert!(bare.contains(&"displayName".to_owned()) && !bare.iter().any(|path| path.contains("members")));
    for list in ["/Groups", ""] {
        let groups = scim.get(&format!("{list}?excludedAttributes=members&filter=members+pr")).resources();
        assert_eq!(groups.len(), 1);
        assert!(groups[0].get("members").is_none(), "{}", groups[0]);
    }
    let named = shown(scim.get(&format!("{staff}?attributes=displayName,members.display")));
    assert_eq!(named, ["schemas", "id", "displayName", "members.display"]);
    let created = scim.post("/Groups?excludedAttributes=members", &group("crew", &[&ann[7..]]));
    assert!(created.status(201).json().get("members").is_none(), "{created}");
    // A PATCH of a group is silent unless somebody asks.
    let change = replace("displayName", json!("Staff"));
    scim.patch(&staff, &change).status(204).empty();
    let asked =
        scim.patch(&format!("{staff}?attributes=displayName"), &replace("displayName", json!("team")));
    assert_eq!(shown(asked.clone()), ["schemas", "id", "displayName"]);
    assert_eq!(asked.at("/displayName"), "team");
    assert_eq!(scim.members(&staff[8..]), [&ann[7..]]);
}

#[test]
fn the_groups_of_a_user_are_those_of_the_moment() {
    let (_server, scim, ann) = directory();
    let staff = format!("/Groups/{}", scim.get("/Groups").at("/Resources/0/id"));
    let groups = || {
        let groups = scim.get(&format!("{ann}?attributes=groups")).json()["groups"].clone();
        let listed = scim.find("/Users", "userName eq \"ann\"").json()["Resources"][0]["groups"].clone();
        assert_eq!(groups, listed);
        let names = groups.as_array().cloned().unwrap_or_default();
        names.iter().map(|group| group["display"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(groups(), ["staff"]);
    let first = scim.get(&ann).json()["groups"][0].clone();
    assert_eq!(first["value"], staff[8..]);
    assert!(first["$ref"].as_str().unwrap().ends_with(&staff), "{first}");
    assert_eq!(first["type"], "direct");
    scim.patch(&staff, &replace("displayName", json!("crew"))).status(204);
    assert_eq!(groups(), ["crew"]);
    scim.patch(&staff, &remove_member(&ann[7..])).status(204);
    assert_eq!(groups(), [""; 0]);
    scim.patch(&staff, &add_members(&[&ann[7..]])).status(204);
    // Nobody sets them but the groups themselves.
    let set = patch(json!([{"op": "add", "path": "groups", "value": [{"value": &staff[8..]}]}]));
    scim.patch(&ann, &set).scim_error(400, Some("mutability"));
    scim.put(&ann, &body()).status(200);
    assert_eq!(groups(), ["crew"]);
    scim.delete(&staff).status(204);
    assert_eq!(groups(), [""; 0]);
}
