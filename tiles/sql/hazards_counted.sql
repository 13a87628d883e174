-- How many single hazards lie in one tile.
SELECT count(*) FROM tiles_hazardfeature WHERE quadkey >= %(first)s AND quadkey < %(end)s
