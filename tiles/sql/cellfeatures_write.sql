-- Cells as they are drawn in tiles, one array a column.
INSERT INTO tiles_cellfeature (z, x, y, cell, weight, feature)
SELECT * FROM unnest(
    %(z)s::smallint[], %(x)s::int[], %(y)s::int[], %(cell)s::bigint[],
    %(weight)s::int[], %(feature)s::bytea[]
)
ON CONFLICT (z, x, y, cell) DO UPDATE SET weight = EXCLUDED.weight, feature = EXCLUDED.feature
