//! The core User schema (RFC 7643 sections 4.1 and 8.7.1).

use super::enterprise::enterprise_user_schema;
use super::parts::{labelled, read_only, text_value};
use super::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema};

/// The URN of the User schema.
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The User resource type with the enterprise extension.
pub fn user_type() -> ResourceType {
    let mut user = ResourceType::new("User", "/Users", "An account of a person or a service.", user_schema())
        .extended_by(enterprise_user_schema(), false);
    // It parses; a `Result` is a list of its success.
    user.indexes.extend("emails".parse());
    user
}

/// The schema of a user.
pub fn user_schema() -> Schema {
    let mut attributes = scalars();
    attributes.extend(lists());
    Schema {
        id: USER_URN.to_owned(),
        name: "User".to_owned(),
        description: "An account of a person or a service.".to_owned(),
        attributes,
    }
}

fn scalars() -> Vec<Attribute> {
    vec![
        Attribute::string("userName", "The name by which the user signs in; unique in the tenant, any case.")
            .required()
            .unique(),
        Attribute::complex(
            "name",
            "The parts of the user's name.",
            vec![
                Attribute::string("formatted", "The whole name, ready to be shown."),
                Attribute::string("familyName", "The family name."),
                Attribute::string("givenName", "The given name."),
                Attribute::string("middleName", "The middle names."),
                Attribute::string("honorificPrefix", "What stands before the name, such as a title."),
                Attribute::string("honorificSuffix", "What stands after the name, such as `III`."),
            ],
        ),
        Attribute::string("displayName", "The name to show."),
        Attribute::string("nickName", "A casual name."),
        Attribute::reference("profileUrl", "A page about the user.", &["external"]),
        Attribute::string("title", "The position held, such as `Vice President`."),
        Attribute::string("userType", "The relation to the organisation, such as `Employee`."),
        Attribute::string("preferredLanguage", "The preferred languages, as in an Accept-Language header."),
        Attribute::string("locale", "The place whose conventions apply, such as `en-US`."),
        Attribute::string("timezone", "The time zone, such as `Europe/Berlin`."),
        Attribute::boolean(
            "active",
            "Whether the user may use the platform; `false` revokes access at once.",
        ),
        Attribute::string("password", "Accepted and thrown away: this server keeps no passwords.")
            .case_exact()
            .mutability(Mutability::WriteOnly)
            .returned(Returned::Never),
    ]
}

fn lists() -> Vec<Attribute> {
    let list = |name: &str, about: &str, parts| Attribute::complex(name, about, parts).multi();
    vec![
        list("emails", "E-mail addresses.", labelled(text_value("The address."), &["work", "home", "other"])),
        list(
            "phoneNumbers",
            "Telephone numbers, kept as sent.",
            labelled(text_value("The number."), &["work", "home", "mobile", "fax", "pager", "other"]),
        ),
        list(
            "ims",
            "Instant messaging addresses.",
            labelled(
                text_value("The address."),
                &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            ),
        ),
        list(
            "photos",
            "Pictures, by their address; never fetched.",
            labelled(
                Attribute::reference("value", "The address of the picture.", &["external"]),
                &["photo", "thumbnail"],
            ),
        ),
        list("addresses", "Postal addresses.", address_parts()),
        read_only(list(
            "groups",
            "The groups that the user is in; change them through the groups.",
            group_parts(),
        )),
        list("entitlements", "What the user is entitled to.", labelled(text_value("The entitlement."), &[])),
        list("roles", "The roles that the user has.", labelled(text_value("The role."), &[])),
        list(
            "x509Certificates",
            "Certificates, DER in base64.",
            labelled(Attribute::new("value", AttributeType::Binary, "The certificate.").case_exact(), &[]),
        ),
    ]
}

fn address_parts() -> Vec<Attribute> {
    vec![
        Attribute::string("formatted", "The whole address, ready to be printed."),
        Attribute::string("streetAddress", "Street and house number."),
        Attribute::string("locality", "The city."),
        Attribute::string("region", "The state or region."),
        Attribute::string("postalCode", "The postal code."),
        Attribute::string("country", "The country, ISO 3166-1 alpha-2."),
        Attribute::string("type", "What the address is used for.").suggests(&["work", "home", "other"]),
        Attribute::boolean("primary", "Whether this is the preferred address; at most one is."),
    ]
}

fn group_parts() -> Vec<Attribute> {
    vec![
        text_value("The id of the group.").case_exact(),
        Attribute::reference("$ref", "The URI of the group.", &["Group"]),
        Attribute::string("display", "The group's displayName."),
        Attribute::string("type", "How the user belongs to the group.").suggests(&["direct", "indirect"]),
    ]
}
