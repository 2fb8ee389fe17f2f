-- The provisioning log at full depth: which attributes were refused, quick ways to a time and to a
-- request, and how often each token read.

-- Names, separated by blanks.
ALTER TABLE provisioning_log ADD COLUMN refused TEXT NOT NULL DEFAULT '';

-- Lists go by time, and so does pruning. Rows come in the order of time, so both indexes grow at their
-- end and cost a write little. An index by resource would not: ids come in any order.
DROP INDEX provisioning_log_tenant;
CREATE INDEX provisioning_log_time ON provisioning_log (tenant, at_ms);
CREATE INDEX provisioning_log_request ON provisioning_log (tenant, request_id);

-- Successful reads have no row in the log: they are counted, minute by minute.
CREATE TABLE read_count (
    tenant    BIGINT NOT NULL,
    minute    BIGINT NOT NULL,                  -- since 1970
    accessor  TEXT   NOT NULL,
    reads     BIGINT NOT NULL,                  -- that found something
    not_found BIGINT NOT NULL,                  -- lookups that found nothing
    PRIMARY KEY (tenant, minute, accessor)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('provisioning_log', 'provisioning_log_time',    '1000000 500000 2'),
    ('provisioning_log', 'provisioning_log_request', '1000000 500000 1'),
    ('read_count',    'read_count',            '100000 50000 5 1');
ANALYZE sqlite_schema;
