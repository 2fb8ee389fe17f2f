//! The core Group schema (RFC 7643 sections 4.2 and 8.7.1).

use super::parts::text_value;
use super::{Attribute, Mutability, ResourceType, Schema};

/// The URN of the Group schema.
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The Group resource type.
pub fn group_type() -> ResourceType {
    ResourceType::new("Group", "/Groups", "A set of users and groups.", group_schema())
}

/// The schema of a group.
pub fn group_schema() -> Schema {
    let fixed = |attribute: Attribute| attribute.mutability(Mutability::Immutable);
    Schema {
        id: GROUP_URN.to_owned(),
        name: "Group".to_owned(),
        description: "A set of users and groups; its displayName is the name that policy rules use."
            .to_owned(),
        attributes: vec![
            Attribute::string(
                "displayName",
                "The name of the group, unique in the tenant; policy rules match it byte for byte.",
            )
            .required()
            .unique(),
            Attribute::complex(
                "members",
                "The users and groups in this group.",
                vec![
                    fixed(text_value("The id of the member.").case_exact()),
                    fixed(Attribute::reference("$ref", "The URI of the member.", &["User", "Group"])),
                    Attribute::string("display", "The member's displayName.")
                        .mutability(Mutability::ReadOnly),
                    fixed(
                        Attribute::string("type", "The member's resource type, derived from its id.")
                            .suggests(&["User", "Group"]),
                    ),
                ],
            )
            .multi(),
        ],
    }
}
