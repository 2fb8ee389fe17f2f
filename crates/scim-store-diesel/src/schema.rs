//! The tables as diesel sees them. The SQL of `migrations/` is the truth.

diesel::table! {
    meta (k) { k -> Text, v -> Text, }
}

diesel::table! {
    tenant (number) {
        number -> BigInt, name -> Text, enabled -> Bool, settings -> Text, epoch -> BigInt,
        version -> BigInt, created_ms -> BigInt, modified_ms -> BigInt,
    }
}

diesel::table! {
    token (accessor) {
        accessor -> Text, tenant -> BigInt, digest -> Binary, label -> Text, scopes -> Text,
        created_by -> Nullable<crate::ids::SqlId>, created_ms -> BigInt, expires_ms -> Nullable<BigInt>,
        revoked_ms -> Nullable<BigInt>, last_used_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    resource (tenant, rtype, id) {
        tenant -> BigInt, rtype -> SmallInt, id -> crate::ids::SqlId, name -> Text,
        uniq_key -> Nullable<Text>, external_id -> Nullable<Text>, display -> Nullable<Text>,
        display_key -> Nullable<Text>, family_key -> Nullable<Text>, given_key -> Nullable<Text>,
        active -> Bool, version -> BigInt, created_ms -> BigInt, modified_ms -> BigInt, doc -> Text,
        active_given -> Nullable<Bool>,
    }
}

diesel::table! {
    resource_type (number) { number -> SmallInt, name -> Text, }
}

diesel::table! {
    indexed_path (number) { number -> SmallInt, rtype -> SmallInt, what -> Text, path -> Text, form -> Text, }
}

diesel::table! {
    unique_value (tenant, rtype, path, val) {
        tenant -> BigInt, rtype -> SmallInt, path -> SmallInt, val -> Text, id -> crate::ids::SqlId,
    }
}

diesel::table! {
    resource_count (tenant, rtype) {
        tenant -> BigInt, rtype -> SmallInt, total -> BigInt, moved -> BigInt, last_id -> crate::ids::SqlId,
    }
}

diesel::table! {
    member (tenant, group_id, member_id) {
        tenant -> BigInt, group_id -> crate::ids::SqlId, member_id -> crate::ids::SqlId,
        rtype -> SmallInt, added_ms -> BigInt,
    }
}

diesel::table! {
    attr_ix (tenant, rtype, path, val, sub, id, elem) {
        tenant -> BigInt, rtype -> SmallInt, path -> SmallInt, val -> Text, sub -> Text,
        id -> crate::ids::SqlId, elem -> SmallInt,
    }
}

diesel::table! {
    tombstone (tenant, rtype, id) {
        tenant -> BigInt, rtype -> SmallInt, id -> crate::ids::SqlId, name -> Text, version -> BigInt,
        created_ms -> BigInt, deleted_ms -> BigInt,
    }
}

diesel::table! {
    tenant_seq (tenant) { tenant -> BigInt, seq -> BigInt, }
}

diesel::table! {
    change_log (id) {
        id -> BigInt, tenant -> BigInt, seq -> Nullable<BigInt>, at_ms -> BigInt, kind -> SmallInt,
        rtype -> SmallInt, res -> crate::ids::SqlId, version -> BigInt, actor -> Nullable<Text>,
        request_id -> Nullable<Text>, detail -> Text,
    }
}

diesel::table! {
    provisioning_log (id) {
        id -> BigInt, tenant -> BigInt, at_ms -> BigInt, request_id -> Text, accessor -> Nullable<Text>,
        action -> Text, rtype -> Nullable<SmallInt>, res -> Nullable<crate::ids::SqlId>,
        target -> Nullable<Text>, status -> SmallInt, scim_type -> Nullable<Text>,
        reason -> Nullable<Text>, dialects -> Text, ignored -> Text, duration_us -> BigInt, refused -> Text,
    }
}

diesel::table! {
    read_count (tenant, minute, accessor) {
        tenant -> BigInt, minute -> BigInt, accessor -> Text, reads -> BigInt, not_found -> BigInt,
    }
}

diesel::table! {
    api_key (tenant, id) {
        tenant -> BigInt, id -> crate::ids::SqlId, digest -> Binary, prefix -> Text,
        owner -> crate::ids::SqlId, label -> Text, enabled -> Bool, created_ms -> BigInt,
        expires_ms -> Nullable<BigInt>, last_used_ms -> Nullable<BigInt>,
    }
}

diesel::table! {
    policy (tenant, version) {
        tenant -> BigInt, version -> BigInt, doc -> Text, created_ms -> BigInt,
        created_by -> Nullable<crate::ids::SqlId>,
    }
}

diesel::joinable!(token -> tenant (tenant));
diesel::allow_tables_to_appear_in_same_query!(resource, member, attr_ix, tenant, token, api_key);
