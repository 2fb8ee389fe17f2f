//! What a replacement may not change (RFC 7644 section 3.5.1).

use crate::schema::{Attribute, Mutability, ResourceType};
use crate::value::{pairs, same_value};
use serde_json::{Map, Value};

impl ResourceType {
    /// Holds a resource that replaces another to what is immutable: a value that is set already stays,
    /// when it is left out as well.
    ///
    /// Looks at attributes and at the parts of complex ones. The values of a list come and go; one that was
    /// there before keeps its parts.
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
            keep_parts(&extension.schema.attributes, old, urn, after)
                .map_err(|name| format!("{urn}:{name}"))?;
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
        let (name, parts) = (attribute.name.as_str(), &attribute.sub_attributes);
        if attribute.mutability == Mutability::Immutable {
            match after.get(name) {
                Some(new) if same_value(old, new) => {}
                Some(_) => return Err(name),
                None => drop(after.insert(name.to_owned(), old.clone())),
            }
            continue;
        }
        match (old, after.get_mut(name)) {
            (Value::Object(old), _) => keep_parts(parts, old, name, after).map_err(|_| name)?,
            (Value::Array(old), Some(Value::Array(new))) => {
                for (i, j) in pairs(attribute, old, new) {
                    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (old.get(i), new.get_mut(j))
                    {
                        keep(parts, old, new).map_err(|_| name)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The same for the parts of a complex value or of an extension. If it is left out and some of it stays,
/// what it requires stays as well.
fn keep_parts<'s>(
    defined: &'s [Attribute],
    before: &Map<String, Value>,
    name: &str,
    after: &mut Map<String, Value>,
) -> Result<(), &'s str> {
    if let Some(Value::Object(parts)) = after.get_mut(name) {
        return keep(defined, before, parts);
    }
    let mut parts = Map::new();
    keep(defined, before, &mut parts)?;
    if parts.is_empty() {
        return Ok(());
    }
    for part in defined.iter().filter(|part| part.is_expected()) {
        if let Some(old) = before.get(&part.name) {
            parts.entry(part.name.as_str()).or_insert_with(|| old.clone());
        }
    }
    after.insert(name.to_owned(), Value::Object(parts));
    Ok(())
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
        let desk =
            vec![Attribute::string("floor", "").required(), fixed("number"), Attribute::string("note", "")];
        let part = vec![Attribute::string("value", ""), Attribute::string("type", ""), fixed("serial")];
        let core = schema(
            "urn:x:thing",
            vec![
                fixed("serial"),
                fixed("tags").multi(),
                place,
                Attribute::complex("desk", "", desk),
                Attribute::complex("parts", "", part).multi(),
            ],
        );
        let things = ResourceType::new("Thing", "/Things", "", core).extended_by(
            schema("urn:x:more", vec![fixed("owner"), Attribute::string("office", "").required()]),
            false,
        );
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

    #[test]
    fn what_is_left_out_as_a_whole_keeps_what_is_set_once_and_what_that_requires() {
        let before = json!({
            "place": {"room": "5", "note": "x"},
            "desk": {"floor": "G", "number": "7", "note": "x"},
            "urn:x:more": {"owner": "ann", "office": "A"},
        });
        let stays = json!({
            "place": {"room": "5"},
            "desk": {"floor": "G", "number": "7"},
            "urn:x:more": {"owner": "ann", "office": "A"},
        });
        assert_eq!(kept(before, json!({})), Ok(stays));
        let free = json!({"place": {"note": "x"}, "desk": {"floor": "G"}, "urn:x:more": {"office": "A"}});
        assert_eq!(kept(free, json!({})), Ok(json!({})));
    }

    #[test]
    fn values_of_a_list_come_and_go_and_the_same_value_keeps_what_is_set_once() {
        let part = |value: &str, serial: &str| json!({"value": value, "serial": serial});
        let (p1, p2, bare) = (part("p1", "x"), part("p2", "y"), json!({"value": "p1"}));
        let typed = json!({"value": "p1", "type": "spare", "serial": "z"});
        let unnamed = |kind: &str, serial: &str| json!({"type": kind, "serial": serial});
        for (old, new, expected) in [
            (json!([p1]), json!([p1, p2]), Some(json!([p1, p2]))),
            (json!([p1, p2]), json!([p2]), Some(json!([p2]))),
            (json!([p1, p2]), json!([p2, p1]), Some(json!([p2, p1]))),
            (json!([p1]), json!([typed]), Some(json!([typed]))),
            (json!([bare]), json!([p1]), Some(json!([p1]))),
            (json!([p1]), json!([bare]), Some(json!([p1]))),
            (json!([p1, p2]), json!([part("p2", "y"), part("p1", "y")]), None),
            (json!([p1]), json!([part("P1", "y")]), None),
            // Of several that are the same value, each has its own.
            (
                json!([p1, part("p1", "y")]),
                json!([part("p1", "y"), bare]),
                Some(json!([part("p1", "y"), p1])),
            ),
            (json!([p1]), json!([p1, part("p1", "y")]), Some(json!([p1, part("p1", "y")]))),
            (json!([p1, part("p1", "y")]), json!([p1, part("p1", "z")]), None),
            // Without a `value`, what may change tells them apart.
            (json!([unnamed("a", "x")]), json!([unnamed("b", "y")]), Some(json!([unnamed("b", "y")]))),
            (json!([unnamed("a", "x")]), json!([unnamed("a", "y")]), None),
            (json!([{"serial": "x"}]), json!([{"serial": "y"}]), Some(json!([{"serial": "y"}]))),
        ] {
            let after =
                kept(json!({"parts": old}), json!({"parts": new})).map(|after| after["parts"].clone());
            assert_eq!(after, expected.ok_or("parts".to_owned()), "{old} {new}");
        }
        assert_eq!(kept(json!({"parts": [p1]}), json!({})), Ok(json!({})));
    }
}
