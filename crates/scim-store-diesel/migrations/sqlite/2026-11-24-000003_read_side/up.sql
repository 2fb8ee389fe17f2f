-- What lists need: how many resources there are, what the documents say of `active`, resource types
-- and indexed attributes that come from the configuration, and values that are unique in a tenant.

-- The numbers of resource types. A type whose definition file is gone keeps its number and its rows.
CREATE TABLE resource_type (
    number INTEGER NOT NULL PRIMARY KEY,
    name   TEXT    NOT NULL UNIQUE
);
INSERT INTO resource_type (number, name) VALUES (1, 'User'), (2, 'Group');

-- The attributes that `attr_ix` (what = 'index') and `unique_value` (what = 'unique') hold rows of.
-- A store that is opened with others makes the rows anew.
CREATE TABLE indexed_path (
    number INTEGER NOT NULL PRIMARY KEY,
    rtype  INTEGER NOT NULL,
    what   TEXT    NOT NULL,
    path   TEXT    NOT NULL,
    form   TEXT    NOT NULL,                    -- how values are written; other forms cannot be compared
    UNIQUE (rtype, what, path)
);

-- Elements without a value have rows now, too. All are made anew when the store is opened.
DELETE FROM attr_ix;
-- Values that were cut: where there are none, SQL decides `co` and `ew` alone.
CREATE INDEX attr_ix_cut ON attr_ix (tenant, rtype, path) WHERE length(val) >= 256 OR length(sub) >= 256;

-- One row for each value of an attribute that is unique in a tenant, but userName and displayName.
CREATE TABLE unique_value (
    tenant BIGINT  NOT NULL,
    rtype  INTEGER NOT NULL,
    path   INTEGER NOT NULL,
    val    TEXT    NOT NULL,
    id     BLOB    NOT NULL,
    PRIMARY KEY (tenant, rtype, path, val)
) WITHOUT ROWID;
CREATE INDEX unique_value_resource ON unique_value (tenant, rtype, id);

-- How many resources a tenant has of a type. `moved` counts what changed the place of others in the
-- order of ids: deletions, and ids that did not come last. `last_id` is the greatest id there ever was.
CREATE TABLE resource_count (
    tenant  BIGINT  NOT NULL,
    rtype   INTEGER NOT NULL,
    total   BIGINT  NOT NULL,
    moved   BIGINT  NOT NULL,
    last_id BLOB    NOT NULL,
    PRIMARY KEY (tenant, rtype)
) WITHOUT ROWID;
INSERT INTO resource_count (tenant, rtype, total, moved, last_id)
    SELECT tenant, rtype, count(*), 0, max(id) FROM resource GROUP BY tenant, rtype;

-- `active` in the document: NULL where it says nothing. The column `active` counts that as active.
ALTER TABLE resource ADD COLUMN active_given BOOLEAN;
UPDATE resource SET active_given = json_extract(doc, '$.active');

-- What members and groups show of a name ends where the name of a group must.
UPDATE resource SET display = substr(display, 1, 512) WHERE length(display) > 512;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('attr_ix',        'attr_ix_cut',           '100 50 50 50'),
    ('unique_value',   'unique_value',          '100000 50000 50000 50000 1'),
    ('unique_value',   'unique_value_resource', '100000 50000 50000 1'),
    ('resource_count', 'resource_count',        '1000 3 1');
ANALYZE sqlite_schema;
