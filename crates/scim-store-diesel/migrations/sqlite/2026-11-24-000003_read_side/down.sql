DROP INDEX attr_ix_cut;
DROP TABLE resource_count;
DROP TABLE unique_value;
DROP TABLE indexed_path;
DROP TABLE resource_type;
ALTER TABLE resource DROP COLUMN active_given;
