//! No text brings the reader of filters down, and what it reads keeps its meaning when it is printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_core::Filter;
use scimd_fuzz::{USER, check_error, check_filter};
use serde_json::Value;

fuzz_target!(|text: &str| {
    let filter: Filter = match text.parse() {
        Ok(filter) => filter,
        Err(error) => return check_error(&error),
    };
    check_filter(&filter);
    for name in ["emails", "schemas", "name"] {
        let attribute = USER.attribute(name).expect("a defined attribute");
        match filter.resolve_element(attribute) {
            Ok(predicate) => {
                let ann = scimd_fuzz::ANN[name].clone();
                let elements = if let Value::Array(list) = ann { list } else { vec![ann] };
                elements.iter().for_each(|element| {
                    predicate.matches_element(element);
                });
            }
            Err(error) => check_error(&error),
        }
    }
});
