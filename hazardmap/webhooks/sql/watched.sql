-- Which watch areas hold which of these places: the area's id, and the place's number from 1.
SELECT watch.id, place.number
FROM unnest(%(lons)s::float8[], %(lats)s::float8[])
    WITH ORDINALITY AS place (lon, lat, number)
JOIN webhooks_watcharea AS watch
    ON ST_Intersects(watch.area, ST_SetSRID(ST_MakePoint(place.lon, place.lat), 4326))
