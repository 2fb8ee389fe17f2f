-- What SQLite's planner is to believe of the tables, for ever: a tenant has very many rows, so that a
-- condition on the tenant alone is the worst way in. Without these numbers it takes a tenant for ten
-- rows, and walks through all users for `userName eq "x" or externalId eq "y"`. Numbers of our own,
-- and not those of ANALYZE: plans stay as they were tested, whatever one installation holds.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resource', 'sqlite_autoindex_resource_1', '100000 50000 25000 1'),
    ('resource', 'resource_uniq',               '100000 50000 25000 1'),
    ('resource', 'resource_external',           '100000 50000 25000 1'),
    ('resource', 'resource_display',            '100000 50000 25000 2 1'),
    ('resource', 'resource_modified',           '100000 50000 25000 10 1'),
    ('member',   'member',                      '1000000 500000 500 1'),
    ('member',   'member_reverse',              '1000000 500000 10 1'),
    ('attr_ix',  'attr_ix',                     '100000 50000 50000 50000 2 2 1 1'),
    ('attr_ix',  'attr_ix_resource',            '100000 50000 50000 2');
-- Makes this connection read them; others do when they open.
ANALYZE sqlite_schema;
