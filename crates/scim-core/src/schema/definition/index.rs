//! Which attributes an index may be kept for.

use crate::filter::find;
use crate::json::shortened;
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, ResourceType, Returned, Target};

/// The attribute that an entry of `indexes` names, spelled as in the schema and with the URN of the
/// extension if it is of one; the `value` of a complex attribute goes without saying.
///
/// `None` for what the server finds without such an index: the common attributes (`id`, `meta`, …),
/// `userName`, the `displayName` of a group, `members` and `groups`.
///
/// # Errors
/// With the reason why no index can be kept.
pub(super) fn indexed(resource_type: &ResourceType, text: &str) -> Result<Option<AttributePath>, String> {
    let path: AttributePath =
        text.parse().map_err(|error| format!("`{}` is no path of an attribute: {error}", shortened(text)))?;
    let target = match find(resource_type, &path) {
        Some(target) => target,
        None => resource_type.resolve(&path).map_err(|error| error.to_string())?,
    };
    let Target::Attribute { extension, attribute, sub } = target else {
        return Err(format!("`{text}` is a whole extension; name one of its attributes"));
    };
    if extension.is_none() && is_found_anyway(resource_type, attribute) {
        return Ok(None);
    }
    let value = attribute.sub_attributes.iter().find(|part| part.name == "value");
    let leaf = match (sub, attribute.kind) {
        (Some(sub), _) => sub,
        (None, AttributeType::Complex) => value.ok_or_else(|| {
            let example = attribute.sub_attributes.first().map(|part| part.name.as_str()).unwrap_or_default();
            format!("`{text}` has no `value`; name one of its parts, such as `{}.{example}`", attribute.name)
        })?,
        (None, _) => attribute,
    };
    if [attribute, leaf].iter().any(|a| a.returned == Returned::Never) {
        return Err(format!("`{text}` is never returned and not kept, so that nothing can be found by it"));
    }
    if leaf.multi_valued && !std::ptr::eq(leaf, attribute) {
        return Err(format!("no index is kept for `{text}`, which holds a list in each value"));
    }
    match leaf.kind {
        AttributeType::String
        | AttributeType::Boolean
        | AttributeType::Integer
        | AttributeType::DateTime
        | AttributeType::Reference => {}
        AttributeType::Decimal | AttributeType::Binary | AttributeType::Complex => {
            let kind = leaf.kind.expected();
            return Err(format!("no index is kept for `{text}`, which holds {kind}"));
        }
    }
    let named = |attribute: &Attribute| attribute.name.parse().map_err(|error| format!("`{text}`: {error}"));
    Ok(Some(AttributePath {
        uri: extension.map(|schema| schema.id.clone()),
        name: named(attribute)?,
        sub: sub.filter(|sub| sub.name != "value").map(named).transpose()?,
    }))
}

fn is_found_anyway(resource_type: &ResourceType, attribute: &Attribute) -> bool {
    let is_common = resource_type.common_attributes().iter().any(|common| common.name == attribute.name);
    is_common
        || matches!(
            (resource_type.name.as_str(), attribute.name.as_str()),
            ("User", "userName" | "groups") | ("Group", "displayName" | "members")
        )
}
