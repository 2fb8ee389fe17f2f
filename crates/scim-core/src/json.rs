//! The strict JSON reader: what a client sends, or one error that says where it is wrong.

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// The deepest nesting of arrays and objects that is accepted.
pub const MAX_DEPTH: usize = 16;

/// The most values in one text: each takes much more memory than its two or three characters.
pub const MAX_VALUES: usize = 1_000_000;

/// The most arrays and objects in one text, which take more memory still. A member of a group in its
/// shortest form takes 48 characters, so that 200,000 of them would be a body of 9 MiB.
pub const MAX_CONTAINERS: usize = 200_000;

/// Says why a text was not accepted as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    message: String,
    /// The line of the fault, from 1; 0 when the text is not UTF-8.
    pub line: usize,
    /// The column of the fault, from 1.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON value and nothing after it.
///
/// Stricter than JSON where a lenient reader and a strict one could understand different things
/// (RFC 7493): a member name may occur once in an object, compared without ASCII case because SCIM
/// attribute names are; nesting ends at [`MAX_DEPTH`]; whole numbers must fit 64 bits. There are at most
/// [`MAX_VALUES`] values, [`MAX_CONTAINERS`] of them arrays and objects.
///
/// # Errors
/// When the text is not such a value; the message quotes no value of the text.
pub fn from_slice(text: &[u8]) -> Result<Value, JsonError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let left = Left { values: Cell::new(MAX_VALUES), containers: Cell::new(MAX_CONTAINERS) };
    let value =
        Strict { depth: 0, left: &left }.deserialize(&mut reader).and_then(|v| reader.end().map(|()| v));
    value.map_err(|e| JsonError { line: e.line(), column: e.column(), message: describe(&e) })
}

/// serde_json quotes unexpected values in data errors; ours never come from there.
fn describe(error: &serde_json::Error) -> String {
    if error.is_eof() && error.line() <= 1 && error.column() == 0 {
        return "the body is empty; a JSON object was expected".to_owned();
    }
    format!("not valid JSON: {error}")
}

/// How many values there may be still.
struct Left {
    values: Cell<usize>,
    containers: Cell<usize>,
}

fn spend<E: serde::de::Error>(left: &Cell<usize>, most: usize, what: &str) -> Result<(), E> {
    let rest = left.get().checked_sub(1);
    left.set(
        rest.ok_or_else(|| {
            E::custom(format_args!("more than {most} {what}; send them in several requests"))
        })?,
    );
    Ok(())
}

#[derive(Clone, Copy)]
struct Strict<'l> {
    depth: usize,
    left: &'l Left,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        spend(&self.left.values, MAX_VALUES, "values")?;
        deserializer.deserialize_any(self)
    }
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        spend(&self.left.containers, MAX_CONTAINERS, "arrays and objects")?;
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Value, E> {
        // A whole number too large for 64 bits arrives here already rounded.
        if v.fract() == 0.0 && v.abs() >= 9_007_199_254_740_992.0 {
            return Err(E::custom("a number that cannot be kept exactly"));
        }
        Number::from_f64(v).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }

    fn visit_string<E>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inside = self.deeper::<A::Error>()?;
        let mut list = Vec::new();
        while let Some(item) = seq.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inside = self.deeper::<A::Error>()?;
        let mut seen = HashSet::new();
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if !seen.insert(name.to_ascii_lowercase()) {
                return Err(A::Error::custom(format_args!(
                    "the member name `{}` occurs twice in one object (upper and lower case count as the same)",
                    shortened(&name)
                )));
            }
            object.insert(name, map.next_value_seed(inside)?);
        }
        Ok(Value::Object(object))
    }
}

/// A text for an error message, where it stands between backticks: without those and without control
/// characters, and of bounded length.
pub fn shortened(text: &str) -> String {
    legible(text).replace('`', "'")
}

/// A text without control characters and of bounded length.
pub fn legible(text: &str) -> String {
    const LIMIT: usize = 120;
    let mut out: String = text
        .chars()
        .take(LIMIT)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(LIMIT).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_json_is_read_as_it_is() {
        let text = br#"{"a":[1,-2,2.5,true,null,"x\u00e9"],"b":{"c":9223372036854775807}}"#;
        let value = from_slice(text).unwrap();
        assert_eq!(value, serde_json::from_slice::<Value>(text).unwrap());
        assert_eq!(from_slice(b"\xef\xbb\xbf{}").unwrap(), serde_json::json!({}));
    }

    #[test]
    fn a_repeated_name_is_refused_in_any_case() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"userName":1,"USERNAME":2}"#, r#"[{"x":{"b":1,"b":1}}]"#] {
            let error = from_slice(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("occurs twice"), "{error}");
        }
    }

    #[test]
    fn depth_ends_at_the_limit() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(from_slice(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(from_slice(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err().to_string().contains("deeper"));
        assert!(from_slice("[".repeat(200_000).as_bytes()).is_err());
    }

    #[test]
    fn values_are_not_more_than_memory_is_meant_for() {
        let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
        let read = |text: String| from_slice(text.as_bytes()).map(|_| ()).map_err(|e| e.to_string());
        assert_eq!(read(list("0", MAX_VALUES - 1)), Ok(()));
        assert!(read(list("0", MAX_VALUES)).unwrap_err().contains("values"));
        assert_eq!(read(list("{}", MAX_CONTAINERS - 1)), Ok(()));
        assert!(read(list("[]", MAX_CONTAINERS)).unwrap_err().contains("arrays and objects"));
    }

    #[test]
    fn numbers_that_would_change_are_refused() {
        assert!(from_slice(b"123456789012345678901234567890").is_err());
        assert!(from_slice(b"1e400").is_err());
        assert!(from_slice(b"1.5").is_ok());
    }

    #[test]
    fn a_fraction_is_written_as_it_was_read() {
        let once = from_slice(b"-18446744070.9551615").unwrap();
        assert_eq!(from_slice(once.to_string().as_bytes()).unwrap(), once);
        assert_eq!(once, serde_json::json!(-18_446_744_070.955_162_f64));
    }

    #[test]
    fn faults_have_a_place_and_quote_no_value() {
        let error = from_slice(b"{\"userName\": \"secret-value\n").unwrap_err();
        assert!(!error.to_string().contains("secret-value"));
        assert!(from_slice(b"{} x").is_err());
        assert!(from_slice(b"").unwrap_err().to_string().contains("empty"));
        assert!(from_slice(b"\xff\xfe").is_err());
    }
}
