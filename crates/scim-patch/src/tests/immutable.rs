//! What may be set once, what is required, and parts that hold lists: a schema made for it.

use crate::testing::object;
use crate::{Options, PATCH_OP_URN, PatchRequest};
use scim_core::Resource;
use scim_core::schema::{Attribute, Mutability, ResourceType, Schema, user_type};
use serde_json::{Value, json};

const URN: &str = "urn:test:badge:2.0:User";

/// Users with badges.
fn badged() -> ResourceType {
    let fixed = |name: &str| Attribute::string(name, "").mutability(Mutability::Immutable);
    let parts = || {
        vec![
            fixed("value"),
            fixed("seal"),
            Attribute::string("label", ""),
            Attribute::string("doors", "").multi(),
        ]
    };
    let attributes = vec![
        Attribute::string("office", "").required(),
        fixed("locker"),
        Attribute::complex("card", "", parts()),
        Attribute::complex("badges", "", parts()).multi(),
    ];
    let schema = Schema { id: URN.to_owned(), name: String::new(), description: String::new(), attributes };
    user_type().extended_by(schema, false)
}

/// What one operation makes of the badges of a user who has the given ones.
fn badge(before: Value, operation: Value) -> Result<Value, String> {
    badges(before, json!([operation]))
}

/// The same of several operations.
fn badges(before: Value, operations: Value) -> Result<Value, String> {
    let mut user = Resource::from_stored(object(json!({"userName": "ann", (URN): before})));
    let body = object(json!({"schemas": [PATCH_OP_URN], "Operations": operations}));
    PatchRequest::parse(body)
        .and_then(|request| request.plan(&badged(), Options::default()))
        .and_then(|plan| plan.apply(&badged(), &mut user))
        .map(|_| user.get(URN).cloned().unwrap_or_default())
        .map_err(|error| error.scim_type().to_string())
}

#[track_caller]
fn check(path: &str, op: &str, value: Value, expected: Result<Value, &str>) {
    let before = json!({
        "office": "A", "locker": "1",
        "card": {"value": "c", "doors": ["x"]},
        "badges": [{"value": "b", "label": "L", "doors": ["x"]}],
    });
    let after = badge(before, json!({"op": op, "path": format!("{URN}:{path}"), "value": value}));
    let name = path.split(['.', '[']).next().unwrap_or_default();
    let after = after.map(|after| after.get(name).cloned().unwrap_or_default());
    assert_eq!(after, expected.map_err(str::to_owned), "{op} {path}");
}

#[test]
fn what_may_be_set_once_stays() {
    let refused = Err("mutability");
    check("locker", "replace", json!("2"), refused.clone());
    check("locker", "replace", json!(null), refused.clone());
    check("locker", "add", json!("1"), Ok(json!("1")));
    check("card.value", "replace", json!("d"), refused.clone());
    check("card", "add", json!({"value": "d"}), refused.clone());
    check("card", "remove", json!(null), refused.clone());
    check(
        "card",
        "add",
        json!({"value": "c", "label": "M"}),
        Ok(json!({"value": "c", "label": "M", "doors": ["x"]})),
    );
    check("badges[label eq \"L\"].value", "replace", json!("d"), refused.clone());
    check("badges[label eq \"L\"].value", "remove", json!(null), refused.clone());
    check("badges[label eq \"L\"]", "replace", json!({"value": "d"}), refused.clone());
    check("badges[label eq \"L\"]", "add", json!({"value": "d"}), refused);
    let relabelled = json!([{"value": "b", "label": "M", "doors": ["x"]}]);
    check("badges[value eq \"b\"].label", "replace", json!("M"), Ok(relabelled));
    check("badges", "replace", json!([{"value": "d"}]), Ok(json!([{"value": "d"}])));
    check("badges[value eq \"b\"]", "remove", json!(null), Ok(json!(null)));
}

#[test]
fn what_may_be_set_once_stays_when_the_list_is_written_as_a_whole() {
    let [old, more] =
        [json!({"value": "b", "seal": "1", "doors": ["x"]}), json!({"value": "c", "seal": "2"})];
    let other = json!({"value": "b", "seal": "2"});
    let refused = || Err("mutability".to_owned());
    let write = |op: &str, path: &str, value: Value| {
        let path = format!("{URN}:{path}");
        let before = json!({"office": "A", "badges": [old.clone()]});
        badge(before, json!({"op": op, "path": path, "value": value})).map(|after| after["badges"].clone())
    };
    for (op, value, expected) in [
        ("replace", json!([other]), refused()),
        ("replace", json!([more, other]), refused()),
        ("replace", json!([{"value": "b"}]), refused()),
        ("add", json!([other]), refused()),
        ("replace", json!([old, more]), Ok(json!([old, more]))),
        ("replace", json!([more]), Ok(json!([more]))),
        ("replace", json!([{"value": "b", "seal": "1"}]), Ok(json!([{"value": "b", "seal": "1"}]))),
        ("add", json!([more]), Ok(json!([old, more]))),
    ] {
        assert_eq!(write(op, "badges", value.clone()), expected, "{op} {value}");
    }
    // Gone and back in one message is still the same value.
    let twice = json!([
        {"op": "remove", "path": format!("{URN}:badges")},
        {"op": "add", "path": format!("{URN}:badges"), "value": [other]},
    ]);
    assert_eq!(badges(json!({"office": "A", "badges": [old]}), twice), refused());
}

