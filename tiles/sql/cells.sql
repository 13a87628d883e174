-- All cells of one tile as the body of its layer: how many, how many bytes, the bytes.
SELECT count(*), COALESCE(sum(octet_length(feature)), 0), string_agg(feature, '')
FROM (
    SELECT feature FROM tiles_cellfeature WHERE z = %(z)s AND x = %(x)s AND y = %(y)s ORDER BY cell
) AS ordered
