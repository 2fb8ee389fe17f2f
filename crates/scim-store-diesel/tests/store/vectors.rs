//! The project's filter vectors, asked of the store.

use crate::filters::{decision, render};
use crate::support::{Fixture, document, texts};
use scim_core::filter::Filter;
use scim_core::schema::{ResourceType, Schema, group_type, user_type};
use scim_store_diesel::{Kind, Listing, MemberWrite, Relations, ResourceId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/vectors/filter.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn resource_type(kind: Kind, vectors: &Value) -> ResourceType {
    let extensions = vectors["extensionSchemas"].as_array().unwrap();
    match kind {
        Kind::User => extensions.iter().fold(user_type(), |user, schema| {
            user.extended_by(serde_json::from_value::<Schema>(schema.clone()).unwrap(), false)
        }),
        Kind::Group => group_type(),
    }
}

/// Puts the new id in the place of the vectors' id, wherever a text is just that.
fn renamed(text: &str, ids: &BTreeMap<String, ResourceId>) -> String {
    ids.iter().fold(text.to_owned(), |text, (old, new)| {
        let upper =
            (format!("\"{}\"", old.to_uppercase()), format!("\"{}\"", new.to_string().to_uppercase()));
        text.replace(&format!("\"{old}\""), &format!("\"{new}\"")).replace(&upper.0, &upper.1)
    })
}

#[test]
fn the_filter_vectors_hold_in_the_store() {
    let vectors = vectors();
    let fixture = Fixture::new();
    let acme = fixture.acme;
    // Vectors' id → ours, and ours → the vectors' key.
    let (mut ids, mut names) = (BTreeMap::new(), BTreeMap::new());
    for kind in Kind::ALL {
        for (name, resource) in vectors["resources"][kind.name()].as_object().unwrap() {
            let mut attributes = resource.as_object().unwrap().clone();
            for computed in ["id", "meta", "members", "groups"] {
                attributes.shift_remove(computed);
            }
            let row = fixture.add(kind, document(Value::Object(attributes))).unwrap();
            ids.insert(resource["id"].as_str().unwrap().to_owned(), row.id);
            names.insert(row.id, name.clone());
        }
    }
    for group in vectors["resources"]["Group"].as_object().unwrap().values() {
        let members = group["members"].as_array().into_iter().flatten();
        let members: Vec<_> = members.filter_map(|m| ids.get(m["value"].as_str()?).copied()).collect();
        fixture.change(ids[group["id"].as_str().unwrap()], vec![MemberWrite::Add(texts(&members))]).unwrap();
    }

    let (mut asked, mut faults) = (0, Vec::new());
    for case in vectors["cases"].as_array().unwrap() {
        let kind = if case["resourceType"] == "User" { Kind::User } else { Kind::Group };
        let text = renamed(case["filter"].as_str().unwrap(), &ids);
        // Times, references and inherited groups are the server's own; the vectors cannot know them.
        let servers_own = ["meta", "$ref", "groups", "display "];
        if case["valid"] != true || servers_own.iter().any(|name| text.contains(name)) {
            continue;
        }
        let predicate = text.parse::<Filter>().unwrap().resolve(&resource_type(kind, &vectors)).unwrap();
        let listing =
            Listing { predicate: Some(&predicate), offset: 0, limit: 1000, relations: Relations::default() };
        let page =
            fixture.store.tenant(acme).list(kind, listing, &mut decision(kind, Some(&predicate))).unwrap();
        let keys = |list: &Value| -> BTreeSet<String> {
            list.as_array().into_iter().flatten().filter_map(|k| k.as_str().map(str::to_owned)).collect()
        };
        let ignored = keys(&case["dontCare"]);
        let found = page.resources.iter().map(|l| names[&l.resource.id].clone());
        let found: BTreeSet<_> = found.filter(|name| !ignored.contains(name)).collect();
        let expected: BTreeSet<_> = keys(&case["matches"]).difference(&ignored).cloned().collect();
        if found != expected {
            let detail = page.resources.iter().map(|l| render(kind, l)).next();
            faults.push(format!("{} {text}: found {found:?}, expected {expected:?}; {detail:?}", case["id"]));
        }
        asked += 1;
    }
    assert!(faults.is_empty(), "{} of {asked}:\n{}", faults.len(), faults.join("\n"));
    assert!(asked >= 100, "only {asked} cases were asked");
}
