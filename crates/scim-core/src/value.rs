//! Values as the schema wants them: type checks, spelling, and the habits of real clients.
//!
//! [`normalise`] is the one door through which a client's value becomes part of a resource, for
//! POST, PUT and PATCH alike. Besides checking, it rewrites what well-known clients send in their
//! own way; each rewrite has a name that [`Findings::dialects`] collects:
//!
//! | name | rewritten | sent by |
//! |---|---|---|
//! | `string-boolean` | `"True"` → `true` | Entra ID |
//! | `empty-string` | `""` → unassigned | Entra ID, Okta |
//! | `bare-value` | `"id"` → `{"value": "id"}` for a complex attribute | Entra ID (manager) |
//! | `stringified-json` | `"{\"value\": …}"` → the object | Entra ID (app roles) |
//! | `list-of-one` | `[x]` → `x` for a singular attribute | Entra ID (manager) |
//! | `single-as-list` | `x` → `[x]` for a multi-valued attribute | several |

use crate::datetime::parse_date_time;
use crate::fault::{FaultKind, Findings};
use crate::json;
use crate::name::did_you_mean;
use crate::schema::{Attribute, AttributeType, Mutability, Uniqueness};
use serde_json::{Map, Value};

/// How strictly bodies are read. The defaults are those of the `entra` profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Refuse attributes that no schema defines; otherwise they are ignored.
    pub reject_unknown: bool,
    /// Refuse URNs in `schemas` that the resource type does not know; otherwise they are ignored.
    pub reject_foreign_schemas: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { reject_unknown: true, reject_foreign_schemas: false }
    }
}

/// Whether a value means "unassigned" (RFC 7643 section 2.5).
pub fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The kind of a JSON value, for error messages.
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Brings a client's value of an attribute into the form in which it is kept.
///
/// Answers `None` when the value means "unassigned": `null`, `[]`, an empty text, or an object or
/// list in which nothing is left. Faults, ignored parts and values without content go to `findings`;
/// a value with a fault is worth nothing. `path` is the place of the value in the body.
pub fn normalise(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    if is_unassigned(&value) {
        return None;
    }
    if !attribute.multi_valued {
        return single(attribute, value, path, rules, findings);
    }
    let value = match value {
        Value::String(text) => unwrap_json(attribute, text, findings),
        other => other,
    };
    let list = match value {
        Value::Array(list) => list,
        Value::String(text) if text.is_empty() => {
            findings.dialect("empty-string");
            findings.hollow.insert(without_indices(path));
            return None;
        }
        one => {
            findings.dialect("single-as-list");
            vec![one]
        }
    };
    let sent = list.len();
    let kept: Vec<Value> = list
        .into_iter()
        .enumerate()
        .filter_map(|(i, item)| element(attribute, item, &format!("{path}[{i}]"), rules, findings))
        .collect();
    if kept.len() < sent {
        findings.hollow.insert(without_indices(path));
    }
    if kept.iter().filter(|v| v.get("primary") == Some(&Value::Bool(true))).count() > 1 {
        findings.fault(path, FaultKind::SeveralPrimary);
    }
    if kept.is_empty() { None } else { Some(Value::Array(kept)) }
}

/// Brings one value of a multi-valued attribute into its form; see [`normalise`].
pub fn element(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    if is_unassigned(&value) { None } else { single(attribute, value, path, rules, findings) }
}

fn single(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    if attribute.kind == AttributeType::Complex {
        return complex(attribute, value, path, rules, findings);
    }
    let value = match value {
        Value::Array(mut list) if list.len() == 1 => {
            findings.dialect("list-of-one");
            list.pop()?
        }
        other => other,
    };
    if matches!(&value, Value::String(text) if text.is_empty()) {
        findings.dialect("empty-string");
        return None;
    }
    let checked = scalar(attribute.kind, value, findings).and_then(|value| {
        if attribute.uniqueness == Uniqueness::Server {
            check_name(&value)?;
        }
        Ok(value)
    });
    match checked {
        Ok(value) => Some(value),
        Err(kind) => {
            findings.fault(path, kind);
            None
        }
    }
}

