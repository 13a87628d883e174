-- The gravest hazards of one tile as the body of its layer: how many, the bytes.
-- A feature is its head, the tags of its slot, and 18 01 22 05 09: a point, whose x and y follow in
-- two bytes each. A coordinate of n units is written as the number 2n, seven bits to the byte.
SELECT
    count(*),
    string_agg(
        own || head || tags || '\x1801220509' || int4send(
            (1 << 31) | ((px & 63) << 25) | ((px >> 6) << 16)
            | (1 << 15) | ((py & 63) << 9) | (py >> 6)
        ),
        '' ORDER BY number
    )
FROM (
    SELECT
        own, head, row_number() OVER () - 1 AS number,
        ((x >> 22 - %(z)s) & 4095)::int AS px, ((y >> 22 - %(z)s) & 4095)::int AS py
    FROM (
        SELECT own, head, x, y FROM tiles_hazardfeature
        WHERE quadkey >= %(first)s AND quadkey < %(end)s AND from_zoom <= %(z)s
        ORDER BY severity DESC, hazard_id DESC
        LIMIT %(most)s
    ) AS gravest
) AS placed
JOIN tiles_slot USING (number)
