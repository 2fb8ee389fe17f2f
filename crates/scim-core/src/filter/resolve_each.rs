//! From names to attributes of several resource types at once (RFC 7644 section 3.4.2.1).
//!
//! Every condition must fit somewhere. Where one does not, its attribute has no value.

use super::ast::{CompareOp, ElementTest, Expr, Literal, Test};
use super::error::Fault;
use super::predicate::Predicate;
use super::resolve::Names;

/// What an expression means for each of the types, in their order.
pub(super) fn resolve(expr: &Expr, types: &[Names<'_>]) -> Result<Vec<Predicate>, Fault> {
    Ok(match expr {
        Expr::And(list) => wrapped(resolve_all(list, types)?, Predicate::And),
        Expr::Or(list) => wrapped(resolve_all(list, types)?, Predicate::Or),
        Expr::Not(inner) => wrapped(resolve(inner, types)?, |inner| Predicate::Not(Box::new(inner))),
        Expr::Attribute(term) => {
            let found = where_it_fits(types, |names| names.resolve_attribute(term))?;
            wrapped(found, |predicate| predicate.unwrap_or_else(|| of_nothing(&term.test)))
        }
        Expr::Element(term) => resolve_element(term, types)?,
    })
}

fn wrapped<T>(list: Vec<T>, wrap: impl FnMut(T) -> Predicate) -> Vec<Predicate> {
    list.into_iter().map(wrap).collect()
}

/// What each part means, gathered by type.
fn resolve_all(list: &[Expr], types: &[Names<'_>]) -> Result<Vec<Vec<Predicate>>, Fault> {
    let mut resolved: Vec<Vec<Predicate>> = types.iter().map(|_| Vec::with_capacity(list.len())).collect();
    for expr in list {
        for (own, part) in resolved.iter_mut().zip(resolve(expr, types)?) {
            own.push(part);
        }
    }
    Ok(resolved)
}

fn resolve_element(term: &ElementTest, types: &[Names<'_>]) -> Result<Vec<Predicate>, Fault> {
    let found = where_it_fits(types, |names| names.find_element(term))?;
    let elements: Vec<Names<'_>> = found.iter().flatten().map(|(_, names)| *names).collect();
    let mut inner = resolve(&term.inner, &elements)?;
    if let Some(part) = &term.part {
        let parts = where_it_fits(&elements, |names| names.resolve_part(part))?;
        let parts = parts.into_iter().map(|found| found.unwrap_or_else(|| of_nothing(&part.test)));
        inner = inner.into_iter().zip(parts).map(|(inner, part)| Predicate::And(vec![inner, part])).collect();
    }
    let mut inner = inner.into_iter();
    Ok(wrapped(found, |subject| match subject {
        // As many as were found above.
        Some((subject, _)) => inner.next().map_or(Predicate::Never, |inner| subject.has_element(inner)),
        None => Predicate::Never,
    }))
}

/// What each type makes of a condition; the most telling fault if none makes anything of it.
fn where_it_fits<'s, T>(
    types: &[Names<'s>],
    resolve: impl Fn(Names<'s>) -> Result<T, Fault>,
) -> Result<Vec<Option<T>>, Fault> {
    let (mut found, mut faults) = (Vec::with_capacity(types.len()), Vec::new());
    for names in types {
        match resolve(*names) {
            Ok(predicate) => found.push(Some(predicate)),
            Err(fault) => {
                found.push(None);
                faults.push(fault);
            }
        }
    }
    match faults.into_iter().min_by_key(Fault::vagueness) {
        Some(fault) if found.iter().all(Option::is_none) => Err(fault),
        _ => Ok(found),
    }
}

/// What a condition says of an attribute without a value.
fn of_nothing(test: &Test) -> Predicate {
    match test {
        Test::Compare { op, literal } if op.node == CompareOp::Eq && literal.node == Literal::Null => {
            Predicate::Not(Box::new(Predicate::Never))
        }
        _ => Predicate::Never,
    }
}

#[cfg(test)]
mod tests {
    use crate::filter::{Filter, FilterError, Predicate};
    use crate::schema::{Attribute, ResourceType, group_type, user_type};
    use serde_json::{Value, json};

    fn each(text: &str, types: &[&ResourceType]) -> Result<Vec<Predicate>, FilterError> {
        text.parse::<Filter>().unwrap().resolve_each(types)
    }

    /// Whether the filter holds for a user and for a group.
    fn holds(text: &str, user: Value, group: Value) -> [bool; 2] {
        let found = each(text, &[&user_type(), &group_type()]).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(found.len(), 2);
        [(&found[0], user), (&found[1], group)].map(|(p, resource)| p.matches(resource.as_object().unwrap()))
    }

    #[test]
    fn what_a_type_lacks_has_no_value_there() {
        let (ann, sales) = (json!({"userName": "ann", "displayName": "A"}), json!({"displayName": "A"}));
        for (text, expected) in [
            ("displayName eq \"a\"", [true, true]),
            ("userName pr", [true, false]),
            ("userName eq \"ann\"", [true, false]),
            ("userName ne \"bob\"", [true, false]),
            ("userName eq null", [false, true]),
            ("userName ne null", [true, false]),
            ("not (userName pr)", [false, true]),
            ("userName pr or displayName eq \"A\"", [true, true]),
            ("userName pr and displayName eq \"A\"", [true, false]),
            ("emails[type eq \"work\"] or displayName pr", [true, true]),
            ("not (emails[type eq \"work\"].value eq \"x\")", [true, true]),
            ("members[value eq \"x\"] or userName pr", [true, false]),
        ] {
            assert_eq!(holds(text, ann.clone(), sales.clone()), expected, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_one_type_need_only_fit_another() {
        let mut group = group_type();
        group.schema.attributes.push(Attribute::boolean("title", "Another thing than the title of a user."));
        let user = user_type();
        let found = each("title eq \"x\" and title eq true", &[&user, &group]).unwrap();
        let Predicate::And(parts) = &found[0] else { panic!("{found:?}") };
        assert_eq!(parts[1], Predicate::Never);
        let Predicate::And(parts) = &found[1] else { panic!("{found:?}") };
        assert_eq!(parts[0], Predicate::Never);
        // Brackets may fit a type while a condition in them does not.
        group.schema.attributes.push(Attribute::complex("emails", "", vec![Attribute::string("label", "")]));
        let found = each("emails[label eq \"x\" or type eq \"x\"].label eq null", &[&user, &group]).unwrap();
        let ann = json!({"emails": [{"type": "x"}]});
        assert!(found[0].matches(ann.as_object().unwrap()));
        assert!(!found[1].matches(ann.as_object().unwrap()));
        assert!(found[1].mentions("emails"));
    }

    #[test]
    fn what_fits_nowhere_is_refused_with_the_most_telling_fault() {
        let (user, group) = (user_type(), group_type());
        for (text, expected) in [
            ("nope pr", "unknown attribute `nope` on User at column 1"),
            ("userName pr or nope pr", "unknown attribute `nope` on User at column 16"),
            ("membrs pr", "unknown attribute `membrs` on Group at column 1; did you mean `members`?"),
            ("members gt true", "attribute `members.value` takes a string, not a boolean, at column 12"),
            ("displayName[type pr]", "attribute `displayName` takes no brackets at column 1"),
            ("emails[nope pr]", "unknown attribute `nope` on `emails` at column 8"),
            ("emails[type pr].nope pr", "unknown attribute `nope` on `emails` at column 17"),
        ] {
            assert_eq!(each(text, &[&user, &group]).unwrap_err().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn one_type_alone_is_as_strict_as_ever() {
        let user = user_type();
        for text in [
            "userName eq \"x\"",
            "password eq null or password pr",
            "password[value pr]",
            "not (emails[type eq \"work\" and not (primary eq true)].value eq null)",
            "title eq 5",
            "name eq \"x\"",
            "title pr and (nope pr or active gt true)",
            "emails[type pr].active pr",
        ] {
            let strict = text.parse::<Filter>().unwrap().resolve(&user);
            assert_eq!(each(text, &[&user]), strict.map(|predicate| vec![predicate]), "{text}");
        }
        assert_eq!(each("nope pr", &[]), Ok(Vec::new()));
    }
}
