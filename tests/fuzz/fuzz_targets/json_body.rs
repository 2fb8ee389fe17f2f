//! No body brings the strict JSON reader or the reader of resources down, and what was read once reads as
//! the same again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_core::schema::ResourceType;
use scim_core::value::Rules;
use scim_core::{Projection, SearchRequest, SortBy, json};
use scimd_fuzz::{GROUP, USER};
use serde_json::{Map, Value};

fuzz_target!(|body: &[u8]| {
    let value = match json::from_slice(body) {
        Ok(value) => value,
        Err(error) => return assert_eq!(error.to_string().lines().count(), 1),
    };
    let lenient = serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    assert_eq!(lenient.ok().as_ref(), Some(&value));
    assert_eq!(json::from_slice(value.to_string().as_bytes()).as_ref(), Ok(&value));

    let Value::Object(object) = value else { return };
    if let Ok(search) = SearchRequest::parse(object.clone()) {
        let _ = Projection::parse_lists(&search.attributes, &search.excluded_attributes, &USER);
    }
    for resource_type in [&*USER, &*GROUP] {
        for strict in [true, false] {
            let rules = Rules { reject_unknown: strict, reject_foreign_schemas: strict };
            check(resource_type, object.clone(), rules);
        }
        show(resource_type, &object);
    }
});

fn check(resource_type: &ResourceType, body: Map<String, Value>, rules: Rules) {
    let reading = match resource_type.read(body, rules) {
        Ok(reading) => reading,
        Err(faults) => return assert!(!faults.to_string().is_empty()),
    };
    let kept = reading.resource.attributes().clone();
    assert!(!kept.contains_key("password"));
    let again =
        resource_type.read(kept.clone(), Rules { reject_unknown: true, reject_foreign_schemas: true });
    let again = again.unwrap_or_else(|faults| panic!("{faults}: {}", Value::from(kept.clone())));
    assert_eq!(*again.resource.attributes(), kept);
    assert!(again.findings.dialects.is_empty(), "{:?}", again.findings.dialects);
    show(resource_type, &kept);
}

/// Any object at all can be sorted and projected.
fn show(resource_type: &ResourceType, attributes: &Map<String, Value>) {
    for path in ["displayName", "externalId", "meta.created", "schemas", "members", "emails", "active"] {
        let _ = SortBy::parse(path, resource_type).map(|by| by.key(attributes));
    }
    let few = Some("displayName,emails.value,members.value,manager,meta.version");
    let some = Some("emails[type eq \"work\"].value,members[value sw \"u\"],manager[value pr]");
    for (only, except) in [(None, None), (few, None), (None, few), (some, None), (None, some)] {
        let choice = Projection::parse(only, except, resource_type).expect("a sound choice");
        let mut shown = attributes.clone();
        choice.apply(resource_type, &mut shown);
        assert!(!shown.contains_key("password"));
        if only != some && except != some {
            let once = shown.clone();
            choice.apply(resource_type, &mut shown);
            assert_eq!(shown, once);
        }
    }
}