#[test]
fn long_lists_of_one_value_are_compared_quickly() {
    let badges = |seals: &mut dyn Iterator<Item = usize>| -> Vec<Value> {
        seals.map(|seal| json!({"value": "same", "seal": seal.to_string()})).collect()
    };
    let before = json!({"office": "A", "badges": badges(&mut (0..20_000))});
    let replace = |list: Vec<Value>| {
        badge(before.clone(), json!({"op": "replace", "path": format!("{URN}:badges"), "value": list}))
    };
    assert_eq!(replace(badges(&mut (1..20_001))), Err("mutability".to_owned()));
    let fewer = replace(badges(&mut (1..20_000).rev())).unwrap();
    assert_eq!(fewer["badges"][0]["seal"], "19999");
}

#[test]
fn parts_that_are_lists_are_added_to() {
    check("card.doors", "add", json!(["x", "y"]), Ok(json!({"value": "c", "doors": ["x", "y"]})));
    check("card.doors", "add", json!([]), Ok(json!({"value": "c", "doors": ["x"]})));
    check("card.doors", "replace", json!("y"), Ok(json!({"value": "c", "doors": ["y"]})));
    check("card.doors", "remove", json!(["x"]), Ok(json!({"value": "c"})));
    let two = json!([{"value": "b", "label": "L", "doors": ["x", "y"]}]);
    check("badges[value eq \"b\"].doors", "add", json!(["y"]), Ok(two));
}

#[test]
fn an_extension_comes_with_all_that_it_requires() {
    let add = |value: Value| badge(json!(null), json!({"op": "add", "path": URN, "value": value}));
    assert_eq!(add(json!({"locker": "1"})), Err("invalidValue".to_owned()));
    assert_eq!(add(json!({"locker": "1", "office": "A"})), Ok(json!({"locker": "1", "office": "A"})));
    let remove = |path: &str| badge(json!({"office": "A"}), json!({"op": "remove", "path": path}));
    assert_eq!(remove(URN), Ok(json!(null)));
    assert_eq!(
        badge(json!({"office": "A", "locker": "1"}), json!({"op": "remove", "path": URN})),
        Err("mutability".to_owned())
    );
}

#[test]
fn a_required_part_is_missed_by_the_operation_that_leaves_it_out() {
    let parts = vec![Attribute::string("value", "").required(), Attribute::string("floor", "")];
    let attributes =
        vec![Attribute::complex("desk", "", parts.clone()), Attribute::complex("desks", "", parts).multi()];
    let schema = Schema { id: URN.to_owned(), name: String::new(), description: String::new(), attributes };
    let staffed = user_type().extended_by(schema, false);
    let refusal = |operation: Value| {
        let desks = json!({"desk": {"value": "1", "floor": "G"}, "desks": [{"value": "1"}]});
        let mut user = Resource::from_stored(object(json!({"userName": "ann", (URN): desks})));
        let title = json!({"op": "add", "path": "title", "value": "Boss"});
        let body = object(json!({"schemas": [PATCH_OP_URN], "Operations": [title, operation, title]}));
        let plan = PatchRequest::parse(body).and_then(|r| r.plan(&staffed, Options::default())).unwrap();
        plan.apply(&staffed, &mut user).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let path = |path: &str| format!("{URN}:{path}");
    let missing = |place: &str| {
        format!("operation 2: required attribute `{URN}:{place}` is missing; map it in the identity provider")
    };
    let remove = json!({"op": "remove", "path": path("desk.value")});
    assert_eq!(refusal(remove), missing("desk.value"));
    let second = json!({"op": "add", "path": path("desks"), "value": [{"floor": "1"}]});
    assert_eq!(refusal(second), missing("desks[1].value"));
    let other_part = json!({"op": "replace", "path": path("desk"), "value": {"floor": "1"}});
    assert_eq!(refusal(other_part), "", "a PATCH leaves the parts that it does not name");
}
