//! Resource types of definition files (RFC 7643 section 6), and the server's own key `indexes`.

use super::error::{Faults, Place};
use super::fields::Fields;
use crate::json::shortened;
use crate::name::AttributeName;

const KEYS: [&str; 9] =
    ["schemas", "meta", "id", "name", "description", "endpoint", "schema", "schemaExtensions", "indexes"];

/// A text and its place.
pub(super) type Text<'v, 'f> = (&'v str, Place<'f>);

/// A resource type as a file describes it: its schemas are only named.
pub(super) struct Draft<'v, 'f> {
    pub(super) place: Place<'f>,
    pub(super) name: &'v str,
    pub(super) description: Option<&'v str>,
    pub(super) endpoint: Option<Text<'v, 'f>>,
    pub(super) schema: Option<Text<'v, 'f>>,
    /// URNs of extensions, and whether every resource must carry them.
    pub(super) extensions: Vec<(Text<'v, 'f>, bool)>,
    pub(super) indexes: Vec<Text<'v, 'f>>,
}

impl<'v, 'f> Draft<'v, 'f> {
    /// Reads a resource type; `None` when there is no telling which one it is.
    pub(super) fn read(fields: &Fields<'v, 'f>, faults: &mut Faults<'f>) -> Option<Self> {
        fields.refuse_others(&KEYS, faults);
        let name = fields.required_text("name", faults).filter(|name| check_name(name, fields, faults));
        if let (Some(id), Some(name)) = (fields.text("id", faults), name)
            && id != name
        {
            fields.fault("id", format!("is the name of the resource type, `{name}`, or absent"), faults);
        }
        let placed = |key: &str, faults: &mut Faults<'f>| {
            let text = fields.text(key, faults).filter(|text| !text.is_empty())?;
            Some((text, fields.place.member(key)))
        };
        let endpoint = placed("endpoint", faults);
        let schema = placed("schema", faults);
        let extensions = extensions(fields, faults);
        let indexes = fields.texts("indexes", faults);
        let description = fields.text("description", faults);
        Some(Self {
            place: fields.place.clone(),
            name: name?,
            description,
            endpoint,
            schema,
            extensions,
            indexes,
        })
    }
}

fn extensions<'v, 'f>(fields: &Fields<'v, 'f>, faults: &mut Faults<'f>) -> Vec<(Text<'v, 'f>, bool)> {
    let items = fields.items("schemaExtensions", faults);
    let mut extensions = Vec::with_capacity(items.len());
    for (item, place) in items {
        let Some(entry) = Fields::of(item, place, faults) else { continue };
        entry.refuse_others(&["schema", "required"], faults);
        let required = entry.flag("required", faults);
        if let Some(urn) = entry.required_text("schema", faults) {
            extensions.push(((urn, entry.place.member("schema")), required));
        }
    }
    extensions
}

fn check_name<'f>(name: &str, fields: &Fields<'_, 'f>, faults: &mut Faults<'f>) -> bool {
    let is_plain = !name.starts_with('$') && name.parse::<AttributeName>().is_ok();
    if !is_plain {
        let reason = format!(
            "`{}` is no name: a resource type's name starts with a letter and holds letters, digits, `-` \
             and `_` only",
            shortened(name)
        );
        fields.fault("name", reason, faults);
    }
    is_plain
}
