//! What can be wrong with definition files, fault by fault.

use super::{device, load};
use crate::schema::ENTERPRISE_USER_URN;
use serde_json::{Value, json};

/// What is wrong with one file, fault by fault.
fn faults(content: &Value) -> Vec<String> {
    let said = load(&[("f", content.to_string())]).unwrap_err();
    said.lines().map(|line| line.strip_prefix("f: at ").unwrap().to_owned()).collect()
}

/// A good schema, followed by a resource type that is to be looked at.
fn typed(resource_type: &Value) -> Value {
    json!([{"id": "urn:x:Device", "name": "Device", "attributes": [
        {"name": "serial"}, {"name": "weight", "type": "decimal"}, {"name": "pin", "returned": "never"},
        {"name": "site", "type": "complex", "subAttributes": [
            {"name": "city"}, {"name": "photo", "type": "binary"}]},
    ]}, resource_type])
}

#[track_caller]
fn check(content: &Value, expected: &[&str]) {
    assert_eq!(faults(content), expected, "{content}");
}

#[track_caller]
fn check_attribute(attribute: Value, expected: &[&str]) {
    let all: Vec<String> = expected.iter().map(|fault| format!("[0].attributes[0].{fault}")).collect();
    assert_eq!(faults(&device(&json!([attribute]))), all, "{attribute}");
}

#[test]
fn faults_of_attributes() {
    check_attribute(json!({"type": "string"}), &["name: is missing"]);
    check_attribute(
        json!({"name": "a", "mutabilty": 1}),
        &["mutabilty: is not defined; did you mean `mutability`?"],
    );
    check_attribute(
        json!({"name": "1st"}),
        &["name: `1st` is no name: an attribute name starts with a letter and holds letters, digits, `-` \
             and `_` only"],
    );
    check_attribute(
        json!({"name": 1, "type": 2, "multiValued": "yes", "canonicalValues": "a", "caseExact": 0}),
        &[
            "name: takes a string, not a number",
            "type: takes a string, not a number",
            "multiValued: takes true or false, not a string",
            "canonicalValues: takes a list, not a string",
            "caseExact: takes true or false, not a number",
        ],
    );
    check_attribute(
        json!({
            "name": "a", "type": "datetime", "mutability": "readonly", "returned": "no", "uniqueness": "sever",
        }),
        &[
            "type: takes one of `string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference`, \
             `complex`, not `datetime`; did you mean `dateTime`?",
            "mutability: takes one of `readOnly`, `readWrite`, `immutable`, `writeOnly`, not `readonly`; \
             did you mean `readOnly`?",
            "returned: takes one of `always`, `never`, `default`, `request`, not `no`",
            "uniqueness: takes one of `none`, `server`, `global`, not `sever`; did you mean `server`?",
        ],
    );
    check_attribute(
        json!({"name": "a", "canonicalValues": ["x", 1]}),
        &["canonicalValues[1]: takes a string, not a number"],
    );
    check_attribute(
        json!({"name": "a", "type": "boolean", "canonicalValues": ["x"], "referenceTypes": ["User"]}),
        &[
            "referenceTypes: belongs to attributes of type `reference` only",
            "canonicalValues: belongs to attributes of type `string` or `reference` only",
        ],
    );
    check_attribute(
        json!({"name": "$ref", "type": "reference"}),
        &["name: `$ref` is the name of a sub-attribute of type `reference`"],
    );
}

