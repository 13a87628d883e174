-- Where single hazards are, in units of points.Record; nulls where there are none.
SELECT min(x), min(y), max(x), max(y) FROM tiles_hazardfeature
