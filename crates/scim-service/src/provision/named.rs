//! Names of attributes for the log: of what a client wrote, that and nothing more.

/// The most names of one line.
const MOST: usize = 50;

/// The longest name; a URN with an attribute and a sub-attribute fits.
const LONGEST: usize = 200;

/// The most characters of a reason, and of the names in one column.
const MOST_CHARACTERS: usize = 1000;

/// What our own messages quote and is no name.
const OUR_WORDS: [&str; 9] = [
    "//",
    "/Users",
    "/Users/{id}",
    "application/scim+json",
    "application/json",
    "userName eq",
    "externalId eq",
    "not (…)",
    "Authorization: Bearer",
];

/// The names of some paths, each once, separated by blanks.
pub(super) fn joined<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let (mut names, mut length) = (Vec::<String>::new(), 0);
    for path in paths {
        let name = name(path);
        if name.is_empty() || names.contains(&name) {
            continue;
        }
        length += name.len() + 1;
        if length > MOST_CHARACTERS || names.len() == MOST {
            break;
        }
        names.push(name);
    }
    names.join(" ")
}

/// A path without what stands in brackets, and without what begins with a character that no name has:
/// there, a client may have written a value.
pub(super) fn name(path: &str) -> String {
    let (mut name, mut rest) = (String::new(), path);
    while let Some(stop) = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_$.:/~%#".contains(c))) {
        let (head, tail) = rest.split_at(stop);
        name.push_str(head);
        rest = match tail.strip_prefix('[').and_then(|inside| inside.rsplit_once(']')) {
            Some((_, after)) => after,
            None => "",
        };
    }
    name.push_str(rest);
    name.chars().take(LONGEST).collect()
}

/// A reason without what a client wrote as a value: of what stands between backticks, names stay, a path
/// keeps its names, and everything else becomes `…`.
pub(super) fn without_values(reason: &str) -> String {
    let (mut clean, mut rest) = (String::new(), reason);
    while let Some((before, after)) = rest.split_once('`') {
        clean.push_str(before);
        // In a text of JSON, a backtick ends nothing.
        let ends = after.match_indices('`').map(|(at, _)| at);
        let end = ends.into_iter().find(|&at| after[..at].matches('"').count() % 2 == 0);
        let quoted = &after[..end.unwrap_or(after.len())];
        clean.push('`');
        clean.push_str(&harmless(quoted));
        clean.push('`');
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    clean.push_str(rest);
    cut(&clean)
}

/// What is quoted, as far as it is a name or one of our own words.
fn harmless(quoted: &str) -> String {
    if OUR_WORDS.contains(&quoted) {
        return quoted.to_owned();
    }
    match quoted.find(|c: char| !(c.is_ascii_alphanumeric() || "-_$.:".contains(c))) {
        None => quoted.to_owned(),
        Some(stop) if quoted[stop..].starts_with('[') => name(quoted),
        Some(_) => "…".to_owned(),
    }
}

/// A text of at most so many characters.
fn cut(text: &str) -> String {
    if text.chars().count() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(MOST_CHARACTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_no_value() {
        for (path, expected) in [
            ("userName", "userName"),
            ("emails[1].value", "emails.value"),
            (r#"emails[type eq "ann@x.test"].value"#, "emails.value"),
            (r#"emails[value eq "a]b"].display"#, "emails.display"),
            (r#"emails[value eq "secret"#, "emails"),
            ("urn:x:2.0:User:badge.no", "urn:x:2.0:User:badge.no"),
            (r#"userName eq "secret""#, "userName"),
            ("ann@contoso.test", "ann"),
            ("members.$ref", "members.$ref"),
            ("urn:x/y:2.0:User:badge", "urn:x/y:2.0:User:badge"),
            ("\u{e9}", ""),
        ] {
            assert_eq!(name(path), expected, "{path}");
        }
        assert_eq!(name(&"a".repeat(999)).len(), LONGEST);
        assert_eq!(joined(["a[0].b", "", "a[1].b", "c"]), "a.b c");
        let long: Vec<String> = (0..50).map(|n| format!("{n}{}", "a".repeat(99))).collect();
        assert_eq!(joined(long.iter().map(String::as_str)).split(' ').count(), 9);
        let many: Vec<String> = (0..99).map(|n| format!("a{n}")).collect();
        assert_eq!(joined(many.iter().map(String::as_str)).split(' ').count(), MOST);
    }
    #[test]
    fn a_reason_keeps_names_and_no_values() {
        for (reason, expected) in [
            ("unknown attribute `departmnt` on User; did you mean `department`?", None),
            ("`urn:x:2.0:User:badge` and `members.$ref` and `0199a5b2-6c1e`", None),
            ("send the body as `application/scim+json`", None),
            (r#"`emails[value eq "x"]` takes"#, Some("`emails` takes")),
            (r#"`emails[value eq "x"].display` takes"#, Some("`emails.display` takes")),
            ("User `ann@contoso.test` not found", Some("User `…` not found")),
            (r#"expected `and` after `"a secret"`"#, Some("expected `and` after `…`")),
            (
                r#"no value of `emails[value eq "a` secret `b"]` matches"#,
                Some("no value of `emails` matches"),
            ),
            (r#"`emails[value eq "cut…` takes secret"#, Some("`emails`")),
            ("odd `secret 1", Some("odd `…`")),
        ] {
            assert_eq!(without_values(reason), expected.unwrap_or(reason));
        }
        let long = without_values(&"é".repeat(1001));
        assert_eq!((long.chars().count(), long.ends_with("é…")), (1000, true));
        assert_eq!(without_values(&"é".repeat(1000)), "é".repeat(1000));
    }
}
