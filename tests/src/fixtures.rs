//! Bodies, as an identity provider sends them.

use serde_json::{Value, json};

/// A user with the attributes that the setup guide maps (demand B13).
pub fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "externalId": format!("ext-{name}"),
        "active": true,
        "displayName": format!("User {name}"),
        "name": {"givenName": "Given", "familyName": format!("Family {name}")},
        "emails": [{"type": "work", "primary": true, "value": format!("{name}@contoso.test")}],
    })
}

/// A group with members, by id.
pub fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name,
        "members": members,
    })
}

/// A PATCH of some operations.
pub fn patch(operations: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

/// A PATCH that sets one attribute.
pub fn replace(path: &str, value: Value) -> Value {
    patch(json!([{"op": "replace", "path": path, "value": value}]))
}

/// A PATCH that adds members, by id.
pub fn add_members(ids: &[&str]) -> Value {
    let members: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
    patch(json!([{"op": "add", "path": "members", "value": members}]))
}

/// A PATCH that removes a member, as Entra does it.
pub fn remove_member(id: &str) -> Value {
    patch(json!([{"op": "Remove", "path": "members", "value": [{"value": id}]}]))
}

/// A policy whose one rule blocks the members of a group.
pub fn block_rule(group_name: &str) -> Value {
    json!({
        "combining": "first_applicable",
        "default_action": "ALLOW",
        "rules": [{"name": "No OpenAI", "conditions": {"user_groups": [group_name]}, "action": {"type": "BLOCK"}}],
    })
}
