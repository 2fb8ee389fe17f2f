//! How long filters take: `cargo bench -p scim-core`.
//!
//! Five filters that identity providers and administrators send: read; read and resolved; read, resolved
//! and matched against one user; and matched alone. Reading `userName eq "x"` is to take 2 µs at most.

#![expect(clippy::unwrap_used, reason = "a filter that is not read cannot be measured")]

use divan::{Bencher, black_box};
use scim_core::filter::{Filter, Predicate};
use scim_core::schema::user_type;
use serde_json::{Map, Value, json};
use std::fmt;

/// A filter and its name in the table of results.
struct Case {
    name: &'static str,
    text: &'static str,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const CASES: [Case; 5] = [
    Case { name: "by userName", text: r#"userName eq "x""# },
    Case { name: "by externalId", text: r#"externalId eq "f5c5dc2f-6f3c-4d2a-9d2a-0d6c6d3a1c11""# },
    Case { name: "by work e-mail", text: r#"emails[type eq "work" and value co "@contoso.test"]"# },
    Case {
        name: "recent and active",
        text: r#"meta.lastModified gt "2026-01-31T09:30:00Z" and active eq true"#,
    },
    Case {
        name: "or chain",
        text: r#"userName eq "a@contoso.test" or externalId eq "f5c5dc2f" or emails.value eq "a@contoso.test" or emails[type eq "work"].value eq "ann@contoso.test""#,
    },
];

fn main() {
    divan::main();
}

fn ann() -> Map<String, Value> {
    let ann = json!({
        "id": "0198c5a2-0000-7000-8000-000000000001",
        "externalId": "f5c5dc2f-6f3c-4d2a-9d2a-0d6c6d3a1c11",
        "userName": "Ann@Contoso.test",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "active": true,
        "emails": [
            {"value": "ann@home.test", "type": "home"},
            {"value": "Ann@Contoso.test", "type": "work", "primary": true},
        ],
        "meta": {"lastModified": "2026-02-01T09:30:00.000Z"},
    });
    ann.as_object().unwrap().clone()
}

#[divan::bench(args = CASES)]
fn parse(case: &Case) -> Filter {
    black_box(case.text).parse().unwrap()
}

#[divan::bench(args = CASES)]
fn parse_and_resolve(bencher: Bencher<'_, '_>, case: &Case) {
    let user = user_type();
    let resolve = || -> Predicate { black_box(case.text).parse::<Filter>().unwrap().resolve(&user).unwrap() };
    bencher.bench_local(resolve);
}

#[divan::bench(args = CASES)]
fn parse_resolve_and_match(bencher: Bencher<'_, '_>, case: &Case) {
    let (user, ann) = (user_type(), ann());
    bencher.bench_local(|| {
        let filter: Filter = black_box(case.text).parse().unwrap();
        filter.resolve(&user).unwrap().matches(&ann)
    });
}

#[divan::bench(args = CASES)]
fn matches(bencher: Bencher<'_, '_>, case: &Case) {
    let (user, ann) = (user_type(), ann());
    let wanted = case.text.parse::<Filter>().unwrap().resolve(&user).unwrap();
    bencher.bench_local(|| wanted.matches(black_box(&ann)));
}
