-- Of the cells of one tile those of the greatest weight, as many as fit: how many, the bytes.
SELECT count(*), string_agg(feature, '' ORDER BY cell)
FROM (
    SELECT
        cell, feature,
        sum(octet_length(feature)) OVER (ORDER BY weight DESC, cell) AS bytes_so_far
    FROM tiles_cellfeature WHERE z = %(z)s AND x = %(x)s AND y = %(y)s
) AS heaviest
WHERE bytes_so_far <= %(budget)s
