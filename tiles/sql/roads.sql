-- One tile of streets. Small ones appear as one comes closer.
WITH bounds AS (
    SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS tile
), shown AS (
    SELECT
        road.osm_id AS id,
        NULLIF(road.name, '') AS name,
        road.highway,
        ST_AsMVTGeom(road.line, bounds.tile, 4096, 64, true) AS geometry
    FROM hazards_road AS road
    JOIN bounds ON road.line && bounds.tile
    WHERE
        %(z)s >= 14
        OR road.highway IN ('motorway', 'trunk', 'primary', 'secondary')
        OR (%(z)s >= 12 AND road.highway IN ('tertiary', 'residential', 'unclassified'))
)
SELECT ST_AsMVT(shown, 'roads', 4096, 'geometry', 'id') FROM shown WHERE geometry IS NOT NULL