#[test]
fn faults_of_complex_attributes() {
    let belongs = "subAttributes: belongs to attributes of type `complex` only";
    let missing = "subAttributes: is missing; a complex attribute has at least one";
    check_attribute(json!({"name": "a", "subAttributes": [{"name": "b"}]}), &[belongs]);
    check_attribute(json!({"name": "a", "type": "complex"}), &[missing]);
    check_attribute(json!({"name": "a", "type": "complex", "subAttributes": []}), &[missing]);
    let sub = |part: Value| json!({"name": "a", "type": "complex", "subAttributes": [{"name": "x"}, part]});
    check_attribute(
        sub(json!({"name": "b", "type": "complex", "subAttributes": [{"name": "c"}]})),
        &["subAttributes[1].type: a sub-attribute cannot be complex (RFC 7643 section 2.3.8)"],
    );
    check_attribute(
        sub(json!({"name": "X"})),
        &["subAttributes[1].name: `X` is defined twice (case does not count)"],
    );
    check_attribute(sub(json!("x")), &["subAttributes[1]: takes an object, not a string"]);
    check_attribute(
        sub(json!({"name": "$ref"})),
        &["subAttributes[1].name: `$ref` is the name of a sub-attribute of type `reference`"],
    );
    check_attribute(
        sub(json!({"name": "b", "uniqueness": "server"})),
        &["subAttributes[1].uniqueness: a sub-attribute cannot be unique"],
    );
}

#[test]
fn characteristics_that_contradict_each_other() {
    check_attribute(
        json!({"name": "a", "mutability": "readOnly", "required": true}),
        &["required: clients cannot set a readOnly attribute, so none can be required"],
    );
    let hidden = "returned: must be `never` for a writeOnly attribute";
    check_attribute(json!({"name": "a", "mutability": "writeOnly"}), &[hidden]);
    check_attribute(json!({"name": "a", "mutability": "writeOnly", "returned": "request"}), &[hidden]);
    let unique = |more: Value, reason: &str| {
        let mut attribute = json!({"name": "a", "uniqueness": "server"});
        attribute.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        check_attribute(attribute, &[format!("uniqueness: {reason}").as_str()]);
    };
    unique(json!({"returned": "never"}), "what is never returned is not kept and cannot be unique");
    unique(json!({"multiValued": true}), "a multi-valued attribute cannot be unique");
    let simple = "only attributes of type `string`, `reference` or `integer` can be unique";
    unique(json!({"type": "boolean"}), simple);
    unique(json!({"type": "complex", "subAttributes": [{"name": "b"}]}), simple);
}

#[test]
fn faults_of_schemas() {
    let schema = |more: Value| {
        let mut content = device(&json!([{"name": "a"}]));
        content[0].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        content
    };
    let no_schema = "[1].schema: no schema `urn:x:Device` is defined";
    check(
        &schema(json!({"id": null, "name": ""})),
        &["[0].id: is missing", "[0].name: is missing", no_schema],
    );
    check(&schema(json!({"atributes": []})), &["[0].atributes: is not defined; did you mean `attributes`?"]);
    for bad in ["Device", "http://x/y", "urn:x", "urn::x:y", "urn:x:", "urn:x:a b", "urn:x:a[b"] {
        let reason = format!("[0].id: takes a URN such as `urn:example:2.0:Device`, not `{bad}`");
        check(&schema(json!({"id": bad})), &[reason.as_str(), no_schema]);
    }
    check(
        &schema(json!({"id": format!("urn:x:{}", "y".repeat(300))})),
        &["[0].id: is longer than 256 bytes", no_schema],
    );
    let message = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    check(
        &schema(json!({"id": message})),
        &[format!("[0].id: `{message}` names a message of RFC 7644").as_str(), no_schema],
    );
    for taken in
        ["urn:ietf:params:scim:schemas:CORE:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Schema"]
    {
        let reason = format!(
            "[0].id: `{taken}` is there already and cannot be defined again; extend it with a schema of your \
             own"
        );
        check(&schema(json!({"id": taken})), &[reason.as_str(), no_schema]);
    }
    check(
        &schema(json!({"attributes": []})),
        &["[0].attributes: is empty; a schema defines at least one attribute"],
    );
    check(&schema(json!({"attributes": {}})), &["[0].attributes: takes a list, not an object"]);
    let many: Vec<Value> = (0..1001).map(|i| json!({"name": format!("a{i}")})).collect();
    assert!(load(&[("f", device(&json!(many[..1000])).to_string())]).is_ok());
    check(&device(&json!(many)), &["[0].attributes: holds 1001 attributes; a schema has at most 1000"]);
}

