//! The paths of PATCH operations: `name.givenName`, `emails[type eq "work"].value` (RFC 7644 section 3.5.2).

use crate::error::ScimType;
use crate::filter::{Filter, FilterError, parse_target};
use crate::name::AttributeName;
use crate::path::AttributePath;
use std::fmt;
use std::str::FromStr;

/// The path of a PATCH operation. It knows no schema.
///
/// Limits and liberties are those of filters.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchPath {
    /// The attribute; with its sub-attribute when there are no brackets.
    pub attribute: AttributePath,
    /// What stands in brackets; resolve it with [`Filter::resolve_element`].
    pub filter: Option<Filter>,
    /// The sub-attribute after the brackets.
    pub sub: Option<AttributeName>,
}

/// Says why a text is not the path of a PATCH operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    error: FilterError,
    in_filter: bool,
}

impl PathError {
    /// Where and why; columns are those of the path.
    pub fn fault(&self) -> &FilterError {
        &self.error
    }

    /// `invalidFilter` when the fault lies inside the brackets, else `invalidPath`.
    pub fn scim_type(&self) -> ScimType {
        if self.in_filter { ScimType::InvalidFilter } else { ScimType::InvalidPath }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid path: {}", self.error)
    }
}

impl std::error::Error for PathError {}

impl FromStr for PatchPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        parse_target(text)
            .map(|target| Self { attribute: target.path, filter: target.filter, sub: target.sub })
            .map_err(|(error, in_filter)| PathError { error, in_filter })
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The path has the given parts and prints as it was written.
    fn check(text: &str, attribute: &str, filter: Option<&str>, sub: Option<&str>) {
        let path: PatchPath = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(path.attribute, attribute.parse().unwrap(), "{text}");
        assert_eq!(path.filter, filter.map(|f| f.parse().unwrap()), "{text}");
        assert_eq!(path.sub, sub.map(|s| s.parse().unwrap()), "{text}");
        assert_eq!(path.to_string(), text);
    }

    #[test]
    fn paths_have_up_to_three_parts() {
        check("userName", "userName", None, None);
        check("name.givenName", "name.givenName", None, None);
        check("members[value eq \"u1\"]", "members", Some("value eq \"u1\""), None);
        check("emails[type eq \"work\"].value", "emails", Some("type eq \"work\""), Some("value"));
        let urn = "urn:ietf:params:scim:schemas:core:2.0:User:emails";
        check(&format!("{urn}[not (type pr)].value"), urn, Some("not (type pr)"), Some("value"));
    }

    fn refused(text: &str, expected: &str, scim_type: ScimType) {
        let error = text.parse::<PatchPath>().unwrap_err();
        assert_eq!((error.to_string().as_str(), error.scim_type()), (expected, scim_type), "{text}");
    }

    #[test]
    fn faults_tell_path_from_filter() {
        use ScimType::{InvalidFilter, InvalidPath};
        refused("", "invalid path: expected an attribute at column 1", InvalidPath);
        refused("/name/givenName", "invalid path: unexpected character `/` at column 1", InvalidPath);
        refused("a.b.c", "invalid path: `a.b.c` is not the name of an attribute at column 1", InvalidPath);
        refused(
            "emails[0].value",
            "invalid path: expected an attribute after `[` at column 8",
            InvalidFilter,
        );
        refused(
            "emails[type eq \"work\"",
            "invalid path: expected `and`, `or` or `]` at column 22",
            InvalidFilter,
        );
        refused("emails[type pr],", "invalid path: unexpected character `,` at column 16", InvalidPath);
        refused(
            "emails[type pr].a.b",
            "invalid path: `a.b` is not the name of an attribute at column 17",
            InvalidPath,
        );
        refused(
            "emails[type pr].a[b pr]",
            "invalid path: expected the end of the path after `a` at column 18",
            InvalidPath,
        );
        refused(
            "title pr",
            "invalid path: expected the end of the path after `title` at column 7",
            InvalidPath,
        );
    }

    #[test]
    fn columns_of_a_resolved_filter_are_those_of_the_path() {
        let path: PatchPath = "emails[typ pr].value".parse().unwrap();
        let user = crate::schema::user_type();
        let error = path.filter.unwrap().resolve_element(user.attribute("emails").unwrap()).unwrap_err();
        assert_eq!(error.caret(), "emails[typ pr].value\n       ^^^");
    }
}
