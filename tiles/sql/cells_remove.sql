DELETE FROM tiles_cell WHERE cell = ANY(%(cells)s::bigint[])
