use super::*;
use crate::error::ScimType;
use serde_json::json;

fn parse(mut message: Value) -> Result<BulkRequest, BulkError> {
    let body = message.as_object_mut().map(std::mem::take).unwrap();
    BulkRequest::parse(body, 20)
}

fn message(operations: Value) -> Value {
    json!({"schemas": [BULK_REQUEST_URN], "Operations": operations})
}

fn resolved(operations: Value) -> BulkRequest {
    let mut bulk = parse(message(operations)).unwrap();
    bulk.resolve(|place| format!("id-{place}"));
    bulk
}

/// A POST of a group whose members are named.
fn group(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": format!("bulkId:{id}")})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": {"members": members}})
}

#[test]
fn keys_and_methods_are_read_in_any_case() {
    let bulk = parse(json!({
        "Schemas": [BULK_REQUEST_URN.to_uppercase()], "FAILONERRORS": 3, "operations": [
            {"Method": "delete", "Path": "/Users/x", "Version": "W/\"1\"", "other": 1},
        ],
    }));
    let operation = BulkOperation {
        method: Some(Method::Delete),
        method_text: Some("delete".to_owned()),
        path: "/Users/x".to_owned(),
        version: Some("W/\"1\"".to_owned()),
        ..BulkOperation::default()
    };
    assert_eq!(bulk, Ok(BulkRequest { fail_on_errors: Some(3), operations: vec![operation] }));
}

#[test]
fn what_is_no_bulk_message_is_refused_as_a_whole() {
    let one = json!([{"method": "DELETE", "path": "/Users/x"}]);
    let search = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
    let with = |fail_on_errors: Value| json!({"schemas": [BULK_REQUEST_URN], "failOnErrors": fail_on_errors, "Operations": one});
    for (body, error) in [
        (json!({"Operations": one}), BulkError::NotABulk),
        (json!({"schemas": [search], "Operations": one}), BulkError::NotABulk),
        (json!({"schemas": BULK_REQUEST_URN, "Operations": one}), BulkError::NotABulk),
        (json!({"schemas": [BULK_REQUEST_URN]}), BulkError::NoOperations),
        (message(json!([])), BulkError::NoOperations),
        (message(json!({})), BulkError::NoOperations),
        (message(json!(vec![json!({}); 21])), BulkError::TooMany { found: 21, most: 20 }),
        (message(json!([{}, "x"])), BulkError::NotAnObject { number: 2, found: "a string" }),
        (with(json!(0)), BulkError::FailOnErrors),
        (with(json!(-1)), BulkError::FailOnErrors),
        (with(json!(1.5)), BulkError::FailOnErrors),
        (with(json!("1")), BulkError::FailOnErrors),
        (message(json!([{"method": "POST", "Method": "PUT"}])), BulkError::Twice("method")),
    ] {
        assert_eq!(parse(body.clone()), Err(error), "{body}");
    }
    assert!(parse(with(json!(null))).is_ok());
}

#[test]
fn a_faulty_operation_has_a_fault_of_its_own() {
    let data = json!({"userName": "ann"});
    for (operation, fault) in [
        (json!({}), OperationFault::NoMethod),
        (json!({"method": "GET", "path": "/Users"}), OperationFault::UnknownMethod),
        (json!({"method": "DELETE"}), OperationFault::NoPath),
        (json!({"method": "POST", "path": "/Users", "data": data}), OperationFault::NoBulkId),
        (json!({"method": "POST", "path": "/Users", "bulkId": "", "data": data}), OperationFault::NoBulkId),
        (json!({"method": "POST", "path": "/Users", "bulkId": "a"}), OperationFault::NoData),
        (json!({"method": "PUT", "path": "/Users/x"}), OperationFault::NoData),
        (json!({"method": "PATCH", "path": "/Users/x", "data": []}), OperationFault::NoData),
        (json!({"method": "DELETE", "path": 5}), OperationFault::NotText { key: "path", found: "a number" }),
    ] {
        let bulk = resolved(json!([operation, {"method": "DELETE", "path": "/Users/y"}]));
        assert_eq!(bulk.operations[0].fault, Some(fault), "{operation}");
        assert_eq!(bulk.operations[1].fault, None);
        assert_eq!(bulk.units(), [[0], [1]]);
    }
    assert_eq!(OperationFault::UnknownMethod.scim_type(), None);
    assert_eq!(OperationFault::NoData.scim_type(), Some(ScimType::InvalidValue));
}

#[test]
fn references_are_found_wherever_they_stand() {
    let bulk = resolved(json!([
        {"method": "POST", "path": "/Users", "bulkId": "ann", "data": {"a": {"manager": "bulkId:bob"}}},
        {"method": "POST", "path": "/Users", "bulkId": "bob", "data": {"nickName": "not bulkId:ann"}},
        {"method": "PATCH", "path": "/Groups/BULKID:staff", "data": {"Operations": [{"value": ["bulkId:ann", "BulkID:bob"]}]}},
        {"method": "POST", "path": "/Groups", "bulkId": "staff", "data": {"members": [{"value": "bulkId:staff"}]}},
    ]));
    let [ann, bob, patch, staff] = &bulk.operations[..] else { panic!("{bulk:?}") };
    assert_eq!((&ann.data["a"]["manager"], &ann.refers_to[..]), (&json!("id-1"), &[1][..]));
    assert_eq!((&bob.data["nickName"], &bob.refers_to[..]), (&json!("not bulkId:ann"), &[][..]));
    assert_eq!((patch.path.as_str(), patch.path_is_reference), ("/Groups/id-3", true));
    assert_eq!(patch.data["Operations"][0]["value"], json!(["id-0", "id-1"]));
    assert_eq!(patch.refers_to, [0, 1, 3]);
    assert_eq!((&staff.data["members"][0]["value"], &staff.refers_to[..]), (&json!("id-3"), &[][..]));
    assert_eq!(bulk.units(), [[1], [0], [3], [2]]);
}

