-- Cells out of tiles, one array a column.
DELETE FROM tiles_cellfeature AS feature
USING unnest(%(z)s::smallint[], %(x)s::int[], %(y)s::int[], %(cell)s::bigint[])
    AS gone (z, x, y, cell)
WHERE (feature.z, feature.x, feature.y, feature.cell) = (gone.z, gone.x, gone.y, gone.cell)
