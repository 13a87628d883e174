-- Rows of hazards, one array a column, in the order of points.Record.
INSERT INTO tiles_hazardfeature (
    hazard_id, quadkey, x, y, from_zoom, devices, severity, own, head
)
SELECT * FROM unnest(
    %(hazard_id)s::uuid[], %(quadkey)s::bigint[], %(x)s::bigint[], %(y)s::bigint[],
    %(from_zoom)s::smallint[], %(devices)s::int[], %(severity)s::smallint[], %(own)s::bytea[], %(head)s::bytea[]
)
ON CONFLICT (hazard_id) DO UPDATE SET
    quadkey = EXCLUDED.quadkey, x = EXCLUDED.x, y = EXCLUDED.y,
    from_zoom = EXCLUDED.from_zoom, devices = EXCLUDED.devices,
    severity = EXCLUDED.severity, own = EXCLUDED.own, head = EXCLUDED.head
