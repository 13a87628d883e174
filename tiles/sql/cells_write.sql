-- What the tiles say of cells, one array a column.
INSERT INTO tiles_cell (cell, units, tags)
SELECT * FROM unnest(%(cell)s::bigint[], %(units)s::int[], %(tags)s::bytea[])
ON CONFLICT (cell) DO UPDATE SET units = EXCLUDED.units, tags = EXCLUDED.tags
