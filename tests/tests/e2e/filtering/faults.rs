//! Filters that cannot be understood or applied.

use scimd_tests::{Server, search};
use serde_json::json;

#[test]
fn a_filter_that_cannot_be_applied_is_refused_with_its_column() {
    let server = Server::start();
    let scim = server.client();
    for (filter, column, says) in [
        (r#"userName xx "a""#, 10, "unknown operator"),
        ("userName eq", 12, "expected"),
        ("userName", 9, "expected"),
        (r#"userName eq "a" and"#, 20, "expected"),
        (r#"userName eq "a" nor active pr"#, 17, ""),
        (r#"(userName eq "a""#, 17, "expected"),
        (r#"userName eq 'a'"#, 13, "`'`"),
        (r#"userName eq "a"#, 13, "quote"),
        (r#"userName eq ann"#, 13, ""),
        (r#"not userName eq "a""#, 1, "not (…)"),
        (r#"usrName eq "a""#, 1, "did you mean `userName`?"),
        (r#"Émile eq "a""#, 1, ""),
        (r#"active eq true and departmnt eq "x""#, 20, "department`?"),
        (r#"name.givnName pr"#, 1, "did you mean `name.givenName`?"),
        (r#"emails[tpye eq "work"]"#, 8, "did you mean `type`?"),
        (r#"emails[type eq "work" and emails[value pr]]"#, 33, "brackets inside brackets"),
        ("title pr or members pr", 13, "unknown attribute `members` on User"),
        ("active gt true", 8, "`gt` does not apply"),
        ("active co true", 8, "`co` does not apply"),
        ("active eq 5", 11, "takes"),
        ("userName gt 5", 13, "takes a string, not a number"),
        (r#"meta.created sw "2020""#, 14, "does not apply"),
        (r#"meta.created gt "yesterday""#, 17, "takes"),
        (r#"name eq "Ann""#, 1, "one of its parts"),
        (r#"title[value eq "x"]"#, 1, "no brackets"),
        (r#"urn:example:nothing:title eq "x""#, 1, "unknown attribute"),
    ] {
        let answer = scim.find("/Users", filter);
        assert_eq!(answer.code(), 400, "{filter}: {answer}");
        let detail = answer.scim_error(400, Some("invalidFilter"));
        assert!(detail.contains(says), "{filter}: {detail}");
        assert!(ends_at(&detail, column), "{filter} is not refused at column {column}: {detail}");
        let by_post = scim.post("/Users/.search", &search(json!({"filter": filter})));
        assert_eq!(by_post.text(), answer.text(), "{filter} by POST");
    }
    let detail = scim.find("/Groups", "userName pr").scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("unknown attribute `userName` on Group"), "{detail}");
}

/// Whether a detail names a column.
fn ends_at(detail: &str, column: usize) -> bool {
    let named = format!("column {column}");
    detail.split(&named).nth(1).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}
