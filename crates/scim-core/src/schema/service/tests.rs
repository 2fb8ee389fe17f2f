//! The schemas of the server itself, and what every schema that is served must say.

use super::*;
use crate::schema::{Mutability, group_type, user_type};
use serde_json::Value;

/// Every attribute on a line: path, type, and what differs from an optional, singular attribute that
/// compares without case.
fn outline(schema: &Schema) -> Vec<String> {
    fn add(attribute: &Attribute, within: &str, lines: &mut Vec<String>) {
        let path = format!("{within}{}", attribute.name);
        let kind = serde_json::to_value(attribute.kind).unwrap();
        let mut line = format!("{path} {}", kind.as_str().unwrap());
        for (holds, word) in [
            (attribute.multi_valued, " list"),
            (attribute.required, " required"),
            (attribute.case_exact, " exact"),
            (attribute.uniqueness == Uniqueness::Server, " unique"),
        ] {
            line.push_str(if holds { word } else { "" });
        }
        for word in attribute.canonical_values.iter().chain(&attribute.reference_types) {
            line.push_str(&format!(" {word}"));
        }
        lines.push(line);
        attribute.sub_attributes.iter().for_each(|part| add(part, &format!("{path}."), lines));
    }
    let mut lines = Vec::new();
    schema.attributes.iter().for_each(|attribute| add(attribute, "", &mut lines));
    lines
}

#[test]
fn the_configuration_is_that_of_rfc_7643_with_the_pagination_of_rfc_9865() {
    let config = &service_schemas()[0];
    assert_eq!(config.id, "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig");
    assert_eq!(
        outline(config),
        [
            "documentationUri reference exact external",
            "patch complex required",
            "patch.supported boolean required",
            "bulk complex required",
            "bulk.supported boolean required",
            "bulk.maxOperations integer required",
            "bulk.maxPayloadSize integer required",
            "filter complex required",
            "filter.supported boolean required",
            "filter.maxResults integer required",
            "changePassword complex required",
            "changePassword.supported boolean required",
            "sort complex required",
            "sort.supported boolean required",
            "etag complex required",
            "etag.supported boolean required",
            "pagination complex",
            "pagination.cursor boolean required",
            "pagination.index boolean required",
            "pagination.defaultPaginationMethod string cursor index",
            "pagination.defaultPageSize integer",
            "pagination.maxPageSize integer",
            "pagination.cursorTimeout integer",
            "authenticationSchemes complex list required",
            "authenticationSchemes.type string required oauth oauth2 oauthbearertoken httpbasic httpdigest",
            "authenticationSchemes.name string required",
            "authenticationSchemes.description string required",
            "authenticationSchemes.specUri reference exact external",
            "authenticationSchemes.documentationUri reference exact external",
            "authenticationSchemes.primary boolean",
        ]
    );
}

#[test]
fn resource_types_and_schemas_are_described_as_in_rfc_7643() {
    let [_, resource_type, schema]: [Schema; 3] = service_schemas().try_into().unwrap();
    assert_eq!(resource_type.id, "urn:ietf:params:scim:schemas:core:2.0:ResourceType");
    assert_eq!(
        outline(&resource_type),
        [
            "id string exact",
            "name string required exact unique",
            "description string",
            "endpoint reference required exact unique uri",
            "schema reference required exact uri",
            "schemaExtensions complex list required",
            "schemaExtensions.schema reference required exact uri",
            "schemaExtensions.required boolean required",
        ]
    );
    assert_eq!(schema.id, "urn:ietf:params:scim:schemas:core:2.0:Schema");
    let characteristics = [
        "name string required exact",
        "type string required string complex boolean decimal integer dateTime reference binary",
        "multiValued boolean required",
        "description string exact",
        "required boolean",
        "canonicalValues string list exact",
        "caseExact boolean",
        "mutability string exact readOnly readWrite immutable writeOnly",
        "returned string exact always never default request",
        "uniqueness string exact none server global",
        "referenceTypes string list exact",
    ];
    let mut expected: Vec<String> = [
        "id string required",
        "name string required",
        "description string",
        "attributes complex list required",
    ]
    .map(str::to_owned)
    .to_vec();
    expected.extend(characteristics.map(|line| format!("attributes.{line}")));
    expected.push("attributes.subAttributes complex list".to_owned());
    expected.extend(characteristics.map(|line| format!("attributes.subAttributes.{line}")));
    assert_eq!(outline(&schema), expected);
}

#[test]
fn clients_change_nothing_of_the_server_itself() {
    fn all_read_only(attributes: &[Attribute]) -> bool {
        attributes.iter().all(|a| a.mutability == Mutability::ReadOnly && all_read_only(&a.sub_attributes))
    }
    for schema in service_schemas() {
        assert!(all_read_only(&schema.attributes), "{}", schema.id);
    }
}

/// Every schema that is served.
fn served() -> Vec<Schema> {
    let mut all = service_schemas();
    for resource_type in [user_type(), group_type()] {
        let common = resource_type.common_attributes().to_vec();
        all.push(Schema { attributes: common, ..resource_type.schema.clone() });
        all.push(resource_type.schema);
        all.extend(resource_type.extensions.into_iter().map(|extension| extension.schema));
    }
    all
}

#[test]
fn schemas_survive_json() {
    for schema in served() {
        let json = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), schema);
    }
}

#[test]
fn every_attribute_spells_all_its_characteristics() {
    fn check(attribute: &Value, at: &str) {
        let at = format!("{at} {}", attribute["name"]);
        for flag in ["multiValued", "required", "caseExact"] {
            assert!(attribute[flag].is_boolean(), "{flag} of {at}");
        }
        for word in ["name", "type", "description", "mutability", "returned", "uniqueness"] {
            assert!(attribute[word].as_str().is_some_and(|text| !text.is_empty()), "{word} of {at}");
        }
        let has = |list: &str| attribute[list].as_array().is_some_and(|list| !list.is_empty());
        assert_eq!(has("referenceTypes"), attribute["type"] == "reference", "referenceTypes of {at}");
        assert_eq!(has("subAttributes"), attribute["type"] == "complex", "subAttributes of {at}");
        for part in attribute["subAttributes"].as_array().into_iter().flatten() {
            check(part, &at);
        }
    }
    for schema in served() {
        let json = serde_json::to_value(&schema).unwrap();
        for text in ["id", "name", "description"] {
            assert!(json[text].as_str().is_some_and(|text| !text.is_empty()), "{text} of {}", schema.id);
        }
        for attribute in json["attributes"].as_array().unwrap() {
            check(attribute, &schema.id);
        }
    }
}
