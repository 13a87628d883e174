-- Live devices of road work in these cells, in the order of device_groups.Device.
SELECT
    hazard.id::text, hazard.kind, ST_X(hazard.position::geometry), ST_Y(hazard.position::geometry),
    hazard.cell, hazard.p, hazard.t_ref, hazard.half_life_s
FROM unnest(%(cells)s::bigint[]) AS wanted (cell)
JOIN hazards_hazard AS hazard USING (cell)
WHERE hazard.kind = ANY(%(kinds)s) AND hazard.state = ANY(%(live)s)
