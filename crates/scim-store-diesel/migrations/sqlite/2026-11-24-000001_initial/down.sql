-- The first schema has nothing before it.
SELECT 1;