#[test]
fn references_are_found_in_filters_and_at_the_end_of_uris() {
    let bulk = resolved(json!([
        group("a", &[]),
        {"method": "PATCH", "path": "/Groups/x", "data": {"Operations": [
            {"op": "remove", "path": "members[value eq \"bulkId:a\" or value eq \"b\"]"},
            {"op": "add", "path": "members", "value": [{"$ref": "https://h/Groups/bulkId:a"}, {"value": " bulkId:a "}]},
        ]}},
        {"method": "PUT", "path": "/Users/x", "data": {"path": "\"bulkId:a", "note": "/bulkId:a", "title": "\"bulkId:a\""}},
        {"method": "PATCH", "path": "/Groups/x", "data": {"Operations": [{"path": "members[value eq \"bulkId:no\"]"}]}},
    ]));
    let operations = &bulk.operations[1].data["Operations"];
    assert_eq!(operations[0]["path"], "members[value eq \"id-0\" or value eq \"b\"]");
    assert_eq!(operations[1]["value"], json!([{"$ref": "https://h/Groups/id-0"}, {"value": "id-0"}]));
    assert_eq!(bulk.operations[1].refers_to, [0]);
    assert_eq!(bulk.operations[2].data["note"], "/bulkId:a");
    assert_eq!(bulk.operations[2].data["title"], "\"bulkId:a\"");
    assert_eq!(bulk.operations[3].fault, Some(OperationFault::Undefined("no".to_owned())));
}

#[test]
fn who_refers_waits_and_nobody_is_hurried() {
    let delete = |id: &str| json!({"method": "DELETE", "path": format!("/Users/{id}")});
    let user = |id: &str| json!({"method": "POST", "path": "/Users", "bulkId": id, "data": {}});
    let bulk = resolved(json!([group("staff", &["new"]), delete("old"), user("new"), delete("x")]));
    assert_eq!(bulk.units(), [[1], [2], [0], [3]]);
}

#[test]
fn the_place_of_a_reference_is_told() {
    let first = |body: Value| first_reference(body.as_object().unwrap());
    assert_eq!(first(json!({"a": [1, {"b": "bulkid:x"}]})).as_deref(), Some("a[1].b"));
    assert_eq!(first(json!({"a": "b", "c": "bulkId:x"})).as_deref(), Some("c"));
    let patch = json!({"Operations": [{"path": "x"}, {"path": "members[value eq \"bulkId:x\"]"}]});
    assert_eq!(first(patch).as_deref(), Some("Operations[1].path"));
    assert_eq!(first(json!({"members": [{"$ref": "/Users/bulkId:x"}]})).as_deref(), Some("members[0].$ref"));
    assert_eq!(first(json!({"bulkId:x": ["bulkId", "äbulkId:x"]})), None);
}

#[test]
fn references_to_nothing_and_to_several_are_faults() {
    let bulk = resolved(json!([
        group("a", &["nobody"]),
        group("twin", &[]),
        group("twin", &[]),
        group("b", &["twin"]),
        {"method": "PUT", "path": "/Users/x", "bulkId": "put", "data": {}},
        group("c", &["put"]),
    ]));
    let faults: Vec<_> = bulk.operations.iter().map(|operation| operation.fault.clone()).collect();
    let undefined = |id: &str| Some(OperationFault::Undefined(id.to_owned()));
    let shared = Some(OperationFault::SharedBulkId("twin".to_owned()));
    let expected = [undefined("nobody"), shared.clone(), shared, undefined("twin"), None, undefined("put")];
    assert_eq!(faults, expected);
}

#[test]
fn circles_are_units_and_come_after_what_they_refer_to() {
    let bulk = resolved(json!([
        group("outside", &["a"]),
        group("a", &["b"]),
        group("b", &["c", "user"]),
        group("c", &["a"]),
        group("user", &[]),
        group("last", &[]),
    ]));
    assert_eq!(bulk.units(), [vec![4], vec![1, 2, 3], vec![0], vec![5]]);
}

#[test]
fn units_keep_every_operation_once_and_after_what_it_refers_to() {
    // A fixed linear congruence draws the references.
    let mut seed = 1_u64;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..200 {
        let count = 1 + draw(12);
        let edges = draw(2 * count);
        let mut operations = vec![BulkOperation::default(); count];
        for _ in 0..edges {
            let (from, to) = (draw(count), draw(count));
            operations[from].refers_to.push(to);
        }
        let units = BulkRequest { fail_on_errors: None, operations: operations.clone() }.units();
        let mut reach: Vec<Vec<bool>> =
            operations.iter().map(|o| (0..count).map(|to| o.refers_to.contains(&to)).collect()).collect();
        for via in 0..count {
            for from in 0..count {
                for to in 0..count {
                    reach[from][to] |= reach[from][via] && reach[via][to];
                }
            }
        }
        let mut unit_of = vec![usize::MAX; count];
        units.iter().enumerate().for_each(|(at, unit)| unit.iter().for_each(|&place| unit_of[place] = at));
        assert_eq!(units.iter().map(Vec::len).sum::<usize>(), count);
        for from in 0..count {
            for to in (0..count).filter(|&to| to != from) {
                assert_eq!(unit_of[from] == unit_of[to], reach[from][to] && reach[to][from]);
                assert!(!reach[from][to] || unit_of[to] <= unit_of[from], "{operations:?}");
            }
        }
    }
}
