//! Hostile filters and paths, on a stack of 512 KiB and in debug builds too.

#![expect(clippy::unwrap_used, reason = "a thread that dies is a failed test")]

use scim_core::filter::{Filter, MAX_DEPTH, MAX_LENGTH};
use scim_core::schema::{group_type, user_type};
use scim_core::{PatchPath, Projection};
use serde_json::json;

const STACK: usize = 512 * 1024;

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    on_a_stack_of(STACK, work);
}

fn on_a_stack_of(size: usize, work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(size).spawn(work).unwrap().join().unwrap();
}

/// Texts of about `size` bytes that are deep, wide or never end.
fn hostile(size: usize) -> Vec<String> {
    let parts = [
        ("(", "a pr", ")"),
        ("not(", "a pr", ")"),
        ("not (a pr or b pr and ", "a pr", ")"),
        ("a pr and (", "a pr", ")"),
        ("a[", "b pr", "]"),
        ("(", "a pr", ""),
        ("not(", "%", ""),
        ("a pr or ", "a pr", ""),
        ("a pr or ", "", ""),
        ("\"", "", ""),
        ("\\\"", "", ""),
        ("a", "", ""),
        ("urn:", "a pr", ""),
        (".", "", ""),
        ("9", "", ""),
        (" ", "a pr", " "),
        ("é", "", ""),
        (",", "", ""),
        ("emails[type eq \"", "", "\"]"),
    ];
    parts
        .iter()
        .flat_map(|(open, middle, close)| {
            let n = size / (open.len() + close.len()).max(1);
            let text = format!("{}{middle}{}", open.repeat(n), close.repeat(n));
            [format!("a eq {text}"), format!("a eq \"{text}"), format!("emails[{text}"), text]
        })
        .collect()
}

fn read(text: &str) {
    if let Ok(filter) = text.parse::<Filter>() {
        let _ = filter.resolve(&user_type());
        let _ = filter.resolve_each(&[&user_type(), &group_type()]);
        let _ = filter.described_element();
        assert_eq!(filter.clone(), filter);
        let _ = filter.to_string();
    }
    let _ = text.parse::<PatchPath>().map(|path| path.to_string());
    let _ = Projection::parse(Some(text), None, &user_type());
    let _ = Projection::parse(None, Some(text), &user_type());
}

#[test]
fn hostile_texts_of_a_megabyte_are_refused() {
    on_a_small_stack(|| {
        for text in hostile(1 << 20) {
            assert!(text.parse::<Filter>().is_err());
            assert!(text.parse::<PatchPath>().is_err());
            read(&text);
        }
    });
}

#[test]
fn hostile_texts_of_every_size_leave_the_stack_alone() {
    on_a_small_stack(|| {
        for size in (0..200).chain([500, 1000, 4000, MAX_LENGTH - 20, MAX_LENGTH]) {
            hostile(size).iter().for_each(|text| read(text));
        }
    });
}

/// The deepest tree that a text can say: each level an `or`, an `and` and a `not`. Half the stack is
/// left to the caller.
#[test]
fn the_deepest_filter_works_on_half_a_small_stack() {
    on_a_stack_of(STACK / 2, || {
        let level = "title pr or title pr and not (";
        let text = format!(
            "{}emails[{}type eq \"x\"{}]{}",
            level.repeat(MAX_DEPTH / 2),
            "type pr or type pr and not (".repeat(MAX_DEPTH / 2 - 1),
            ")".repeat(MAX_DEPTH / 2 - 1),
            ")".repeat(MAX_DEPTH / 2)
        );
        let filter: Filter = text.parse().unwrap_or_else(|e| panic!("{e}"));
        let predicate = filter.resolve(&user_type()).unwrap();
        let user = json!({"emails": [{"type": "work"}]});
        let _ = predicate.matches(user.as_object().unwrap());
        assert!(predicate.mentions("emails"));
        assert_eq!(filter.resolve_each(&[&user_type(), &group_type()]).unwrap()[0], predicate);
        assert_eq!(filter.to_string().parse::<Filter>().unwrap(), filter);
        assert_eq!(predicate.clone(), predicate);
        let too_deep = format!("({text})");
        assert!(too_deep.parse::<Filter>().unwrap_err().to_string().contains("nested deeper"));
    });
}
