//! No text brings the readers of paths down: those of PATCH, of sorting, and of the choice of attributes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_core::filter::MAX_LENGTH;
use scim_core::path::AttributePath;
use scim_core::{PatchPath, Projection, SortBy, SortKey};
use scimd_fuzz::{ANN, GROUP, USER, check_error, check_filter};

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<AttributePath>() {
        assert_eq!(path.to_string(), text);
    }
    match text.parse::<PatchPath>() {
        Ok(path) => {
            let printed = path.to_string();
            if printed.len() <= MAX_LENGTH {
                assert_eq!(printed.parse::<PatchPath>().as_ref(), Ok(&path));
            }
            if let Some(filter) = &path.filter {
                check_filter(filter);
            }
        }
        Err(error) => check_error(error.fault()),
    }
    sort(text);
    choose(Some(text), None);
    choose(None, Some(text));
});

fn sort(text: &str) {
    let alone = SortBy::parse(text, &USER);
    match SortBy::parse_each(text, &[&USER, &GROUP]) {
        Ok(each) => assert_eq!(each[0], alone.clone().ok()),
        Err(error) => assert!(alone.is_err() && error.to_string().lines().count() == 1),
    }
    if let Ok(by) = alone {
        assert!(by.place().attribute != "password");
        assert!(by.key(&ANN) <= SortKey::Missing);
    }
}

fn choose(attributes: Option<&str>, excluded: Option<&str>) {
    let Ok(choice) = Projection::parse(attributes, excluded, &USER) else { return };
    let mut shown = ANN.clone();
    choice.apply(&USER, &mut shown);
    for name in ANN.keys() {
        assert!(choice.wants(name) || !shown.contains_key(name), "`{name}` is shown and not wanted");
    }
    assert!(shown.contains_key("id") && !shown.contains_key("password"));
    // Brackets may ask for a part that is no longer there.
    if !attributes.or(excluded).is_some_and(|text| text.contains('[')) {
        let once = shown.clone();
        choice.apply(&USER, &mut shown);
        assert_eq!(shown, once);
    }
}
