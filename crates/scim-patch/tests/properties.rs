//! What holds for every message, whatever is in it. `SCIM_PROPERTY_CASES` says how many are tried; the
//! default takes a few seconds.

#![expect(clippy::unwrap_used, reason = "a number that cannot be read is no number of cases")]

use proptest::prelude::*;
use scim_core::schema::{ENTERPRISE_USER_URN, ResourceType, USER_URN, group_type, user_type};
use scim_core::value::Rules;
use scim_core::{Resource, fault::Faults};
use scim_patch::{Options, PATCH_OP_URN, PatchRequest, members};
use serde_json::{Map, Value, json};

const OPTIONS: Options = Options {
    rules: Rules { reject_unknown: true, reject_foreign_schemas: false },
    create_missing_elements: true,
};

fn config() -> ProptestConfig {
    let asked = std::env::var("SCIM_PROPERTY_CASES").ok();
    let cases = asked.map_or(2000, |text| text.parse().unwrap());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn body(operations: &[Value]) -> Map<String, Value> {
    object(&json!({"schemas": [PATCH_OP_URN], "Operations": operations}))
}

fn user() -> Resource {
    Resource::from_stored(object(&json!({
        "schemas": [USER_URN, ENTERPRISE_USER_URN],
        "userName": "ann",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "active": true,
        "emails": [
            {"value": "ann@contoso.test", "type": "work", "primary": true},
            {"value": "ann@home.test", "type": "home"},
        ],
        "roles": [{"value": "admin"}, {"value": "user", "type": "x"}],
        (ENTERPRISE_USER_URN): {"department": "R&D", "manager": {"value": "m1", "$ref": "../Users/m1"}},
    })))
}

/// Paths without a filter, known and unknown.
fn plain_path() -> impl Strategy<Value = String> {
    let manager = format!("{ENTERPRISE_USER_URN}:manager");
    prop::sample::select(vec![
        "userName".to_owned(),
        "NAME".to_owned(),
        "name.givenName".to_owned(),
        "active".to_owned(),
        "emails".to_owned(),
        "emails.type".to_owned(),
        "emails.value".to_owned(),
        "roles".to_owned(),
        "addresses".to_owned(),
        "password".to_owned(),
        "id".to_owned(),
        "schemas".to_owned(),
        "manager.value".to_owned(),
        "nope".to_owned(),
        "name.nope".to_owned(),
        USER_URN.to_owned(),
        ENTERPRISE_USER_URN.to_owned(),
        format!("{manager}.$ref"),
        manager,
        "members".to_owned(),
        "displayName".to_owned(),
    ])
}

fn path() -> impl Strategy<Value = String> {
    let filtered = prop::sample::select(vec![
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails[primary eq \"True\"].display",
        "emails[type eq \"new\" and primary eq true].primary",
        "emails[not (value sw \"a\")].type",
        "roles[value pr]",
        "roles[type eq null].primary",
        "addresses[type eq \"home\"].locality",
        "name[givenName pr]",
        "members[value eq \"a\"]",
        "members[type eq \"User\"]",
    ]);
    prop_oneof![
        4 => plain_path(),
        4 => filtered.prop_map(str::to_owned),
        1 => "[a-zA-Z.:$\\[\\]\" ]{0,20}",
        1 => ".{0,12}",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "a",
            "A",
            "b",
            "work",
            "True",
            "ann@home.test",
            "{\"value\":\"x\"}",
            "../Users/x"
        ])
        .prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        3 => prop::sample::select(vec!["value", "Type", "primary", "display", "$ref", "givenName", "locality"])
            .prop_map(str::to_owned),
        1 => path(),
    ];
    scalar().prop_recursive(3, 16, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

fn operation(
    ops: &'static [&'static str],
    path: impl Strategy<Value = String>,
) -> impl Strategy<Value = Value> {
    (prop::sample::select(ops), prop::option::weighted(0.8, path), prop::option::weighted(0.9, value()))
        .prop_map(|(op, path, value)| {
            let mut operation = object(&json!({"op": op}));
            operation.extend(path.map(|path| ("path".to_owned(), path.into())));
            operation.extend(value.map(|value| ("value".to_owned(), value)));
            Value::Object(operation)
        })
}

/// Operations whose value fits the path, so that most of them are applied.
fn fitting(ops: &'static [&'static str], filters: bool) -> impl Strategy<Value = Value> {
    let word = || prop::sample::select(vec!["", "a", "A", "b", "work", "home", "ann@home.test"]);
    let element = move || {
        (word(), prop::option::of(word()), prop::option::of(any::<bool>()))
            .prop_map(|(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}))
    };
    let texts = vec![
        "title",
        "name.givenName",
        "emails.type",
        "manager.$ref",
        "manager.value",
        "manager",
        "userName",
    ];
    let mut values =
        vec!["emails[type eq \"work\"].value", "roles[value eq \"a\"].type", "emails[type pr].display"];
    let mut elements = vec!["emails[primary eq \"true\"]", "roles[value eq \"a\" and type eq \"b\"]"];
    let mut flags = vec!["emails[type eq \"work\"].primary", "roles[not (type eq \"x\")].primary"];
    if !filters {
        values = vec!["title", "emails.display"];
        elements = vec!["emails", "name"];
        flags = vec!["active", "emails.primary"];
    }
    let pair = prop_oneof![
        (prop::sample::select(texts), word().prop_map(Value::from)),
        (prop::sample::select(values), word().prop_map(Value::from)),
        (prop::sample::select(elements), element()),
        (prop::sample::select(flags), any::<bool>().prop_map(Value::from)),
        (
            prop::sample::select(vec!["emails", "roles"]),
            prop::collection::vec(element(), 0..4).prop_map(Value::from)
        ),
    ];
    (prop::sample::select(ops), pair, any::<bool>(), any::<bool>()).prop_map(
        |(op, (path, value), bare, key)| match (op, bare, key) {
            ("remove", true, _) => json!({"op": op, "path": path}),
            (_, _, true) if op != "remove" => json!({"op": op, "value": {(path): value}}),
            _ => json!({"op": op, "path": path, "value": value}),
        },
    )
}

