//! Attributes that have a column: what filters compare and lists are sorted by without reading documents.

use crate::ids::Kind;
use scim_core::filter::Place;

/// A column, or what is as good as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    UserName,
    DisplayName,
    ExternalId,
    FamilyName,
    GivenName,
    Active,
    Id,
    Created,
    LastModified,
    /// Every resource of the type has the same: the name of the type.
    ResourceType,
    /// Always there; not compared.
    Meta,
}

/// The column of a place.
pub(crate) fn column(kind: Kind, place: &Place) -> Option<Column> {
    if place.extension.is_some() {
        return None;
    }
    let built_in = matches!(kind, Kind::User | Kind::Group);
    Some(match (place.attribute.as_str(), place.sub.as_deref()) {
        ("id", None) => Column::Id,
        ("externalId", None) => Column::ExternalId,
        ("meta", None) => Column::Meta,
        ("meta", Some("created")) => Column::Created,
        ("meta", Some("lastModified")) => Column::LastModified,
        ("meta", Some("resourceType")) => Column::ResourceType,
        ("displayName", None) if built_in => Column::DisplayName,
        ("userName", None) if kind == Kind::User => Column::UserName,
        ("name", Some("familyName")) if kind == Kind::User => Column::FamilyName,
        ("name", Some("givenName")) if kind == Kind::User => Column::GivenName,
        ("active", None) if kind == Kind::User => Column::Active,
        _ => return None,
    })
}
