//! What a replacement may not change (RFC 7644 section 3.5.1).

use crate::schema::{Attribute, Mutability, ResourceType};
use serde_json::{Map, Value};

impl ResourceType {
    /// Holds a resource that replaces another to what is immutable: a value that is set already stays,
    /// when it is left out as well.
    ///
    /// Looks at attributes and at the parts of singular complex ones; the values of a list come and go.
    ///
    /// # Errors
    /// With the path of an attribute that would get another value.
    pub fn keep_immutable(
        &self,
        before: &Map<String, Value>,
        after: &mut Map<String, Value>,
    ) -> Result<(), String> {
        keep(&self.schema.attributes, before, after)?;
        for extension in &self.extensions {
            let urn = &extension.schema.id;
            let Some(Value::Object(old)) = before.get(urn) else { continue };
            let mut parts = match after.shift_remove(urn) {
                Some(Value::Object(parts)) => parts,
                _ => Map::new(),
            };
            let kept = keep(&extension.schema.attributes, old, &mut parts);
            if !parts.is_empty() {
                after.insert(urn.clone(), Value::Object(parts));
            }
            kept.map_err(|name| format!("{urn}:{name}"))?;
        }
        Ok(())
    }
}

fn keep<'s>(
    attributes: &'s [Attribute],
    before: &Map<String, Value>,
    after: &mut Map<String, Value>,
) -> Result<(), &'s str> {
    for attribute in attributes {
        let Some(old) = before.get(&attribute.name) else { continue };
        if attribute.mutability == Mutability::Immutable {
            match after.get(&attribute.name) {
                Some(new) if same(old, new) => {}
                Some(_) => return Err(&attribute.name),
                None => drop(after.insert(attribute.name.clone(), old.clone())),
            }
        } else if let (Value::Object(old), Some(Value::Object(new))) = (old, after.get_mut(&attribute.name)) {
            keep(&attribute.sub_attributes, old, new).map_err(|_| attribute.name.as_str())?;
        }
    }
    Ok(())
}

/// Whether two values are the same; the order of a list means nothing (RFC 7643 section 2.4).
fn same(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().all(|value| new.contains(value))
        }
        (old, new) => old == new,
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::{Attribute, Mutability, ResourceType, Schema};
    use serde_json::{Value, json};

    fn kept(before: Value, mut after: Value) -> Result<Value, String> {
        let fixed = |name: &str| Attribute::string(name, "").mutability(Mutability::Immutable);
        let schema = |id: &str, attributes| Schema {
            id: id.to_owned(),
            name: "Thing".to_owned(),
            description: String::new(),
            attributes,
        };
        let place = Attribute::complex("place", "", vec![fixed("room"), Attribute::string("note", "")]);
        let core = schema("urn:x:thing", vec![fixed("serial"), fixed("tags").multi(), place]);
        let things = ResourceType::new("Thing", "/Things", "", core)
            .extended_by(schema("urn:x:more", vec![fixed("owner")]), false);
        let after_map = after.as_object_mut().unwrap();
        things.keep_immutable(before.as_object().unwrap(), after_map).map(|()| after)
    }

    #[test]
    fn what_is_set_stays_and_what_is_not_may_be_set() {
        let before = json!({"serial": "1", "tags": ["a", "b"], "place": {"room": "5"}, "urn:x:more": {"owner": "ann"}});
        assert_eq!(kept(json!({}), before.clone()), Ok(before.clone()));
        assert_eq!(kept(before.clone(), before.clone()), Ok(before.clone()));
        assert!(kept(before.clone(), json!({"tags": ["b", "a"]})).is_ok());
        let left_out = kept(before.clone(), json!({"place": {"note": "x"}})).unwrap();
        assert_eq!(left_out["serial"], "1");
        assert_eq!(left_out["urn:x:more"], json!({"owner": "ann"}));
        assert_eq!(left_out["place"], json!({"note": "x", "room": "5"}));
        for (changed, path) in [
            (json!({"serial": "2"}), "serial"),
            (json!({"tags": ["a"]}), "tags"),
            (json!({"place": {"room": "6"}}), "place"),
            (json!({"urn:x:more": {"owner": "ben"}}), "urn:x:more:owner"),
        ] {
            assert_eq!(kept(before.clone(), changed), Err(path.to_owned()));
        }
    }
}
