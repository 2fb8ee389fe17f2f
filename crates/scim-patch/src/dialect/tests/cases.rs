//! The table of dialects: what a client sends, and what it leaves.

use crate::PATCH_OP_URN;
use crate::dialect::*;
use Sent::{Body, Message, OnAnn, OnEmpty, OnGroup};
use scim_core::schema::{ENTERPRISE_USER_URN, USER_URN};
use serde_json::{Value, json};

/// What a client sends.
pub(super) enum Sent {
    /// Operations on a user with a bit of everything.
    OnAnn(Value),
    /// Operations on a user with nothing but a name.
    OnEmpty(Value),
    /// Operations on a group of `a` and `b`.
    OnGroup(Value),
    /// A whole PATCH message on the user with a bit of everything.
    Message(Value),
    /// The body of a POST or PUT of a user, without what every user has.
    Body(Value),
}

/// What is sent, and what it leaves at a JSON pointer of the resource.
pub(super) struct Case {
    pub(super) dialect: &'static str,
    pub(super) sent: Sent,
    pub(super) pointer: String,
    pub(super) left: Value,
}

fn case(dialect: &'static str, sent: Sent, pointer: &str, left: Value) -> Case {
    Case { dialect, sent, pointer: pointer.replace("E:", ENTERPRISE_USER_URN), left }
}

