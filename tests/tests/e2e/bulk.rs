//! Many operations in one request (RFC 7644 section 3.7).

mod circles;
mod effects;
mod messages;
mod operations;
mod references;

use scimd_tests::{Answer, Client};
use serde_json::{Value, json};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The message of some operations.
pub(super) fn message(operations: Value) -> Value {
    json!({"schemas": [REQUEST], "Operations": operations})
}

/// A creation.
fn post(endpoint: &str, bulk_id: &str, data: Value) -> Value {
    json!({"method": "POST", "path": endpoint, "bulkId": bulk_id, "data": data})
}

/// An operation on a resource that is there.
fn on(method: &str, path: &str, data: Value) -> Value {
    json!({"method": method, "path": path, "data": data})
}

/// A deletion.
fn delete(path: &str) -> Value {
    json!({"method": "DELETE", "path": path})
}

/// Demands a BulkResponse and returns its operations.
#[track_caller]
fn done(answer: &Answer) -> Vec<Value> {
    let body = answer.status(200).json();
    assert!(answer.must_have("content-type").starts_with("application/scim+json"), "{answer}");
    assert_eq!(body["schemas"], json!([RESPONSE]), "{answer}");
    body["Operations"].as_array().unwrap_or_else(|| panic!("no operations in {answer}")).clone()
}

/// Sends operations and returns what became of each.
#[track_caller]
fn send(scim: &Client, operations: Value) -> Vec<Value> {
    done(&scim.post("/Bulk", &message(operations)))
}

/// The statuses of operations, each a text.
#[track_caller]
fn statuses(operations: &[Value]) -> Vec<&str> {
    operations
        .iter()
        .map(|one| one["status"].as_str().unwrap_or_else(|| panic!("no status in {one}")))
        .collect()
}

/// Demands that an operation has failed, and returns the detail of its error.
#[track_caller]
fn failed(operation: &Value, status: u16, scim_type: Option<&str>) -> String {
    let (text, error) = (status.to_string(), &operation["response"]);
    assert_eq!(operation["status"], text.as_str(), "{operation}");
    assert_eq!(error["schemas"], json!([ERROR]), "{operation}");
    assert_eq!(error["status"], text.as_str(), "{operation}");
    assert_eq!(error.get("scimType").and_then(Value::as_str), scim_type, "{operation}");
    assert!(operation.get("version").is_none(), "{operation}");
    if operation["method"] == "POST" {
        assert!(operation.get("location").is_none(), "{operation}");
    }
    error["detail"]
        .as_str()
        .filter(|detail| !detail.is_empty())
        .unwrap_or_else(|| panic!("{operation}"))
        .to_owned()
}

/// The id at the end of an operation's location, which leads to what was made.
#[track_caller]
fn made(scim: &Client, operation: &Value) -> String {
    assert_eq!(operation["status"], "201", "{operation}");
    let location = operation["location"].as_str().unwrap_or_else(|| panic!("no location in {operation}"));
    let (endpoint, id) = location.rsplit_once('/').unwrap();
    let (_, endpoint) = endpoint.rsplit_once('/').unwrap();
    let read = scim.get(&format!("/{endpoint}/{id}"));
    assert_eq!(read.status(200).at("/meta/location"), location);
    assert_eq!(operation["version"], read.must_have("etag"), "{operation}");
    id.to_owned()
}

/// How many resources of an endpoint there are.
fn count(scim: &Client, endpoint: &str) -> u64 {
    scim.get(&format!("{endpoint}?count=0")).json()["totalResults"].as_u64().unwrap()
}
