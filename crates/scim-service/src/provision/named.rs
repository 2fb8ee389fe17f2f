//! Names of attributes for the log: of what a client wrote, that and nothing more.

use crate::error::ServiceError;

/// The most names of one line.
const MOST: usize = 50;

/// The longest name; a URN with an attribute and a sub-attribute fits.
const LONGEST: usize = 200;

/// The names of some paths, each once, separated by blanks.
pub(super) fn joined<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = Vec::new();
    for path in paths {
        let name = name(path);
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
        if names.len() == MOST {
            break;
        }
    }
    names.join(" ")
}

/// A path without what stands in brackets, and without what begins with a character that no name has:
/// there, a client may have written a value.
fn name(path: &str) -> String {
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

impl ServiceError {
    /// The attributes for which a request was refused, by path, as the client or the schema spells them.
    pub(super) fn attributes(&self) -> Vec<&str> {
        match self {
            Self::Body(faults) => faults.faults.iter().map(|fault| fault.path.as_str()).collect(),
            Self::Patch(error) => error.attributes(),
            Self::Filter(error) => error.attribute().into_iter().collect(),
            Self::Projection(error) => error.attribute().into_iter().collect(),
            Self::Sort(error) => error.attribute().into_iter().collect(),
            Self::Taken { attribute, .. } | Self::Immutable(attribute) => vec![attribute],
            Self::RequiredByTenant(paths) => paths.iter().map(String::as_str).collect(),
            Self::NotInBulk(path) => vec![path],
            Self::Bulk(_)
            | Self::Operation(_)
            | Self::ReferenceFailed(_)
            | Self::ReferenceGone(_)
            | Self::OutOfTime
            | Self::TooLarge(_)
            | Self::NoEndpoint(_)
            | Self::WrongPath { .. } => Vec::new(),
            Self::UnknownMembers(_) | Self::MemberWithoutId | Self::NobodyKnown => vec!["members"],
            Self::Json(_)
            | Self::NotAnObject(_)
            | Self::Search(_)
            | Self::Cursor(_)
            | Self::CountChanged(_)
            | Self::Parameter { .. }
            | Self::NotFound { .. }
            | Self::Stale { .. }
            | Self::TooMuch(_)
            | Self::Refused(_)
            | Self::NotSupported(_)
            | Self::Overloaded
            | Self::Unavailable(_)
            | Self::Internal(_) => Vec::new(),
        }
    }
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
        let many: Vec<String> = (0..99).map(|n| format!("a{n}")).collect();
        assert_eq!(joined(many.iter().map(String::as_str)).split(' ').count(), MOST);
    }
}
