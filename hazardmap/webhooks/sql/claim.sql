-- Lease what is due: at most `each` messages at once for an organisation, one for an endpoint while
-- it fails, and for one hazard only the oldest that still waits. Whoever has fewer on their way
-- comes first, so a slow receiver takes nobody else's place: organisations before each other, and
-- the endpoints of one. Messages of the map (those with a cursor) are held back from keys that may
-- spend no more. Two senders never lease the same.
WITH ready AS NOT MATERIALIZED (
    SELECT one.id, one.endpoint_id, one.cursor, one.next_at
    FROM webhooks_delivery AS one
    WHERE one.state = 'waiting' AND one.next_at <= %(now)s
        AND (one.leased_until IS NULL OR one.leased_until <= %(now)s)
        AND NOT EXISTS (
            SELECT FROM webhooks_delivery AS earlier
            WHERE earlier.endpoint_id = one.endpoint_id AND earlier.state = 'waiting'
                AND earlier.hazard_id = one.hazard_id AND earlier.cursor < one.cursor
        )
), flying AS MATERIALIZED (
    SELECT endpoint.id, endpoint.organisation_id, count(*) AS number
    FROM webhooks_delivery AS sent
    JOIN webhooks_endpoint AS endpoint ON endpoint.id = sent.endpoint_id
    WHERE sent.state = 'waiting' AND sent.leased_until > %(now)s
    GROUP BY endpoint.id
), busy AS MATERIALIZED (
    SELECT organisation_id, sum(number) AS number FROM flying GROUP BY organisation_id
), going AS MATERIALIZED (
    SELECT endpoint.id, endpoint.organisation_id,
        endpoint.key_id = ANY(%(held)s::text[]) AS is_held,
        coalesce(flying.number, 0) AS own, coalesce(busy.number, 0) AS together,
        CASE WHEN endpoint.failures >= %(trips_at)s THEN 1 ELSE %(each)s END AS most
    FROM webhooks_endpoint AS endpoint
    LEFT JOIN flying ON flying.id = endpoint.id
    LEFT JOIN busy ON busy.organisation_id = endpoint.organisation_id
    WHERE endpoint.disabled_at IS NULL
        AND (endpoint.retry_at IS NULL OR endpoint.retry_at <= %(now)s)
), first AS MATERIALIZED (
    -- The organisations whose turn it is: of no others are the messages looked through.
    SELECT going.organisation_id
    FROM going
    CROSS JOIN LATERAL (
        SELECT ready.next_at FROM ready
        WHERE ready.endpoint_id = going.id AND (ready.cursor IS NULL OR NOT going.is_held)
        ORDER BY ready.next_at LIMIT 1
    ) AS oldest
    WHERE going.own < going.most AND going.together < %(each)s
    GROUP BY going.organisation_id, going.together
    ORDER BY going.together, min(oldest.next_at), going.organisation_id
    LIMIT %(limit)s
), turns AS MATERIALIZED (
    SELECT next.id, next.next_at, going.organisation_id, going.together,
        going.own + row_number()
            OVER (PARTITION BY going.id ORDER BY next.next_at, next.id) AS turn
    FROM first
    JOIN going USING (organisation_id)
    CROSS JOIN LATERAL (
        SELECT ready.id, ready.next_at FROM ready
        WHERE ready.endpoint_id = going.id AND (ready.cursor IS NULL OR NOT going.is_held)
        ORDER BY ready.next_at, ready.id LIMIT greatest(0, going.most - going.own)
    ) AS next
), places AS (
    SELECT id, next_at,
        turns.together + row_number()
            OVER (PARTITION BY organisation_id ORDER BY turn, next_at, id) AS place
    FROM turns
), due AS MATERIALIZED (
    SELECT id FROM places WHERE place <= %(each)s ORDER BY place, next_at, id LIMIT %(limit)s
)
UPDATE webhooks_delivery AS mine
SET leased_until = %(leased_until)s, attempts = attempts + 1,
    begun_at = coalesce(begun_at, %(now)s)
FROM due, webhooks_endpoint AS endpoint
WHERE mine.id = due.id AND endpoint.id = mine.endpoint_id AND mine.state = 'waiting'
    AND (mine.leased_until IS NULL OR mine.leased_until <= %(now)s)
RETURNING mine.id, mine.body, mine.attempts, endpoint.id, endpoint.url,
    endpoint.secret_version, endpoint.older_secrets_until