/// Plays operations one after the other; says what was applied.
fn play(resource_type: &ResourceType, resource: &mut Resource, operations: &[Value]) -> Option<bool> {
    let plan = PatchRequest::parse(body(operations)).and_then(|r| r.plan(resource_type, OPTIONS)).ok()?;
    let mut list = vec![json!({"value": "a", "type": "User"}), json!({"value": "b"})];
    let before = resource.clone();
    let outcome = plan.apply(resource_type, resource);
    members::apply(plan.member_changes(), &mut list);
    match outcome {
        Ok(outcome) => {
            assert_eq!(outcome.changed, *resource != before);
            Some(outcome.changed)
        }
        Err(_) => {
            assert_eq!(*resource, before, "refused, but changed");
            None
        }
    }
}

/// A resource as `POST` would have kept it.
fn read_again(resource_type: &ResourceType, resource: &Resource) -> Result<Resource, Faults> {
    resource_type.read(resource.attributes().clone(), Rules::default()).map(|reading| reading.resource)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_left_could_have_been_created(
        operations in prop::collection::vec(prop_oneof![
            1 => operation(&["add", "Replace", "remove"], path()),
            3 => fitting(&["add", "replace", "remove"], true),
        ], 1..7)
    ) {
        let resource_type = user_type();
        let mut resource = user();
        for operation in &operations {
            play(&resource_type, &mut resource, std::slice::from_ref(operation));
            prop_assert_eq!(read_again(&resource_type, &resource), Ok(resource.clone()));
        }
        let mut resource = user();
        play(&resource_type, &mut resource, &operations);
        prop_assert_eq!(read_again(&resource_type, &resource), Ok(resource.clone()));
    }

    #[test]
    fn groups_withstand_every_message(
        operations in prop::collection::vec(operation(&["add", "replace", "remove"], path()), 1..5)
    ) {
        let mut group = Resource::from_stored(object(&json!({"displayName": "Staff"})));
        play(&group_type(), &mut group, &operations);
        prop_assert!(group.get("members").is_none());
    }

    #[test]
    fn the_same_plan_twice_changes_nothing(
        mut operations in prop::collection::vec(
            prop_oneof![
                1 => operation(&["replace", "remove"], plain_path()),
                3 => fitting(&["replace", "remove"], false),
            ],
            1..7,
        )
    ) {
        // What selects values, a filter or a list of values to remove, may select others the second time.
        for operation in operations.iter_mut().filter_map(Value::as_object_mut) {
            if operation["op"] == "remove" {
                operation.remove("value");
            }
        }
        let text = Value::from(operations.clone()).to_string();
        let has_filter = ["emails[", "roles[", "addresses["].iter().any(|start| text.contains(start));
        let resource_type = user_type();
        let mut resource = user();
        if !has_filter && play(&resource_type, &mut resource, &operations).is_some() {
            prop_assert_eq!(play(&resource_type, &mut resource, &operations), Some(false));
        }
    }

    #[test]
    fn what_is_added_twice_is_added_once(operation in fitting(&["add"], false)) {
        let resource_type = user_type();
        let mut resource = user();
        let operations = [operation];
        if play(&resource_type, &mut resource, &operations).is_some() {
            prop_assert_eq!(play(&resource_type, &mut resource, &operations), Some(false));
        }
    }

    #[test]
    fn a_list_restored_is_no_change(
        operations in prop::collection::vec(fitting(&["add", "replace", "remove"], true), 1..5),
    ) {
        // Whatever is done to the user before, all that he had is put back at the end.
        let put_back = json!({"op": "replace", "value": user().attributes()});
        let gone: Vec<Value> = ["title", "roles", "emails", "name", ENTERPRISE_USER_URN]
            .map(|path| json!({"op": "remove", "path": path}))
            .into();
        let operations = [operations, gone, vec![put_back]].concat();
        let mut resource = user();
        if let Some(changed) = play(&user_type(), &mut resource, &operations) {
            prop_assert!(!changed, "{}", Value::from(resource.into_attributes()));
        }
    }

    #[test]
    fn no_body_makes_the_parser_panic(body in value(), operations in value()) {
        let mut message = object(&body);
        let _ = PatchRequest::parse(message.clone());
        message.insert("schemas".to_owned(), json!([PATCH_OP_URN]));
        message.insert("OPERATIONS".to_owned(), operations);
        let _ = PatchRequest::parse(message);
    }
}
