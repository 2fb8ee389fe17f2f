DELETE FROM sqlite_stat1 WHERE tbl IN ('provisioning_log', 'read_count');
DROP TABLE read_count;
DROP INDEX provisioning_log_request;
DROP INDEX provisioning_log_time;
CREATE INDEX provisioning_log_tenant ON provisioning_log (tenant, id);
ALTER TABLE provisioning_log DROP COLUMN refused;
ANALYZE sqlite_schema;