#[test]
fn schemas_that_do_not_fit_together() {
    let schema = |id: &str| json!({"id": id, "name": "S", "attributes": [{"name": "a"}]});
    check(
        &json!([
            schema("urn:x:s"), schema("URN:x:S"),
            {"name": "User", "schemaExtensions": [{"schema": "urn:x:s"}]},
        ]),
        &["[1].id: `URN:x:S` is defined twice (case does not count)"],
    );
    check(&schema("urn:x:s"), &["id: is used by no resource type; name it in the `schemaExtensions` of one"]);
    let names = json!([
        {"name": "schemas"}, {"name": "ID"}, {"name": "externalId"}, {"name": "members"}, {"name": "x"},
    ]);
    let own = |i: usize, name: &str| {
        format!("[0].attributes[{i}].name: `{name}` is an attribute of the server's own; choose another name")
    };
    let expected = [own(0, "schemas"), own(1, "ID"), own(2, "externalId"), own(3, "members")];
    check(&device(&names), &expected.each_ref().map(String::as_str));
    let extension = json!([
        {"id": "urn:x:s", "name": "S", "attributes": names},
        {"name": "User", "schemaExtensions": [{"schema": "urn:x:s"}]},
    ]);
    assert!(load(&[("f", extension.to_string())]).is_ok(), "an extension has its own names");
    check(
        &json!([
            schema("urn:x:s"), schema("urn:x:s:a"), schema("urn:x:s:b"),
            {"name": "User", "schemaExtensions": [
                {"schema": "urn:x:s:a"}, {"schema": "urn:x:s"}, {"schema": "urn:x:s:b"}]},
        ]),
        &["[3].schemaExtensions[1].schema: `urn:x:s:a` reads as the attribute `a` of `urn:x:s`"],
    );
}

#[test]
fn faults_of_resource_types() {
    let of = |more: Value| {
        let mut draft = json!({"name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device"});
        draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        typed(&draft)
    };
    check(
        &of(json!({"id": "Other", "enpoint": 1})),
        &[
            "[1].enpoint: is not defined; did you mean `endpoint`?",
            "[1].id: is the name of the resource type, `Device`, or absent",
        ],
    );
    let name = |name: &str, reason: &str| {
        check(&of(json!({"name": name})), &[format!("[1].name: {reason}").as_str()]);
    };
    name("user", "write `User` to add to the built-in type");
    name("schema", "`schema` is a resource type of the server's own");
    let endpoint = |text: &str, reason: &str| {
        check(&of(json!({"endpoint": text})), &[format!("[1].endpoint: {reason}").as_str()]);
    };
    for own in ["/Me", "/bulk", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/.search"] {
        endpoint(own, &format!("`{own}` is an endpoint of the server's own"));
    }
    endpoint("/USERS", "`/USERS` is the endpoint of User already (case does not count)");
    for bad in ["Devices", "/", "/a/b", "/a b", "/ä", "/..", "/a?b", "//a"] {
        let form = "takes a slash and one name of letters, digits, `-`, `.`, `_` and `~`, such as `/Devices`";
        endpoint(bad, &format!("{form}, not `{bad}`"));
    }
    check(
        &of(json!({"endpoint": null, "schema": ""})),
        &["[1].endpoint: is missing", "[1].schema: is missing"],
    );
    let schema = |urn: &str, reason: &str| {
        check(&of(json!({"schema": urn})), &[format!("[1].schema: {reason}").as_str()]);
    };
    schema("urn:x:Devise", "no schema `urn:x:Devise` is defined; did you mean `urn:x:Device`?");
    schema("urn:ietf:params:scim:schemas:core:2.0:Group", "only Group has members; use a schema of your own");
    schema(
        ENTERPRISE_USER_URN,
        &format!("`{ENTERPRISE_USER_URN}` is an extension and cannot be a core schema as well"),
    );
    let again = json!({"name": "DEVICE", "endpoint": "/devices", "schema": "urn:x:device"});
    let mut twice = of(json!({}));
    twice.as_array_mut().unwrap().push(again);
    check(
        &twice,
        &[
            "[2].name: a resource type `DEVICE` is defined twice (case does not count)",
            "[2].endpoint: `/devices` is the endpoint of Device already (case does not count)",
        ],
    );
}