/// Checks a value of a simple type.
fn scalar(kind: AttributeType, value: Value, findings: &mut Findings) -> Result<Value, FaultKind> {
    let found = kind_of(&value);
    let wrong = |found| FaultKind::WrongType { expected: kind.expected(), found };
    match (kind, value) {
        (AttributeType::Boolean, Value::Bool(b)) => Ok(Value::Bool(b)),
        (AttributeType::Boolean, Value::String(text)) => {
            let truth = if text.eq_ignore_ascii_case("true") {
                true
            } else if text.eq_ignore_ascii_case("false") {
                false
            } else {
                return Err(wrong("another string"));
            };
            findings.dialect("string-boolean");
            Ok(Value::Bool(truth))
        }
        (AttributeType::Integer, Value::Number(n)) if n.is_i64() => Ok(Value::Number(n)),
        (AttributeType::Integer, Value::Number(n)) => match n.as_f64() {
            // `5.0` is the whole number 5 (RFC 8259 makes no difference); larger ones were refused earlier.
            Some(f) if f.fract() == 0.0 && f.abs() < 9e15 => Ok(Value::from(f as i64)),
            _ => Err(wrong("a number that is not one")),
        },
        (AttributeType::Decimal, Value::Number(n)) => Ok(Value::Number(n)),
        (AttributeType::DateTime, Value::String(text)) => match parse_date_time(&text) {
            Some(_) => Ok(Value::String(text)),
            None => Err(wrong("another string")),
        },
        (AttributeType::Reference, Value::String(text)) if text.contains(char::is_whitespace) => {
            Err(wrong("a string with blanks"))
        }
        (AttributeType::Binary, Value::String(text)) if !is_base64(&text) => Err(wrong("another string")),
        (AttributeType::String | AttributeType::Reference | AttributeType::Binary, Value::String(text)) => {
            if text.chars().any(is_forbidden) {
                return Err(FaultKind::ControlCharacter);
            }
            Ok(Value::String(text))
        }
        _ => Err(wrong(found)),
    }
}

/// Characters that no text may hold: control characters other than tab and line ends, and the
/// noncharacters of Unicode.
fn is_forbidden(c: char) -> bool {
    let noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || (c as u32) & 0xfffe == 0xfffe;
    noncharacter || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// The most characters of a name that is unique in a tenant, such as `userName`.
pub const MAX_UNIQUE: usize = 512;

/// Checks a name by which a resource is known: people and gateways must be able to show it.
fn check_name(value: &Value) -> Result<(), FaultKind> {
    let Some(name) = value.as_str() else { return Ok(()) };
    if name.chars().any(char::is_control) {
        return Err(FaultKind::ControlCharacter);
    }
    if name.trim().is_empty() {
        return Err(FaultKind::Blank);
    }
    if name.chars().nth(MAX_UNIQUE).is_some() {
        return Err(FaultKind::TooLong { limit: MAX_UNIQUE });
    }
    Ok(())
}

fn is_base64(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(&b))
}

fn complex(
    attribute: &Attribute,
    value: Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) -> Option<Value> {
    let value = match value {
        Value::String(text) => unwrap_json(attribute, text, findings),
        other => other,
    };
    let object = match value {
        Value::Object(object) => object,
        Value::Array(mut list) if list.len() == 1 => {
            findings.dialect("list-of-one");
            let item = list.pop()?;
            return if item.is_array() {
                wrong_type(attribute, &item, path, findings)
            } else {
                complex(attribute, item, path, rules, findings)
            };
        }
        Value::String(text) if text.is_empty() => {
            findings.dialect("empty-string");
            return None;
        }
        bare if !bare.is_array() && !bare.is_null() && attribute.sub_attribute("value").is_some() => {
            findings.dialect("bare-value");
            Map::from_iter([("value".to_owned(), bare)])
        }
        other => return wrong_type(attribute, &other, path, findings),
    };
    let mut kept = Map::with_capacity(object.len());
    for (name, part) in object {
        let Some(sub) = attribute.sub_attribute(&name) else {
            unknown_part(attribute, &name, &part, path, rules, findings);
            continue;
        };
        let place = format!("{path}.{}", sub.name);
        if sub.mutability == Mutability::ReadOnly {
            findings.ignore(without_indices(&place));
            continue;
        }
        if let Some(part) = normalise(sub, part, &place, rules, findings) {
            kept.insert(sub.name.clone(), part);
        }
    }
    if kept.is_empty() { None } else { Some(Value::Object(kept)) }
}

fn wrong_type(attribute: &Attribute, value: &Value, path: &str, findings: &mut Findings) -> Option<Value> {
    findings.fault(path, FaultKind::WrongType { expected: attribute.kind.expected(), found: kind_of(value) });
    None
}

fn unknown_part(
    attribute: &Attribute,
    name: &str,
    part: &Value,
    path: &str,
    rules: Rules,
    findings: &mut Findings,
) {
    let place = format!("{path}.{name}");
    if is_unassigned(part) || !rules.reject_unknown {
        findings.ignore(without_indices(&place));
    } else {
        let names = || attribute.sub_attributes.iter().map(|a| a.name.as_str());
        let near = if findings.is_full() { None } else { did_you_mean(name, names()) };
        findings.fault(
            place,
            FaultKind::UnknownAttribute {
                resource_type: format!("`{}`", attribute.name),
                suggestion: near.map(|n| format!("{}.{n}", attribute.name)),
            },
        );
    }
}

