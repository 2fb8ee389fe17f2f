//! `active`: what it is when a client does not say so (decision 3).

use scim_core::Resource;
use scim_store_diesel::StoredResource;
use serde_json::Value;

/// A user whose `active` was never mentioned is active: the attribute need not be mapped.
pub(super) fn default(user: &mut Resource) {
    settle(user, true);
}

/// A user whose `active` was taken away is what they were: to say nothing must not let anybody in.
pub(super) fn keep(user: &mut Resource, old: &StoredResource) {
    settle(user, old.active);
}

fn settle(user: &mut Resource, active: bool) {
    user.attributes_mut().entry("active").or_insert(Value::Bool(active));
}
