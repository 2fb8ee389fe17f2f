//! Tests of reading, printing and resolving.

use super::ast::{AttributeTest, CompareOp, ElementTest, Expr, Literal, PartTest, Span, Spanned, Test};
use super::*;
use crate::schema::{ENTERPRISE_USER_URN, group_type, user_type};
use proptest::prelude::*;
use serde_json::json;

/// Prints with all parentheses, so that a test sees the structure.
fn structure(expr: &Expr) -> String {
    let join = |list: &[Expr], word: &str| {
        let parts: Vec<String> = list.iter().map(structure).collect();
        format!("({})", parts.join(word))
    };
    match expr {
        Expr::And(list) => join(list, " and "),
        Expr::Or(list) => join(list, " or "),
        Expr::Not(inner) => format!("not {}", structure(inner)),
        other => other.to_string(),
    }
}

/// The filter reads as the given structure, and printing it keeps that structure.
fn check(text: &str, expected: &str) {
    let filter: Filter = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(structure(&filter.expr), expected, "{text}");
    assert_eq!(filter.to_string().parse::<Filter>().unwrap(), filter, "{text} printed as {filter}");
}

fn refused(text: &str, expected: &str) {
    assert_eq!(text.parse::<Filter>().unwrap_err().to_string(), expected, "{text}");
}

/// The error of resolving for users.
fn unresolved(text: &str, expected: &str) {
    let filter: Filter = text.parse().unwrap();
    assert_eq!(filter.resolve(&user_type()).unwrap_err().to_string(), expected, "{text}");
}

