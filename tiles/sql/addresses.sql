-- Every tile up to a zoom that draws a cell or a single hazard, whose x and y are in units of a
-- tile of zoom 22 (points.Record).
SELECT DISTINCT z::int, x, y FROM tiles_cellfeature
UNION
SELECT zoom, (x >> 34 - zoom)::int, (y >> 34 - zoom)::int
FROM tiles_hazardfeature CROSS JOIN generate_series(12, %(max_zoom)s) AS zoom
WHERE from_zoom <= zoom
