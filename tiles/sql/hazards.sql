-- The gravest hazards of one tile: how many, their own values, their features up to the slot
-- (points.body). Both lists are in one order, whichever it is.
-- A coordinate of n units is written as the number 2n, seven bits to the byte, in two bytes.
SELECT
    count(*),
    string_agg(own, ''),
    string_agg(
        head || int4send(
            (1 << 31) | ((px & 63) << 25) | ((px >> 6) << 16)
            | (1 << 15) | ((py & 63) << 9) | (py >> 6)
        ),
        ''
    )
FROM (
    SELECT
        own, head, ((x >> 22 - %(z)s) & 4095)::int AS px, ((y >> 22 - %(z)s) & 4095)::int AS py
    FROM (
        SELECT own, head, x, y FROM tiles_hazardfeature
        WHERE quadkey >= %(first)s AND quadkey < %(end)s AND from_zoom <= %(z)s
        ORDER BY severity DESC, hazard_id DESC
        LIMIT %(most)s
    ) AS gravest
) AS placed
