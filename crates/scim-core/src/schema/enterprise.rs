//! The enterprise extension of User (RFC 7643 sections 4.3 and 8.7.1).

use super::{Attribute, Mutability, Schema};

/// The URN of the enterprise extension.
pub const ENTERPRISE_USER_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

pub(super) fn enterprise_user_schema() -> Schema {
    Schema {
        id: ENTERPRISE_USER_URN.to_owned(),
        name: "EnterpriseUser".to_owned(),
        description: "What an organisation knows about its staff.".to_owned(),
        attributes: vec![
            Attribute::string("employeeNumber", "The number that the organisation gave the person."),
            Attribute::string("costCenter", "The cost center."),
            Attribute::string("organization", "The organisation."),
            Attribute::string("division", "The division."),
            Attribute::string("department", "The department."),
            Attribute::complex(
                "manager",
                "The user's manager.",
                vec![
                    Attribute::string("value", "The id of the manager's user.").case_exact(),
                    Attribute::reference("$ref", "The URI of the manager's user.", &["User"]),
                    Attribute::string("displayName", "The manager's displayName.")
                        .mutability(Mutability::ReadOnly),
                ],
            ),
        ],
    }
}
