-- Every table of a tenant's data begins its key with the tenant: one tenant's rows cannot be
-- reached by a query for another, and the same keys shard by tenant on a distributed database.
-- Times are milliseconds since 1970 in UTC. Ids are 16 bytes. `*_key` columns hold folded text.

CREATE TABLE meta (
    k TEXT NOT NULL PRIMARY KEY,
    v TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tenant (
    number      INTEGER NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    enabled     BOOLEAN NOT NULL,
    settings    TEXT    NOT NULL,               -- JSON object; absent members have their default
    epoch       BIGINT  NOT NULL,               -- of the change log; another one after a restore
    version     BIGINT  NOT NULL,
    created_ms  BIGINT  NOT NULL,
    modified_ms BIGINT  NOT NULL
);

-- Looked up by accessor over all tenants, before the tenant is known.
CREATE TABLE token (
    accessor     TEXT   NOT NULL PRIMARY KEY,
    tenant       BIGINT NOT NULL REFERENCES tenant (number),
    digest       BLOB   NOT NULL,               -- SHA-256 of the secret part; the token itself is nowhere
    label        TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,               -- separated by blanks
    created_by   BLOB,                          -- an administrator; NULL: made on the command line
    created_ms   BIGINT NOT NULL,
    expires_ms   BIGINT,
    revoked_ms   BIGINT,
    last_used_ms BIGINT
) WITHOUT ROWID;
CREATE INDEX token_tenant ON token (tenant, created_ms);

CREATE TABLE resource (
    tenant      BIGINT  NOT NULL,
    rtype       INTEGER NOT NULL,               -- 1 user, 2 group
    id          BLOB    NOT NULL,
    name        TEXT    NOT NULL,               -- userName or displayName, exact: what policy compares
    uniq_key    TEXT,                           -- folded name; NULL for a type without a unique attribute
    external_id TEXT,                           -- exact
    display     TEXT,                           -- displayName, exact
    display_key TEXT,
    family_key  TEXT,
    given_key   TEXT,
    active      BOOLEAN NOT NULL,
    version     BIGINT  NOT NULL,
    created_ms  BIGINT  NOT NULL,
    modified_ms BIGINT  NOT NULL,
    doc         TEXT    NOT NULL,               -- the attributes; no id, meta, members or groups inside
    PRIMARY KEY (tenant, rtype, id)
);
CREATE UNIQUE INDEX resource_uniq ON resource (tenant, rtype, uniq_key) WHERE uniq_key IS NOT NULL;
CREATE INDEX resource_external ON resource (tenant, rtype, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX resource_display ON resource (tenant, rtype, display_key, id) WHERE display_key IS NOT NULL;
CREATE INDEX resource_modified ON resource (tenant, rtype, modified_ms, id);

CREATE TABLE member (
    tenant    BIGINT  NOT NULL,
    group_id  BLOB    NOT NULL,
    member_id BLOB    NOT NULL,
    rtype     INTEGER NOT NULL,                 -- of the member
    added_ms  BIGINT  NOT NULL,
    PRIMARY KEY (tenant, group_id, member_id)
) WITHOUT ROWID;
CREATE INDEX member_reverse ON member (tenant, member_id, group_id);

-- One row for each value of an indexed multi-valued attribute.
CREATE TABLE attr_ix (
    tenant BIGINT  NOT NULL,
    rtype  INTEGER NOT NULL,
    path   INTEGER NOT NULL,                    -- 1 emails
    val    TEXT    NOT NULL,                    -- folded, cut at 256 characters
    sub    TEXT    NOT NULL,                    -- folded `type`, empty without one
    id     BLOB    NOT NULL,
    elem   INTEGER NOT NULL,
    PRIMARY KEY (tenant, rtype, path, val, sub, id, elem)
) WITHOUT ROWID;
CREATE INDEX attr_ix_resource ON attr_ix (tenant, rtype, id);

-- What is left of a deleted resource, for the timeline.
CREATE TABLE tombstone (
    tenant     BIGINT  NOT NULL,
    rtype      INTEGER NOT NULL,
    id         BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    created_ms BIGINT  NOT NULL,
    deleted_ms BIGINT  NOT NULL,
    PRIMARY KEY (tenant, rtype, id)
) WITHOUT ROWID;

CREATE TABLE tenant_seq (
    tenant BIGINT NOT NULL PRIMARY KEY,
    seq    BIGINT NOT NULL
) WITHOUT ROWID;

-- The feed that the policy side follows: dense `seq` for each tenant, written with the change itself.
CREATE TABLE change_log (
    id         INTEGER NOT NULL PRIMARY KEY,
    tenant     BIGINT  NOT NULL,
    seq        BIGINT,
    at_ms      BIGINT  NOT NULL,
    kind       INTEGER NOT NULL,
    rtype      INTEGER NOT NULL,
    res        BLOB    NOT NULL,
    version    BIGINT  NOT NULL,
    actor      TEXT,                            -- the token's accessor; NULL: the command line
    request_id TEXT,
    detail     TEXT    NOT NULL                 -- JSON; holds the values before, for questions about the past
);
CREATE UNIQUE INDEX change_log_seq ON change_log (tenant, seq) WHERE seq IS NOT NULL;
CREATE INDEX change_log_new ON change_log (id) WHERE seq IS NULL;

CREATE TABLE provisioning_log (
    id          INTEGER NOT NULL PRIMARY KEY,
    tenant      BIGINT  NOT NULL,
    at_ms       BIGINT  NOT NULL,
    request_id  TEXT    NOT NULL,
    accessor    TEXT,
    action      TEXT    NOT NULL,
    rtype       INTEGER,
    res         BLOB,
    target      TEXT,                           -- userName or displayName; no other value is kept
    status      INTEGER NOT NULL,
    scim_type   TEXT,
    reason      TEXT,
    dialects    TEXT    NOT NULL,
    ignored     TEXT    NOT NULL,
    duration_us BIGINT  NOT NULL
);
CREATE INDEX provisioning_log_tenant ON provisioning_log (tenant, id);

-- Keys of gateway users. Looked up by digest over all tenants.
CREATE TABLE api_key (
    tenant       BIGINT  NOT NULL,
    id           BLOB    NOT NULL,
    digest       BLOB    NOT NULL UNIQUE,       -- SHA-256 of the key; the key itself is nowhere
    prefix       TEXT    NOT NULL,
    owner        BLOB    NOT NULL,              -- a user
    label        TEXT    NOT NULL,
    enabled      BOOLEAN NOT NULL,
    created_ms   BIGINT  NOT NULL,
    expires_ms   BIGINT,
    last_used_ms BIGINT,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;
CREATE INDEX api_key_owner ON api_key (tenant, owner);

CREATE TABLE policy (
    tenant     BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    doc        TEXT   NOT NULL,
    created_ms BIGINT NOT NULL,
    created_by BLOB,
    PRIMARY KEY (tenant, version)
) WITHOUT ROWID;

CREATE TABLE administrator (
    id            BLOB    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL UNIQUE,
    password_hash TEXT,                         -- Argon2id; NULL until the set-up link was used
    role          TEXT    NOT NULL,
    enabled       BOOLEAN NOT NULL,
    version       BIGINT  NOT NULL,
    created_ms    BIGINT  NOT NULL,
    modified_ms   BIGINT  NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
    digest        BLOB   NOT NULL PRIMARY KEY,
    administrator BLOB   NOT NULL REFERENCES administrator (id),
    created_ms    BIGINT NOT NULL,
    seen_ms       BIGINT NOT NULL,
    confirmed_ms  BIGINT NOT NULL               -- when the password was last given
) WITHOUT ROWID;
CREATE INDEX session_administrator ON session (administrator);

CREATE TABLE oauth_client (
    client_id   TEXT    NOT NULL PRIMARY KEY,
    tenant      BIGINT  NOT NULL REFERENCES tenant (number),
    label       TEXT    NOT NULL,
    scopes      TEXT    NOT NULL,
    trust       TEXT,                           -- JSON: pinned issuer, audience, subject and key set
    enabled     BOOLEAN NOT NULL,
    created_by  BLOB,
    created_ms  BIGINT  NOT NULL
) WITHOUT ROWID;

CREATE TABLE oauth_secret (
    client_id  TEXT   NOT NULL REFERENCES oauth_client (client_id),
    id         BLOB   NOT NULL,
    digest     BLOB   NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT,
    revoked_ms BIGINT,
    PRIMARY KEY (client_id, id)
) WITHOUT ROWID;
