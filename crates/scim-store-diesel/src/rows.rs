//! Rows, as the queries of both databases read and write them.

use crate::hot::HotColumns;
use crate::ids::{Kind, ResourceId, TenantId};
use crate::schema::{
    api_key, change_log, member, policy, provisioning_log, read_count, resource, tenant, token,
};
use diesel::prelude::*;
use diesel::sqlite::Sqlite;

/// A stored resource: the document and what the server keeps beside it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = resource, check_for_backend(Sqlite))]
pub struct StoredResource {
    /// The identifier.
    pub id: ResourceId,
    /// userName of a user, displayName of a group.
    pub name: String,
    /// Whether the resource is active; always true for a group.
    pub active: bool,
    /// The version, from 1; each change that changes something adds one.
    pub version: i64,
    /// When the resource was created.
    pub created_ms: i64,
    /// When the resource last changed.
    pub modified_ms: i64,
    /// The attributes as JSON text, without `id`, `meta`, `members` and `groups`.
    pub doc: String,
}

#[derive(Insertable)]
#[diesel(table_name = resource, treat_none_as_default_value = false)]
pub(crate) struct NewResourceRow<'a> {
    pub(crate) tenant: i64,
    pub(crate) rtype: i16,
    pub(crate) id: ResourceId,
    #[diesel(embed)]
    pub(crate) hot: HotColumns,
    pub(crate) version: i64,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    pub(crate) doc: &'a str,
}

/// A member of a group, with the name that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRef {
    /// The member's identifier.
    pub id: ResourceId,
    /// What the member is.
    pub kind: Kind,
    /// The member's displayName.
    pub display: Option<String>,
}

/// A group that a user is in.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct GroupRef {
    /// The group's identifier.
    pub id: ResourceId,
    /// The group's displayName.
    pub display: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = member, treat_none_as_default_value = false)]
pub(crate) struct NewMemberRow {
    pub(crate) tenant: i64,
    pub(crate) group_id: ResourceId,
    pub(crate) member_id: ResourceId,
    pub(crate) rtype: i16,
    pub(crate) added_ms: i64,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// The tenant.
    pub id: TenantId,
    /// The name that the command line and the portal use.
    pub name: String,
    /// Whether the tenant is enabled; a disabled one is suspended.
    pub enabled: bool,
    /// The settings as a JSON object.
    pub settings: String,
    /// The epoch of the change log.
    pub epoch: i64,
    /// The version of the settings.
    pub version: i64,
    /// When the tenant was created.
    pub created_ms: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tenant, check_for_backend(Sqlite))]
pub(crate) struct TenantColumns {
    number: i64,
    name: String,
    enabled: bool,
    settings: String,
    epoch: i64,
    version: i64,
    created_ms: i64,
}

impl From<TenantColumns> for TenantRow {
    fn from(row: TenantColumns) -> Self {
        Self {
            id: TenantId(row.number),
            name: row.name,
            enabled: row.enabled,
            settings: row.settings,
            epoch: row.epoch,
            version: row.version,
            created_ms: row.created_ms,
        }
    }
}

/// A token, by what may be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = token, check_for_backend(Sqlite), treat_none_as_default_value = false)]
pub struct TokenRow {
    /// The public part, by which logs and people name the token.
    pub accessor: String,
    /// SHA-256 of the secret part.
    pub digest: Vec<u8>,
    /// What the token is for, in the words of whoever made it.
    pub label: String,
    /// The scopes, separated by blanks.
    pub scopes: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When it was last used, to about a minute.
    pub last_used_ms: Option<i64>,
}

/// An API key of a gateway user, by what may be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_key, check_for_backend(Sqlite), treat_none_as_default_value = false)]
pub struct ApiKeyRow {
    /// The identifier of the key.
    pub id: ResourceId,
    /// SHA-256 of the key.
    pub digest: Vec<u8>,
    /// The first characters of the key, for people.
    pub prefix: String,
    /// The user whose rights the key has.
    pub owner: ResourceId,
    /// What the key is for.
    pub label: String,
    /// Whether the key may be used.
    pub enabled: bool,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: Option<i64>,
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = policy, check_for_backend(Sqlite))]
pub struct PolicyRow {
    /// The version, from 1.
    pub version: i64,
    /// The document as JSON text.
    pub doc: String,
    /// When it was applied.
    pub created_ms: i64,
}

#[derive(Insertable)]
#[diesel(table_name = change_log, treat_none_as_default_value = false)]
pub(crate) struct NewChangeRow<'a> {
    pub(crate) tenant: i64,
    pub(crate) seq: Option<i64>,
    pub(crate) at_ms: i64,
    pub(crate) kind: i16,
    pub(crate) rtype: i16,
    pub(crate) res: ResourceId,
    pub(crate) version: i64,
    pub(crate) actor: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
    pub(crate) detail: String,
}

/// A line of the provisioning log. Holds names of attributes and of the target, no other values.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = provisioning_log, check_for_backend(Sqlite), treat_none_as_default_value = false)]
pub struct LogLine {
    /// When the request was decided.
    pub at_ms: i64,
    /// The request.
    pub request_id: String,
    /// The accessor of the token that made it; `None` for the command line.
    pub accessor: Option<String>,
    /// What was asked for, in words: "Deactivate user".
    pub action: String,
    /// The resource, when there is one.
    pub res: Option<ResourceId>,
    /// Its userName or displayName.
    pub target: Option<String>,
    /// The HTTP status of the answer.
    pub status: i16,
    /// The scimType of a refusal.
    pub scim_type: Option<String>,
    /// Why it was refused, or what to know about a success.
    pub reason: Option<String>,
    /// The client habits that were rewritten, separated by blanks.
    pub dialects: String,
    /// The attributes that were ignored, separated by blanks.
    pub ignored: String,
    /// The attributes for which it was refused, separated by blanks.
    pub refused: String,
    /// How long the request took, in microseconds.
    pub duration_us: i64,
}

/// How often a token read in a minute.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = read_count, check_for_backend(Sqlite))]
pub struct ReadCount {
    /// The minute, since 1970.
    pub minute: i64,
    /// The accessor of the token.
    pub accessor: String,
    /// The reads that found something.
    pub reads: i64,
    /// The lookups that found nothing.
    pub not_found: i64,
}
