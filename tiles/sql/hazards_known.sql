-- What the rows of these hazards say, in the order of points.Record.
SELECT hazard_id::text, quadkey, x, y, from_zoom, devices, severity, own, head
FROM tiles_hazardfeature WHERE hazard_id = ANY(%(ids)s::uuid[])
