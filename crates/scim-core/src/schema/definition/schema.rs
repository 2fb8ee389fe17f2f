//! Schemas of definition files (RFC 7643 section 7).

use super::attribute::Attributes;
use super::error::{Faults, Place};
use super::fields::Fields;
use crate::json::shortened;
use crate::name::AttributeName;
use crate::path::AttributePath;
use crate::schema::Schema;

/// The longest URN of a schema, in bytes.
const MAX_URN: usize = 256;

/// What the URNs of messages begin with (RFC 7644 section 10.4); none of them is a schema of resources.
const MESSAGES: &str = "urn:ietf:params:scim:api:";

/// The names that a schema of a file may not give to attributes of a resource itself: the common
/// attributes (RFC 7643 section 3.1), and the two sides of memberships, which the server keeps.
const RESERVED: [&str; 6] = ["schemas", "id", "externalId", "meta", "members", "groups"];

/// A schema as a file defines it.
pub(super) struct Draft<'f> {
    pub(super) schema: Schema,
    pub(super) place: Place<'f>,
    /// Whether all of it could be read.
    pub(super) is_sound: bool,
    /// The attributes that it may define as an extension only.
    reserved: Vec<(Place<'f>, String)>,
}

impl<'f> Draft<'f> {
    /// Reads a schema; `None` when there is no telling which one it is.
    pub(super) fn read(fields: &Fields<'_, 'f>, faults: &mut Faults<'f>) -> Option<Self> {
        let before = faults.count();
        fields.refuse_others(&["schemas", "meta", "id", "name", "description", "attributes"], faults);
        let id = fields.required_text("id", faults).filter(|id| check_urn(id, fields, faults));
        let name = fields.required_text("name", faults).unwrap_or_default();
        let description = fields.text("description", faults).unwrap_or_default();
        let items = fields.items("attributes", faults);
        if items.is_empty() && faults.count() == before {
            fields.fault("attributes", "is empty; a schema defines at least one attribute", faults);
        }
        let attributes = Attributes::read(items, &fields.place.member("attributes"), faults);
        let reserved = attributes
            .iter()
            .filter(|(attribute, _)| RESERVED.iter().any(|name| attribute.name.eq_ignore_ascii_case(name)))
            .map(|(attribute, place)| (place.member("name"), attribute.name.clone()))
            .collect();
        let schema = Schema {
            id: id?.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            attributes: attributes.into_iter().map(|(attribute, _)| attribute).collect(),
        };
        Some(Self { schema, place: fields.place.clone(), is_sound: faults.count() == before, reserved })
    }

    /// Checks what holds for the core schema of a resource type only.
    pub(super) fn check_as_core(&self, faults: &mut Faults<'f>) {
        for (place, name) in &self.reserved {
            let reason = format!("`{name}` is an attribute of the server's own; choose another name");
            faults.note(place.clone(), reason);
        }
    }
}

/// Whether a text can stand before attribute names in a path.
fn check_urn<'f>(id: &str, fields: &Fields<'_, 'f>, faults: &mut Faults<'f>) -> bool {
    // It is named alone and in lists of paths, and stands before the names of attributes.
    let reads_back = || {
        let path: Option<AttributePath> = format!("{id}:x").parse().ok();
        path.is_some_and(|path| path.uri.as_deref() == Some(id))
    };
    let is_name = || id.rsplit(':').next().is_some_and(|last| last.parse::<AttributeName>().is_ok());
    let has_parts = id.split(':').count() >= 3 && id.split(':').all(|part| !part.is_empty());
    if id.len() > MAX_URN {
        fields.fault("id", format!("is longer than {MAX_URN} bytes"), faults);
    } else if !has_parts || id.contains(',') || !reads_back() || !is_name() {
        let reason = format!("takes a URN such as `urn:example:2.0:Device`, not `{}`", shortened(id));
        fields.fault("id", reason, faults);
    } else if id.get(..MESSAGES.len()).is_some_and(|start| start.eq_ignore_ascii_case(MESSAGES)) {
        fields.fault("id", format!("`{id}` names a message of RFC 7644"), faults);
    } else {
        return true;
    }
    false
}