#[test]
fn one_fault_hides_no_other() {
    check(
        &typed(&json!({
            "name": "Device", "endpoint": "Devices", "schema": "urn:x:other", "indexes": ["a", 1],
            "schemaExtensions": [{"schema": "urn:y:nothing"}],
        })),
        &[
            "[1].indexes[1]: takes a string, not a number",
            "[1].endpoint: takes a slash and one name of letters, digits, `-`, `.`, `_` and `~`, such as \
             `/Devices`, not `Devices`",
            "[1].schema: no schema `urn:x:other` is defined",
            "[1].schemaExtensions[0].schema: no schema `urn:y:nothing` is defined",
        ],
    );
}

#[test]
fn faults_of_extensions() {
    let extensions = |list: Value| {
        typed(&json!({
            "name": "Device", "endpoint": "/Devices", "schema": "urn:x:Device", "schemaExtensions": list,
        }))
    };
    check(
        &extensions(json!([{"schema": "urn:x:Devic"}, {"required": "no"}, 1, {"schema": "urn:x:Device"}])),
        &[
            "[1].schemaExtensions[1].required: takes true or false, not a string",
            "[1].schemaExtensions[1].schema: is missing",
            "[1].schemaExtensions[2]: takes an object, not a number",
            "[1].schemaExtensions[0].schema: no schema `urn:x:Devic` is defined; did you mean `urn:x:Device`?",
            "[1].schemaExtensions[3].schema: `urn:x:Device` is the core schema of a resource type and cannot \
             be an extension as well",
        ],
    );
    let twice = json!([{"schema": ENTERPRISE_USER_URN}, {"schema": ENTERPRISE_USER_URN.to_uppercase()}]);
    check(&extensions(twice), &["[1].schemaExtensions[1].schema: is listed twice (case does not count)"]);
    check(
        &json!({"name": "User", "endpoint": "/People", "schema": "urn:x:y", "schemaExtensions": []}),
        &[
            "schema: the core schema of User is `urn:ietf:params:scim:schemas:core:2.0:User`; leave the key \
             out, or extend it",
            "endpoint: the endpoint of User is `/Users`; leave the key out",
        ],
    );
}

#[test]
fn faults_of_indexes() {
    let index = |path: &str, reason: &str| {
        let draft = json!({
            "name": "Device", "endpoint": "/D", "schema": "urn:x:Device", "indexes": ["serial", path],
        });
        check(&typed(&draft), &[format!("[1].indexes[1]: {reason}").as_str()]);
    };
    index("seriel", "unknown attribute `seriel` on Device; did you mean `serial`?");
    index(
        "a b",
        "`a b` is no path of an attribute: an attribute name starts with a letter and holds letters, digits, \
         `-` and `_` only",
    );
    index("weight", "no index is kept for `weight`, which holds a number");
    index("site.photo", "no index is kept for `site.photo`, which holds base64 text");
    index("site", "`site` has no `value`; name one of its parts, such as `site.city`");
    index("pin", "`pin` is never returned and not kept, so that nothing can be found by it");
    check(
        &json!({"name": "User", "indexes": [ENTERPRISE_USER_URN, 5]}),
        &[
            "indexes[1]: takes a string, not a number",
            format!("indexes[0]: `{ENTERPRISE_USER_URN}` is a whole extension; name one of its attributes")
                .as_str(),
        ],
    );
}

#[test]
fn a_fault_of_a_schema_is_not_told_again_where_it_is_used() {
    let content = json!([
        {"id": "urn:x:s", "name": "S", "attributes": [{"nam": "badge"}]},
        {"name": "User", "schemaExtensions": [{"schema": "urn:x:s"}],
         "indexes": ["urn:x:s:badge", "passwort", "password"]},
    ]);
    check(
        &content,
        &[
            "[0].attributes[0].nam: is not defined; did you mean `name`?",
            "[0].attributes[0].name: is missing",
            "[1].indexes[2]: `password` is never returned and not kept, so that nothing can be found by it",
        ],
    );
}
