-- Which watch areas of these endpoints hold which of these places: the area's id, and the place's
-- number from 1; where pieces of an area meet, more than once.
SELECT watch.id, place.number
FROM unnest(%(lons)s::float8[], %(lats)s::float8[])
    WITH ORDINALITY AS place (lon, lat, number)
JOIN webhooks_watchpiece AS part
    ON ST_Intersects(part.piece, ST_SetSRID(ST_MakePoint(place.lon, place.lat), 4326))
JOIN webhooks_watcharea AS watch ON watch.id = part.watch_id
WHERE watch.endpoint_id = ANY(%(endpoints)s::uuid[])
