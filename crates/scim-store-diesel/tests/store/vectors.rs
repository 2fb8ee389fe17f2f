//! The filter vectors of `tests/fixtures/vectors/filter.json`, asked of the store: what SQL narrows and
//! scim-core decides must be what the vectors say. Set `SCIM_VECTORS` to run the file of another directory.

use crate::filters::{fresh, listing, part, render};
use crate::support::{Database, Fixture, document, name, texts};
use scim_core::datetime::parse_date_time;
use scim_core::filter::Filter;
use scim_core::schema::{ResourceType, ResourceTypes};
use scim_store_diesel::{Kind, Loaded, MemberWrite, ResourceId};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const CASES: usize = 197;

fn vectors() -> Value {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/vectors");
    let directory = std::env::var_os("SCIM_VECTORS").map_or(here, PathBuf::from);
    serde_json::from_slice(&std::fs::read(directory.join("filter.json")).unwrap()).unwrap()
}

/// The built-in types with the vectors' extension of User.
fn types(vectors: &Value) -> ResourceTypes {
    let schemas = vectors["extensionSchemas"].clone();
    let extensions =
        schemas.as_array().unwrap().iter().map(|s| json!({"schema": s["id"], "required": false}));
    let user = json!({"name": "User", "schemaExtensions": extensions.collect::<Vec<_>>()});
    let (schemas, user) = (schemas.to_string(), user.to_string());
    let files = [("schemas.json", schemas.as_bytes()), ("user.json", user.as_bytes())];
    ResourceTypes::built_in().with_definitions(files).unwrap()
}

/// Vectors in a store, under ids of the store and at the times of the vectors.
struct World {
    fixture: Fixture,
    types: ResourceTypes,
    /// The vectors' ids and ours.
    ids: BTreeMap<String, ResourceId>,
    /// The key and the version of each resource in the vectors.
    keys: BTreeMap<ResourceId, (String, Value)>,
}

impl World {
    fn new(vectors: &Value) -> Self {
        let types = types(vectors);
        let fixture = Fixture::with(|config| config.types = types.clone());
        let (mut ids, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for kind in Kind::MEMBERS {
            for (key, resource) in vectors["resources"][name(kind)].as_object().unwrap() {
                let mut attributes = resource.as_object().unwrap().clone();
                for computed in ["id", "meta", "members", "groups"] {
                    attributes.shift_remove(computed);
                }
                let row = fixture.add(kind, document(Value::Object(attributes))).unwrap();
                set_times(&mut fixture.database(), row.id, &resource["meta"]);
                ids.insert(resource["id"].as_str().unwrap().to_owned(), row.id);
                keys.insert(row.id, (key.clone(), resource["meta"]["version"].clone()));
            }
        }
        for group in vectors["resources"]["Group"].as_object().unwrap().values() {
            let members = group["members"].as_array().into_iter().flatten();
            let members: Vec<_> = members.filter_map(|m| ids.get(m["value"].as_str()?).copied()).collect();
            let group_id = ids[group["id"].as_str().unwrap()];
            let before = fixture.find(Kind::Group, group_id).unwrap();
            fixture.change(group_id, vec![MemberWrite::Add(texts(&members))]).unwrap();
            fixture.database().run(&format!(
                "UPDATE resource SET modified_ms = {} WHERE hex(id) = '{}'",
                before.modified_ms,
                group_id.uuid().simple().to_string().to_uppercase()
            ));
        }
        Self { fixture, types, ids, keys }
    }

    fn resource_type(&self, kind: Kind) -> &ResourceType {
        self.types.named(name(kind)).unwrap()
    }

    /// The attributes of a row, with the version of the vectors.
    fn view(&self, loaded: &Loaded) -> Map<String, Value> {
        let mut attributes = render(loaded);
        attributes["meta"]["version"] = self.keys[&loaded.resource.id].1.clone();
        attributes
    }

    /// The keys of the resources that a filter matches; an error when it is refused.
    fn ask(&self, kind: Kind, text: &str) -> Result<BTreeSet<String>, String> {
        let filter = text.parse::<Filter>().map_err(|e| e.to_string())?;
        let predicate = filter.resolve(self.resource_type(kind)).map_err(|e| e.to_string())?;
        let (parts, query) = (part(kind, Some(&predicate)), fresh());
        let page = self
            .fixture
            .store
            .tenant(self.fixture.acme)
            .list(listing(&parts, &query, (0, 1000)), &|loaded| Ok(self.view(loaded)))
            .unwrap();
        assert_eq!(page.total, i64::try_from(page.resources.len()).unwrap(), "{text}");
        Ok(page.resources.iter().map(|l| self.keys[&l.resource.id].0.clone()).collect())
    }
}

/// Writes the times of the vectors beside a row.
fn set_times(database: &mut Database, id: ResourceId, meta: &Value) {
    let ms = |name: &str| parse_date_time(meta[name].as_str().unwrap()).unwrap().timestamp_millis();
    database.run(&format!(
        "UPDATE resource SET created_ms = {}, modified_ms = {} WHERE hex(id) = '{}'",
        ms("created"),
        ms("lastModified"),
        id.uuid().simple().to_string().to_uppercase()
    ));
}

/// Puts our id in the place of the vectors' id, wherever a text is just that.
fn renamed(text: &str, ids: &BTreeMap<String, ResourceId>) -> String {
    ids.iter().fold(text.to_owned(), |text, (old, new)| {
        let upper =
            (format!("\"{}\"", old.to_uppercase()), format!("\"{}\"", new.to_string().to_uppercase()));
        text.replace(&format!("\"{old}\""), &format!("\"{new}\"")).replace(&upper.0, &upper.1)
    })
}

#[test]
fn vectors_filter_all_cases_hold_in_the_store() {
    let vectors = vectors();
    let world = World::new(&vectors);
    let cases = vectors["cases"].as_array().unwrap();
    let mut faults = Vec::new();
    for case in cases {
        let kind = if case["resourceType"] == "User" { Kind::User } else { Kind::Group };
        let text = renamed(case["filter"].as_str().unwrap(), &world.ids);
        let keys = |list: &Value| -> BTreeSet<String> {
            list.as_array().into_iter().flatten().filter_map(|k| k.as_str().map(str::to_owned)).collect()
        };
        let ignored = keys(&case["dontCare"]);
        let expected: BTreeSet<_> = keys(&case["matches"]).difference(&ignored).cloned().collect();
        let found = match (world.ask(kind, &text), &case["valid"]) {
            (Ok(_), Value::Bool(false)) => Err("accepted".to_owned()),
            (Err(why), Value::Bool(true)) => Err(format!("refused: {why}")),
            (Err(_), _) => continue,
            (Ok(found), _) => Ok(found.difference(&ignored).cloned().collect::<BTreeSet<_>>()),
        };
        if found.as_ref() != Ok(&expected) {
            faults.push(format!("{} {text}: {found:?}, expected {expected:?}", case["id"]));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
    if std::env::var_os("SCIM_VECTORS").is_none() {
        assert_eq!(cases.len(), CASES);
    }
}
