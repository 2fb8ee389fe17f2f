//! Bodies, as an identity provider sends them.

use serde_json::{Value, json};

/// The schema of users.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of users.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The extension of users in `fixtures/schemas/contoso-user.json`.
pub const CONTOSO: &str = "urn:ietf:params:scim:schemas:extension:contoso:2.0:User";
/// The schema of devices in `fixtures/schemas/device.json`.
pub const DEVICE: &str = "urn:contoso:params:scim:schemas:2.0:Device";

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

/// A device, for servers that were started with [`definition`] `device`.
pub fn device(serial: &str) -> Value {
    json!({"schemas": [DEVICE], "serialNumber": serial})
}

/// A definition file of `fixtures/schemas`, by its name without `.json`.
///
/// # Panics
/// When there is no such file.
pub fn definition(name: &str) -> String {
    let path = format!("{}/fixtures/schemas/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A search message with some parameters.
pub fn search(mut parameters: Value) -> Value {
    parameters["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]);
    parameters
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
