-- The sums of one hour, counted anew from its events: what is there already is written over, and
-- what no event stands behind any more goes.
WITH counted AS (
    SELECT key_id, meter, sum(quantity) AS quantity, count(*) AS answers
    FROM metering_usageevent
    WHERE id >= %(first_id)s AND id < %(after_id)s
    GROUP BY key_id, meter
), gone AS (
    DELETE FROM metering_usagehour AS old
    WHERE old.hour = %(hour)s AND NOT EXISTS (
        SELECT FROM counted WHERE counted.key_id = old.key_id AND counted.meter = old.meter
    )
)
INSERT INTO metering_usagehour (key_id, hour, meter, quantity, answers)
SELECT key_id, %(hour)s, meter, quantity, answers FROM counted
ON CONFLICT (key_id, hour, meter) DO UPDATE
SET quantity = EXCLUDED.quantity, answers = EXCLUDED.answers
