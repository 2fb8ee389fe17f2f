//! What the tests of this crate share.

use crate::{MemberChange, Options, Outcome, PatchError, PatchRequest, Plan};
use scim_core::Resource;
use scim_core::fault::Findings;
use scim_core::schema::{ENTERPRISE_USER_URN, USER_URN, group_type, user_type};
use scim_core::value::Rules;
use serde_json::{Map, Value, json};

/// The options of the `rfc7644` profile.
pub(crate) const STRICT: Options = Options {
    rules: Rules { reject_unknown: true, reject_foreign_schemas: true },
    create_missing_elements: false,
};

pub(crate) fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A message with these operations.
pub(crate) fn request(operations: Value) -> Result<PatchRequest, PatchError> {
    PatchRequest::parse(object(json!({"schemas": [crate::PATCH_OP_URN], "Operations": operations})))
}

/// A user with a bit of everything.
pub(crate) fn ann() -> Resource {
    Resource::from_stored(object(json!({
        "schemas": [USER_URN, ENTERPRISE_USER_URN],
        "userName": "ann",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "active": true,
        "emails": [
            {"value": "ann@contoso.test", "type": "work", "primary": true},
            {"value": "ann@home.test", "type": "home"},
        ],
        (ENTERPRISE_USER_URN): {"department": "R&D", "manager": {"value": "m1", "$ref": "../Users/m1"}},
    })))
}

/// A user with nothing but a name.
pub(crate) fn empty() -> Resource {
    Resource::from_stored(object(json!({"schemas": [USER_URN], "userName": "ann"})))
}

/// What operations make of a user: the user and all that was found, or the error, with the user
/// untouched.
pub(crate) fn patched_with(
    options: Options,
    mut user: Resource,
    operations: Value,
) -> Result<(Resource, bool, Findings), PatchError> {
    let before = user.clone();
    let resource_type = user_type();
    let plan = request(operations)?.plan(&resource_type, options)?;
    match plan.apply(&resource_type, &mut user) {
        Ok(Outcome { changed, findings }) => {
            let mut all = plan.findings().clone();
            all.ignored.extend(findings.ignored);
            all.dialects.extend(findings.dialects);
            assert_eq!(changed, user != before);
            Ok((user, changed, all))
        }
        Err(error) => {
            assert_eq!(user, before, "refused, but changed");
            Err(error)
        }
    }
}

/// What operations make of [`ann`] under the default options.
pub(crate) fn patched(operations: Value) -> Result<Map<String, Value>, PatchError> {
    patched_with(Options::default(), ann(), operations).map(|(user, ..)| user.into_attributes())
}

/// A plan for a group.
pub(crate) fn group_plan(operations: Value) -> Result<Plan, PatchError> {
    request(operations)?.plan(&group_type(), Options::default())
}

/// What operations do with the members of a group.
pub(crate) fn members(operations: Value) -> Result<Vec<MemberChange>, PatchError> {
    group_plan(operations).map(|plan| plan.member_changes().to_vec())
}

/// A refusal in words.
pub(crate) fn refusal(operations: Value) -> String {
    let error = patched(operations).unwrap_err();
    format!("{}: {error}", error.scim_type())
}
