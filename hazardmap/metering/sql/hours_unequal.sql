-- Hours whose stored sums are not what a recount of their events gives, but for those that are
-- about to be counted.
SELECT
    coalesce(counted.key_id, stored.key_id),
    coalesce(counted.hour, stored.hour),
    coalesce(counted.meter, stored.meter),
    coalesce(counted.quantity, 0),
    coalesce(stored.quantity, 0)
FROM (
    SELECT key_id, date_trunc('hour', at, 'UTC') AS hour, meter, sum(quantity) AS quantity
    FROM metering_usageevent
    WHERE id >= %(first_id)s AND id < %(after_id)s
    GROUP BY 1, 2, 3
) AS counted
FULL JOIN (
    SELECT key_id, hour, meter, quantity FROM metering_usagehour
    WHERE hour >= %(start)s AND hour < %(end)s
) AS stored USING (key_id, hour, meter)
WHERE counted.quantity IS DISTINCT FROM stored.quantity
    AND NOT EXISTS (
        SELECT FROM metering_hourtoroll AS mark
        WHERE mark.hour = coalesce(counted.hour, stored.hour)
    )
ORDER BY 2, 1, 3
