-- How many single hazards one tile draws, if it may.
SELECT count(*) FROM tiles_hazardfeature
WHERE quadkey >= %(first)s AND quadkey < %(end)s AND from_zoom <= %(z)s