/// Entra sends app roles as a JSON document inside a string.
fn unwrap_json(attribute: &Attribute, text: String, findings: &mut Findings) -> Value {
    if attribute.kind == AttributeType::Complex
        && text.trim_start().starts_with(['{', '['])
        && let Ok(value) = json::from_slice(text.as_bytes())
    {
        findings.dialect("stringified-json");
        return value;
    }
    Value::String(text)
}

/// `emails[3].value` → `emails.value`: for lists of names, which must stay short.
fn without_indices(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE_USER_URN, group_type, user_type};
    use serde_json::json;

    fn read(attribute: &str, value: Value) -> (Option<Value>, Findings) {
        let user = user_type();
        let found =
            user.attribute(attribute).or_else(|| user.extension(ENTERPRISE_USER_URN)?.attribute(attribute));
        let mut findings = Findings::default();
        let value = normalise(found.unwrap(), value, attribute, Rules::default(), &mut findings);
        (value, findings)
    }

    fn rewritten(attribute: &str, value: Value, dialect: &str) -> Option<Value> {
        let (value, findings) = read(attribute, value);
        assert!(findings.is_sound(), "{findings:?}");
        assert!(findings.dialects.contains(dialect), "{dialect} is not in {findings:?}");
        value
    }

    fn fault(attribute: &str, value: Value) -> String {
        read(attribute, value).1.into_result().unwrap_err().to_string()
    }

    #[test]
    fn the_habits_of_clients_are_rewritten_by_name() {
        assert_eq!(rewritten("active", json!("False"), "string-boolean"), Some(json!(false)));
        assert_eq!(rewritten("title", json!(""), "empty-string"), None);
        assert_eq!(rewritten("manager", json!("m1"), "bare-value"), Some(json!({"value": "m1"})));
        assert_eq!(rewritten("manager", json!(""), "empty-string"), None);
        assert_eq!(
            rewritten("manager", json!([{"value": "m1"}]), "list-of-one"),
            Some(json!({"value": "m1"}))
        );
        assert_eq!(
            rewritten("roles", json!("{\"value\":\"admin\"}"), "stringified-json"),
            Some(json!([{"value": "admin"}]))
        );
        assert_eq!(
            rewritten("emails", json!({"value": "a@b"}), "single-as-list"),
            Some(json!([{"value": "a@b"}]))
        );
    }

    #[test]
    fn names_take_the_spelling_of_the_schema() {
        let (value, _) = read("emails", json!([{"Value": "a@b", "TYPE": "work"}]));
        assert_eq!(value, Some(json!([{"value": "a@b", "type": "work"}])));
    }

    #[test]
    fn nothing_in_it_means_unassigned() {
        for empty in [json!(null), json!([]), json!([null]), json!([{}]), json!([{"value": null}])] {
            assert_eq!(read("emails", empty).0, None);
        }
    }

    #[test]
    fn faults_name_the_place_and_the_remedy() {
        assert_eq!(
            fault("emails", json!([{"value": "a@b"}, {"value": 5}])),
            "attribute `emails[1].value` takes a string, not a number; correct or remove its attribute mapping"
        );
        assert!(fault("name", json!({"givnName": "Ann"})).contains("did you mean `name.givenName`?"));
        assert!(fault("active", json!("yes")).contains("takes true or false"));
        assert!(fault("title", json!("a\u{0}b")).contains("control character"));
        assert!(fault("title", json!("a\u{fdd0}b")).contains("control character"));
        assert!(fault("userName", json!("a\nb")).contains("control character"));
        assert!(fault("userName", json!(" ")).contains("is blank"));
        assert!(fault("userName", json!("x".repeat(MAX_UNIQUE + 1))).contains("longer than 512"));
        assert!(
            fault("emails", json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]))
                .contains("primary")
        );
        assert!(fault("name", json!("Ann")).contains("takes an object"));
        assert!(fault("manager", json!([[["x"]]])).contains("takes an object"));
    }

    #[test]
    fn read_only_parts_are_ignored_once_by_name() {
        let group = group_type();
        let mut findings = Findings::default();
        let members = json!([{"value": "a", "display": "Ann"}, {"value": "b", "display": "Bob"}]);
        let attribute = group.attribute("members").unwrap();
        let kept = normalise(attribute, members, "members", Rules::default(), &mut findings);
        assert_eq!(kept, Some(json!([{"value": "a"}, {"value": "b"}])));
        assert_eq!(findings.ignored.into_iter().collect::<Vec<_>>(), ["members.display"]);
    }
}