fn resolve(text: &str, resource_type: &ResourceType) -> Predicate {
    let filter: Filter = text.parse().unwrap();
    filter.resolve(resource_type).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn matches(text: &str, resource: Value) -> bool {
    resolve(text, &user_type()).matches(resource.as_object().unwrap())
}

#[test]
fn and_binds_tighter_than_or() {
    check("a pr or b pr and c pr", "(a pr or (b pr and c pr))");
    check("a pr and b pr or c pr", "((a pr and b pr) or c pr)");
}

#[test]
fn a_chain_is_one_level() {
    check("a pr and b pr and c pr", "(a pr and b pr and c pr)");
    check("a pr or b pr or c pr", "(a pr or b pr or c pr)");
}

#[test]
fn parentheses_group_and_needless_ones_vanish() {
    check("(a pr or b pr) and c pr", "((a pr or b pr) and c pr)");
    check("a pr and (b pr and c pr)", "(a pr and (b pr and c pr))");
    check("((a pr))", "a pr");
    assert_eq!("((a pr)) and (b pr)".parse::<Filter>().unwrap().to_string(), "a pr and b pr");
}

#[test]
fn not_takes_the_next_group_only() {
    check("not (a pr) and b pr", "(not a pr and b pr)");
    check("NOT(not(a pr or b pr))", "not not (a pr or b pr)");
}

#[test]
fn words_are_read_in_any_case() {
    check("a EQ TRUE And b Pr oR c ne Null", "((a eq true and b pr) or c ne null)");
}

#[test]
fn blanks_are_free_where_tokens_are_distinct() {
    check("  ( a   eq\t\"x\" )and(b pr)\n", "(a eq \"x\" and b pr)");
    check("emails [ type eq\"work\" ] .value eq\"x\"", "emails[type eq \"work\"].value eq \"x\"");
}

#[test]
fn names_that_begin_like_keywords_are_names() {
    check("android pr and notes pr or orders pr", "((android pr and notes pr) or orders pr)");
    check("prefix pr and eq.pr eq 1", "(prefix pr and eq.pr eq 1)");
}

#[test]
fn brackets_hold_a_filter() {
    check("emails[a pr or b pr and c pr]", "emails[a pr or b pr and c pr]");
    check("urn:a:2.0:User:emails[type eq \"work\"]", "urn:a:2.0:User:emails[type eq \"work\"]");
}

#[test]
fn texts_are_json_strings() {
    check(r#"a eq "\u00e9\ud83d\ude00\"\\\/\n""#, r#"a eq "é😀\"\\/\n""#);
    check(r#"a eq "(b] and not [""#, r#"a eq "(b] and not [""#);
}

#[test]
fn faults_have_a_place_and_a_reason() {
    refused("userName eq ", "expected a value after `eq` at column 13");
    refused("", "expected an attribute at column 1");
    refused("a eq x", "expected a value (a text needs double quotes) after `eq` at column 6");
    refused("é eq 1", "unexpected character `é` at column 1");
    refused("a eq 'x'", "unexpected character `'` at column 6");
    refused("a eq \"é", "a text without its closing quote begins at column 6");
    refused("a eq \"\\ud83d\"", "not a valid JSON string at column 6");
    refused("a eq \"x\ny\"", "not a valid JSON string at column 6");
    refused("a eq 01", "not a valid number at column 6");
    refused("a.b.c pr", "`a.b.c` is not the name of an attribute at column 1");
    refused("(a pr", "expected `and`, `or` or `)` after `pr` at column 6");
    refused("a eq \"secret\" )", "expected `and`, `or` or the end of the filter at column 15");
    refused("not a pr", "`not` without parentheses at column 1; write `not (…)`");
    refused("a[b[c pr]]", "brackets inside brackets at column 4");
    refused("a.b[c pr]", "brackets after a sub-attribute at column 4");
    refused("a pr and and pr", "expected an attribute after `and` at column 10");
    refused("a lte 5", "unknown operator at column 3; the operators are eq ne co sw ew gt ge lt le pr");
}

#[test]
fn a_caret_points_at_the_fault() {
    let caret = |text: &str| text.parse::<Filter>().unwrap_err().caret();
    assert_eq!(caret("a pr or\tb lte 5"), "a pr or b lte 5\n          ^^^");
    assert_eq!(caret("a eq"), "a eq\n    ^");
    let long = format!("a eq \"{}\" or b lte 5", "x".repeat(1000));
    let drawing = caret(&long);
    let (text, carets) = drawing.split_once('\n').unwrap();
    assert!(text.ends_with("or b lte 5") && text.len() < 80);
    assert_eq!(text.find("lte"), carets.find('^'));
}

#[test]
fn limits_hold_at_their_edge() {
    let nested = |n: usize| format!("{}a pr{}", "(".repeat(n), ")".repeat(n));
    assert!(nested(MAX_DEPTH).parse::<Filter>().is_ok());
    refused(&nested(MAX_DEPTH + 1), "nested deeper than 32 levels at column 33");
    let in_brackets = |n: usize| format!("e[{}]", nested(n));
    assert!(in_brackets(MAX_DEPTH - 1).parse::<Filter>().is_ok());
    assert!(in_brackets(MAX_DEPTH).parse::<Filter>().is_err());
    let chain = |n: usize| vec!["a pr"; n].join(" or ");
    assert!(chain(MAX_TERMS).parse::<Filter>().is_ok());
    refused(&chain(MAX_TERMS + 1), "more than 256 conditions at column 2049");
    let long = |n: usize| format!("a eq \"{}\"", "x".repeat(n - 7));
    assert!(long(MAX_LENGTH).parse::<Filter>().is_ok());
    refused(&long(MAX_LENGTH + 1), "the filter is longer than 8192 bytes");
}

#[test]
fn unknown_attributes_are_named_with_what_is_near() {
    unresolved(
        "title pr and userNam eq \"x\"",
        "unknown attribute `userNam` on User at column 14; did you mean `userName`?",
    );
    unresolved(
        "emails[typ eq \"work\"]",
        "unknown attribute `typ` on `emails` at column 8; did you mean `type`?",
    );
    unresolved(
        "emails[type pr].vale pr",
        "unknown attribute `vale` on `emails` at column 17; did you mean `value`?",
    );
    unresolved("schemas[type eq \"x\"]", "unknown attribute `type` on `schemas` at column 9");
    let error = "nope pr".parse::<Filter>().unwrap().resolve(&user_type()).unwrap_err();
    assert!(error.is_unknown_attribute());
    assert!(!"a".parse::<Filter>().unwrap_err().is_unknown_attribute());
}

#[test]
fn types_are_respected() {
    unresolved("title eq 5", "attribute `title` takes a string, not a number, at column 10");
    unresolved("active eq \"yes\"", "attribute `active` takes true or false, not a string, at column 11");
    unresolved(
        "active gt true",
        "`gt` does not apply to attribute `active`, which takes true or false, at column 8",
    );
    unresolved(
        "name eq \"x\"",
        "attribute `name` has no single value to compare at column 1; name one of its parts, such as `name.formatted`",
    );
    unresolved("userName[value eq \"x\"]", "attribute `userName` takes no brackets at column 1");
    unresolved("title gt null", "attribute `title` takes a string, not null, at column 10");
    unresolved(
        "meta.created gt \"yesterday\"",
        "attribute `meta.created` takes a dateTime such as `2026-01-31T09:30:00Z`, not a string, at column 17",
    );
}

#[test]
fn places_are_spelled_as_in_the_schema() {
    let place = |predicate: Predicate| match predicate {
        Predicate::Compare { place, .. } | Predicate::Present(place) => place,
        other => panic!("{other:?}"),
    };
    let emails = place(resolve("EMAILS co \"x\"", &user_type()));
    assert_eq!((emails.attribute.as_str(), emails.sub.as_deref()), ("emails", Some("value")));
    assert!(emails.multi_valued && !emails.case_exact && emails.extension.is_none());

    // Entra names the extension's attribute without its URN.
    let manager = place(resolve("manager eq \"x\"", &user_type()));
    assert_eq!(manager.extension.as_deref(), Some(ENTERPRISE_USER_URN));
    assert_eq!((manager.attribute.as_str(), manager.sub.as_deref()), ("manager", Some("value")));
    assert!(manager.case_exact && !manager.multi_valued);

    let extension = place(resolve(&format!("{} pr", ENTERPRISE_USER_URN.to_uppercase()), &user_type()));
    assert_eq!(extension.attribute, ENTERPRISE_USER_URN);

    let Predicate::Element { place, inner } = resolve("members[VALUE eq \"u1\"]", &group_type()) else {
        panic!("not about an element")
    };
    assert_eq!((place.attribute.as_str(), place.sub), ("members", None));
    let Predicate::Compare { place, operand, .. } = *inner else { panic!("not a comparison") };
    assert_eq!((place.attribute.as_str(), place.sub, place.extension), ("value", None, None));
    assert_eq!(operand, Operand::Text { given: "u1".to_owned(), key: "u1".to_owned() });
}

#[test]
fn operands_have_the_type_of_the_attribute() {
    let operand = |text: &str| match resolve(text, &user_type()) {
        Predicate::Compare { operand, .. } => operand,
        other => panic!("{other:?}"),
    };
    assert_eq!(operand("active eq \"True\""), Operand::Boolean(true));
    let text = Operand::Text { given: "ANN".to_owned(), key: "ann".to_owned() };
    assert_eq!(operand("userName eq \"ANN\""), text);
    let instant = crate::datetime::parse_date_time("2026-01-31T09:30:00Z").unwrap();
    assert_eq!(operand("meta.created gt \"2026-01-31T10:30:00+01:00\""), Operand::Instant(instant));
}

#[test]
fn null_asks_for_absence() {
    for (resource, absent) in [
        (json!({}), true),
        (json!({"title": null}), true),
        (json!({"title": ""}), true),
        (json!({"title": "x"}), false),
    ] {
        assert_eq!(matches("title eq null", resource.clone()), absent);
        assert_eq!(matches("title ne null", resource.clone()), !absent);
        assert_eq!(matches("title pr", resource.clone()), !absent);
        assert_eq!(matches("not (title pr)", resource), absent);
    }
}

#[test]
fn a_comparison_needs_a_value_and_any_value_will_do() {
    assert!(!matches("title ne \"x\"", json!({})));
    assert!(matches("not (title eq \"x\")", json!({})));
    let two = json!({"emails": [{"value": "a", "type": "work"}, {"value": "b", "type": "home"}]});
    assert!(matches("emails.type ne \"work\" and emails.type eq \"work\"", two.clone()));
    assert!(matches("emails.value eq \"b\" and emails.type eq \"work\"", two.clone()));
    assert!(!matches("emails[value eq \"b\" and type eq \"work\"]", two.clone()));
    assert!(!matches("emails[type eq \"work\"].value eq \"b\"", two.clone()));
    assert!(matches("emails[type eq \"HOME\"].value eq \"B\"", two));
}

#[test]
fn folding_is_on_both_sides() {
    assert!(matches("userName eq \"STRASSE\"", json!({"userName": "straße"})));
    assert!(matches("userName co \"ASSE\"", json!({"userName": "straße"})));
    assert!(!matches("externalId eq \"A\"", json!({"externalId": "a"})));
    assert!(matches("userName co \"%_\"", json!({"userName": "100%_x"})));
    assert!(!matches("userName co \"%\"", json!({"userName": "x"})));
}

#[test]
fn what_is_never_returned_cannot_be_guessed() {
    for text in ["password pr", "password sw \"a\"", "password ne null"] {
        assert_eq!(resolve(text, &user_type()), Predicate::Never, "{text}");
        assert!(!matches(text, json!({"password": "abc"})));
    }
    assert!(matches("password eq null", json!({"password": "abc"})));
}

#[test]
fn a_singular_value_is_its_own_element() {
    let ann = json!({"name": {"givenName": "Ann", "familyName": "Lee"}});
    assert!(matches("name[givenName eq \"ann\" and familyName eq \"lee\"]", ann.clone()));
    assert!(!matches("name[not (givenName eq \"ann\")]", ann));
    assert!(!matches("name[not (givenName eq \"ann\")]", json!({})));
}

#[test]
fn elements_are_asked_by_their_parts() {
    let user = user_type();
    let on = |attribute: &str, filter: &str, element: Value| {
        let filter: Filter = filter.parse().unwrap();
        filter.resolve_element(user.attribute(attribute).unwrap()).unwrap().matches_element(&element)
    };
    assert!(on(
        "emails",
        "type eq \"WORK\" and primary eq \"True\"",
        json!({"type": "work", "primary": true})
    ));
    assert!(!on("emails", "type eq \"work\"", json!({"type": "home"})));
    assert!(on("schemas", "value eq \"urn:a:b\"", json!("urn:a:b")));
    assert!(!on("schemas", "value eq \"urn:a:b\"", json!("urn:a:c")));
    let nested: Filter = "emails[type eq \"work\"]".parse().unwrap();
    assert!(nested.resolve_element(user.attribute("emails").unwrap()).unwrap_err().is_unknown_attribute());
}

#[test]
fn equalities_describe_an_element() {
    let described = |text: &str| {
        let parts = text.parse::<Filter>().unwrap().described_element()?;
        Some(parts.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(described("type eq \"work\"").unwrap(), "type=\"work\"");
    assert_eq!(
        described("type eq \"work\" and (primary eq true and TYPE eq \"work\")").unwrap(),
        "type=\"work\" primary=true"
    );
    for other in [
        "type ne \"work\"",
        "type pr",
        "type eq \"work\" or type eq \"home\"",
        "type eq \"work\" and type eq \"home\"",
        "not (type eq \"work\")",
        "type eq null",
        "emails.type eq \"work\"",
    ] {
        assert_eq!(described(other), None, "{other}");
    }
}

#[test]
fn mentioned_attributes_are_found_anywhere() {
    let users =
        resolve("not (title pr or emails[type eq \"work\"].value pr) and manager eq \"x\"", &user_type());
    for name in ["title", "EMAILS", ENTERPRISE_USER_URN] {
        assert!(users.mentions(name), "{name}");
    }
    for name in ["type", "value", "manager", "groups"] {
        assert!(!users.mentions(name), "{name}");
    }
}

fn spanned<T>(node: T) -> Spanned<T> {
    Spanned { node, span: Span::default() }
}

fn name() -> impl Strategy<Value = AttributeName> {
    "[a-zA-Z][a-zA-Z0-9_-]{0,6}"
        .prop_filter("keywords", |name| !["and", "or", "not"].contains(&name.to_lowercase().as_str()))
        .prop_map(|name| name.parse().unwrap())
}

fn path(with_sub: bool) -> impl Strategy<Value = Spanned<AttributePath>> {
    let sub = if with_sub { prop::option::of(name()).boxed() } else { Just(None).boxed() };
    (prop::option::of("urn:[a-z]{1,4}(:[a-z0-9.]{1,4}){0,2}"), name(), sub)
        .prop_map(|(uri, name, sub)| spanned(AttributePath { uri, name, sub }))
}

fn test() -> impl Strategy<Value = Test> {
    let literal = prop_oneof![
        any::<String>().prop_map(Literal::Text),
        any::<i64>().prop_map(|n| Literal::Number(n.to_string())),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?".prop_map(Literal::Number),
        any::<bool>().prop_map(Literal::Boolean),
        Just(Literal::Null),
    ];
    let op = prop::sample::select(&CompareOp::ALL[..]);
    prop_oneof![
        Just(Test::Present),
        (op, literal).prop_map(|(op, literal)| Test::Compare { op: spanned(op), literal: spanned(literal) }),
    ]
}

fn joined(leaf: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|expr| Expr::Not(Box::new(expr))),
        ]
    })
    .boxed()
}

fn expr() -> BoxedStrategy<Expr> {
    let attribute = (path(true), test())
        .prop_map(|(path, test)| Expr::Attribute(Box::new(AttributeTest { path, test })))
        .boxed();
    let part = (name(), test()).prop_map(|(name, test)| PartTest { name: spanned(name), test });
    let element = (path(false), joined(attribute.clone()), prop::option::of(part))
        .prop_map(|(path, inner, part)| Expr::Element(Box::new(ElementTest { path, inner, part })));
    joined(prop_oneof![attribute, element].boxed())
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same(expr in expr()) {
        let text = expr.to_string();
        prop_assert_eq!(&parse::filter(&text).map_err(|f| f.in_text(&text).to_string()), &Ok(expr));
    }

    #[test]
    fn no_bytes_bring_the_reader_down(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = text.parse::<Filter>() {
            prop_assert_eq!(error.to_string().lines().count(), 1);
            prop_assert_eq!(error.caret().lines().count(), 2);
        }
        let _ = parse_target(&text);
    }

    #[test]
    fn no_sequence_of_tokens_brings_the_reader_down(
        tokens in prop::collection::vec(prop::sample::select(&[
            "(", ")", "[", "]", ".", "not", "not(", "and", "or", "eq", "pr", "co", "emails", "type", "name.givenName",
            "\"x\"", "\"\\", "-1", "true", "null", " ", "urn:a:", ":", "é", "userName eq \"a\"",
        ][..]), 0..60),
        glue in prop::sample::select(&["", " "][..]),
    ) {
        let text = tokens.join(glue);
        match text.parse::<Filter>() {
            Ok(filter) => {
                prop_assert_eq!(&filter.to_string().parse::<Filter>(), &Ok(filter.clone()));
                if let Err(error) = filter.resolve(&user_type()) {
                    prop_assert_eq!(error.caret().lines().count(), 2);
                }
            }
            Err(error) => prop_assert_eq!(error.caret().lines().count(), 2),
        }
    }
}

#[test]
fn a_lookup_is_one_comparison_of_one_attribute_with_a_text() {
    let looked_up = |text: &str| {
        let filter: Filter = text.parse().unwrap();
        filter.looked_up().map(|(path, text)| (path.to_string(), text.to_owned()))
    };
    let found = |path: &str, text: &str| Some((path.to_owned(), text.to_owned()));
    assert_eq!(looked_up(r#"(username EQ "Ann\u0021")"#), found("username", "Ann!"));
    assert_eq!(looked_up(r#"urn:x:User:userName eq "a""#), found("urn:x:User:userName", "a"));
    for other in [
        r#"userName sw "a""#,
        "userName pr",
        "active eq true",
        r#"not (userName eq "a")"#,
        r#"userName eq "a" and active eq true"#,
        r#"emails[value eq "a"]"#,
    ] {
        assert_eq!(looked_up(other), None, "{other}");
    }
}
