-- What the tiles say of these cells.
SELECT cell, units, tags FROM tiles_cell WHERE cell = ANY(%(cells)s::bigint[])
