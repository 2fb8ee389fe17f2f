//! JSON with duplicate keys refused, and a cursor that knows its pointer.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{RuleError, RuleProblem, nearest};

/// Reads JSON text. serde_json bounds the depth (128) and would keep the last of two equal keys, which
/// could drop a condition without a word; here a repeated key is an error.
pub(super) fn read(text: &str) -> Result<Value, RuleError> {
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Unique { pointer: String::new(), duplicate: &duplicate }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| {
        duplicate
            .take()
            .unwrap_or_else(|| RuleError::new("", RuleProblem::Syntax { message: error.to_string() }))
    })
}

struct Unique<'a> {
    pointer: String,
    duplicate: &'a RefCell<Option<RuleError>>,
}

impl Unique<'_> {
    fn below(&self, segment: &str) -> Self {
        Self { pointer: child(&self.pointer, segment), duplicate: self.duplicate }
    }
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below(&list.len().to_string()))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                let problem = RuleProblem::DuplicateKey { key };
                self.duplicate.replace(Some(RuleError::new(&self.pointer, problem)));
                return Err(A::Error::custom("duplicate key"));
            }
            let value = entries.next_value_seed(self.below(&key))?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// A value and the JSON pointer that leads to it.
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

impl<'a> Node<'a> {
    pub(super) const fn root(value: &'a Value) -> Self {
        Self { value, pointer: String::new() }
    }

    pub(super) fn error(&self, problem: RuleProblem) -> RuleError {
        RuleError::new(&self.pointer, problem)
    }

    pub(super) fn wrong_type(&self, expected: &'static str) -> RuleError {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.error(RuleProblem::WrongType { expected, found })
    }

    /// Checks that this is an object whose keys are all among `known`.
    pub(super) fn object(&self, known: &'static [&'static str]) -> Result<(), RuleError> {
        let Value::Object(map) = self.value else { return Err(self.wrong_type("an object")) };
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let near = nearest(key, known.iter().copied());
                let problem = RuleProblem::UnknownKey { key: key.clone(), near };
                Err(RuleError::new(child(&self.pointer, key), problem))
            }
        }
    }

    /// The value under a key; absent and null are the same.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(Self { value, pointer: child(&self.pointer, key) })
    }

    pub(super) fn items(&self) -> Result<impl Iterator<Item = Self> + use<'_, 'a>, RuleError> {
        let Value::Array(items) = self.value else { return Err(self.wrong_type("an array")) };
        let at = |index: usize| child(&self.pointer, &index.to_string());
        Ok(items.iter().enumerate().map(move |(index, value)| Self { value, pointer: at(index) }))
    }

    pub(super) fn string(&self) -> Result<&'a str, RuleError> {
        self.value.as_str().ok_or_else(|| self.wrong_type("a string"))
    }
}

fn child(pointer: &str, segment: &str) -> String {
    format!("{pointer}/{}", segment.replace('~', "~0").replace('/', "~1"))
}
