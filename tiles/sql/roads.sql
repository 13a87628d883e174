-- One tile of streets of these classes, all if none are named: how many, the tile.
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
    WHERE %(classes)s::text[] = '{}' OR road.highway = ANY(%(classes)s::text[])
)
SELECT count(*), ST_AsMVT(shown, 'roads', 4096, 'geometry', 'id') FROM shown
WHERE geometry IS NOT NULL