/// The table: at least one case for each dialect.
pub(super) fn cases() -> Vec<Case> {
    let e = |name: &str| format!("{ENTERPRISE_USER_URN}:{name}");
    let role = json!({"id": "06b0", "value": "admin", "displayName": "The admin"}).to_string();
    let set = |path: &str, value: Value| json!([{"op": "replace", "path": path, "value": value}]);
    let keys = |value: Value| json!([{"op": "replace", "value": value}]);
    let remove = |path: &str, value: Value| json!([{"op": "remove", "path": path, "value": value}]);
    let title = json!([{"op": "replace", "path": "title", "value": "Boss"}]);
    let home = json!([{"value": "ann@home.test", "type": "home"}]);
    let boss = || json!("Boss");
    vec![
        case(OP_CASE, OnAnn(json!([{"op": "Replace", "path": "title", "value": "Boss"}])), "/title", boss()),
        case(OP_CASE, OnAnn(json!([{"op": "REMOVE", "path": "name"}])), "/name", json!(null)),
        case(NAME_CASE, Message(json!({"schemas": [PATCH_OP_URN], "operations": title})), "/title", boss()),
        case(NAME_CASE, Message(json!({"Schemas": [PATCH_OP_URN], "Operations": title})), "/title", boss()),
        case(NAME_CASE, OnAnn(json!([{"Op": "add", "path": "title", "value": "Boss"}])), "/title", boss()),
        case(NAME_CASE, OnAnn(json!([{"op": "add", "Path": "title", "Value": "Boss"}])), "/title", boss()),
        case(NAME_CASE, OnAnn(keys(json!({"Title": "Boss"}))), "/title", boss()),
        case(NAME_CASE, OnAnn(set("Title", boss())), "/title", boss()),
        case(NAME_CASE, OnAnn(set("name.GivenName", json!("Anna"))), "/name/givenName", json!("Anna")),
        case(
            NAME_CASE,
            OnAnn(set("emails[type eq \"home\"].Value", json!("x"))),
            "/emails/1/value",
            json!("x"),
        ),
        case(NAME_CASE, OnAnn(set("name", json!({"GivenName": "Anna"}))), "/name/givenName", json!("Anna")),
        case(
            NAME_CASE,
            OnAnn(set(ENTERPRISE_USER_URN, json!({"Division": "D"}))),
            "/E:/division",
            json!("D"),
        ),
        case(NAME_CASE, Body(json!({"DisplayName": "Ann"})), "/displayName", json!("Ann")),
        case(NAME_CASE, Body(json!({"emails": [{"Value": "x"}]})), "/emails/0/value", json!("x")),
        case(NAME_CASE, Body(json!({ENTERPRISE_USER_URN: {"Division": "D"}})), "/E:/division", json!("D")),
        case(DOTTED_KEY, OnAnn(keys(json!({"name.givenName": "Anna"}))), "/name/givenName", json!("Anna")),
        case(
            DOTTED_KEY,
            OnAnn(set(ENTERPRISE_USER_URN, json!({"manager.value": "m2"}))),
            "/E:/manager",
            json!({"value": "m2"}),
        ),
        case(DOTTED_KEY, Body(json!({"name.givenName": "Anna"})), "/name", json!({"givenName": "Anna"})),
        case(URN_KEY, OnAnn(keys(json!({e("department"): "Sales"}))), "/E:/department", json!("Sales")),
        case(URN_KEY, OnAnn(keys(json!({format!("{USER_URN}:title"): "Boss"}))), "/title", boss()),
        case(URN_KEY, Body(json!({e("department"): "Sales"})), "/E:/department", json!("Sales")),
        case(
            FILTER_KEY,
            OnAnn(keys(json!({"emails[type eq \"home\"].value": "x"}))),
            "/emails/1",
            json!({"value": "x", "type": "home"}),
        ),
        case(CORE_URN, OnAnn(set(USER_URN, json!({"title": "Boss"}))), "/title", boss()),
        case(CORE_URN, OnAnn(keys(json!({USER_URN: {"title": "Boss", "id": "x"}}))), "/title", boss()),
        case(EXTENSION_NAME, OnAnn(set("department", json!("Sales"))), "/E:/department", json!("Sales")),
        case(
            REMOVE_LISTED,
            OnAnn(remove("emails", json!([{"value": "ann@contoso.test"}]))),
            "/emails",
            home.clone(),
        ),
        case(
            REMOVE_LISTED,
            OnGroup(remove("members", json!([{"$ref": null, "value": "a"}, {"value": "x"}]))),
            "/members",
            json!([{"value": "b"}]),
        ),
        case(REMOVE_OLD_VALUE, OnAnn(remove("active", json!("whatever"))), "/active", json!(null)),
        case(
            REMOVE_OLD_VALUE,
            OnAnn(remove("emails[type eq \"work\"].value", json!("ann@contoso.test"))),
            "/emails",
            home,
        ),
        case(
            REMOVE_OLD_VALUE,
            OnGroup(remove("members[value eq \"a\"]", json!([{"value": "a"}]))),
            "/members",
            json!([{"value": "b"}]),
        ),
        case(REMOVE_KEYS, OnAnn(json!([{"op": "remove", "value": {"name": null}}])), "/name", json!(null)),
        case(
            MISSING_ELEMENT,
            OnEmpty(set("emails[type eq \"work\"].value", json!("x"))),
            "/emails",
            json!([{"type": "work", "value": "x"}]),
        ),
        case(
            APP_ROLE_JSON,
            OnEmpty(json!([{"op": "add", "path": "roles", "value": [{"value": role}]}])),
            "/roles",
            json!([{"value": "admin", "display": "The admin"}]),
        ),
        case(
            MEMBER_REF,
            OnGroup(set("members", json!([{"$ref": "https://scim.test/v2/Users/c"}, {"$ref": "d/"}]))),
            "/members",
            json!([{"value": "c"}, {"value": "d"}]),
        ),
        case(
            FOREIGN_SCHEMA,
            OnAnn(keys(json!({"schemas": [USER_URN, "urn:x:y"], "title": "Boss"}))),
            "/title",
            boss(),
        ),
        case(
            FOREIGN_SCHEMA,
            OnAnn(set("schemas", json!(["urn:x:y"]))),
            "/schemas",
            json!([USER_URN, ENTERPRISE_USER_URN]),
        ),
        case(FOREIGN_SCHEMA, Body(json!({"schemas": [USER_URN, "urn:x:y"]})), "/schemas", json!([USER_URN])),
        case(STRING_BOOLEAN, OnAnn(set("active", json!("False"))), "/active", json!(false)),
        case(
            STRING_BOOLEAN,
            OnEmpty(json!([{"op": "add", "path": "roles[primary eq \"True\"].value", "value": "admin"}])),
            "/roles",
            json!([{"primary": true, "value": "admin"}]),
        ),
        case(
            STRING_BOOLEAN,
            OnAnn(set("emails[primary eq \"True\"].value", json!("x"))),
            "/emails/0/value",
            json!("x"),
        ),
        case(STRING_BOOLEAN, Body(json!({"active": "True"})), "/active", json!(true)),
        case(EMPTY_STRING, OnAnn(set("name.givenName", json!(""))), "/name", json!({"familyName": "Lee"})),
        case(EMPTY_STRING, OnAnn(set(&e("manager"), json!(""))), "/E:", json!({"department": "R&D"})),
        case(EMPTY_STRING, OnAnn(set(ENTERPRISE_USER_URN, json!(""))), "/E:", json!(null)),
        case(EMPTY_STRING, Body(json!({"title": "", "emails": "", "name": ""})), "/title", json!(null)),
        case(EMPTY_STRING, Body(json!({ENTERPRISE_USER_URN: ""})), "/E:", json!(null)),
        case(BARE_VALUE, OnAnn(set(&e("manager"), json!("m2"))), "/E:/manager", json!({"value": "m2"})),
        case(
            BARE_VALUE,
            OnGroup(set("members", json!(["b", "c"]))),
            "/members",
            json!([{"value": "b"}, {"value": "c"}]),
        ),
        case(
            BARE_VALUE,
            Body(json!({ENTERPRISE_USER_URN: {"manager": "m2"}})),
            "/E:/manager/value",
            json!("m2"),
        ),
        case(
            STRINGIFIED_JSON,
            OnAnn(set("name", json!("{\"givenName\": null, \"middleName\": \"B\"}"))),
            "/name",
            json!({"familyName": "Lee", "middleName": "B"}),
        ),
        case(
            STRINGIFIED_JSON,
            Body(json!({"roles": "[{\"value\": \"r\"}]"})),
            "/roles",
            json!([{"value": "r"}]),
        ),
        case(LIST_OF_ONE, OnAnn(set("title", json!(["Boss"]))), "/title", boss()),
        case(
            LIST_OF_ONE,
            OnAnn(set(&e("manager"), json!([{"value": "m2"}]))),
            "/E:/manager/value",
            json!("m2"),
        ),
        case(LIST_OF_ONE, Body(json!({"name": [{"givenName": "Ann"}]})), "/name/givenName", json!("Ann")),
        case(SINGLE_AS_LIST, OnAnn(set("emails", json!({"value": "x"}))), "/emails", json!([{"value": "x"}])),
        case(
            SINGLE_AS_LIST,
            OnGroup(set("members", json!({"value": "c"}))),
            "/members",
            json!([{"value": "c"}]),
        ),
        case(SINGLE_AS_LIST, Body(json!({"emails": {"value": "x"}})), "/emails", json!([{"value": "x"}])),
    ]
}
