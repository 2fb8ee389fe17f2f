//! The attributes that every resource has (RFC 7643 section 3.1).

use super::parts::{date_time, read_only};
use super::{Attribute, Returned};

/// `schemas`, `id`, `externalId` and `meta`.
pub(super) fn common_attributes() -> Vec<Attribute> {
    vec![
        Attribute::reference("schemas", "The URNs of the schemas that this resource uses.", &["uri"])
            .multi()
            .required()
            .returned(Returned::Always),
        read_only(
            Attribute::string("id", "The identifier that the server gave the resource.")
                .case_exact()
                .required()
                .unique()
                .returned(Returned::Always),
        ),
        Attribute::string("externalId", "The identifier that the client uses for the resource.").case_exact(),
        read_only(Attribute::complex(
            "meta",
            "What the server knows about the resource itself.",
            vec![
                Attribute::string("resourceType", "The name of the resource type.").case_exact(),
                date_time("created", "When the resource was created."),
                date_time("lastModified", "When the resource last changed."),
                Attribute::reference("location", "The URI of the resource.", &["uri"]),
                Attribute::string("version", "The version of the resource, as in its ETag.").case_exact(),
            ],
        )),
    ]
}
