-- Lease what is due: at most `each` messages at once for an endpoint, one while it fails, and for
-- one hazard only the oldest that still waits. Messages of the map (those with a cursor) are held
-- back from keys that may spend no more. Two senders never lease the same.
WITH due AS MATERIALIZED (
    SELECT next.id
    FROM webhooks_endpoint AS endpoint
    CROSS JOIN LATERAL (
        SELECT one.id
        FROM webhooks_delivery AS one
        WHERE one.endpoint_id = endpoint.id AND one.state = 'waiting' AND one.next_at <= %(now)s
            AND (one.leased_until IS NULL OR one.leased_until <= %(now)s)
            AND (one.cursor IS NULL OR endpoint.key_id <> ALL(%(held)s::text[]))
            AND NOT EXISTS (
                SELECT FROM webhooks_delivery AS earlier
                WHERE earlier.endpoint_id = one.endpoint_id AND earlier.state = 'waiting'
                    AND earlier.hazard_id = one.hazard_id AND earlier.cursor < one.cursor
            )
        ORDER BY one.next_at, one.id
        LIMIT greatest(0, CASE WHEN endpoint.failures >= %(trips_at)s THEN 1 ELSE %(each)s END - (
            SELECT count(*) FROM webhooks_delivery AS sent
            WHERE sent.endpoint_id = endpoint.id AND sent.state = 'waiting'
                AND sent.leased_until > %(now)s
        ))
    ) AS next
    WHERE endpoint.disabled_at IS NULL
        AND (endpoint.retry_at IS NULL OR endpoint.retry_at <= %(now)s)
    LIMIT %(limit)s
)
UPDATE webhooks_delivery AS mine
SET leased_until = %(leased_until)s, attempts = attempts + 1,
    begun_at = coalesce(begun_at, %(now)s)
FROM due, webhooks_endpoint AS endpoint
WHERE mine.id = due.id AND endpoint.id = mine.endpoint_id AND mine.state = 'waiting'
    AND (mine.leased_until IS NULL OR mine.leased_until <= %(now)s)
RETURNING mine.id, mine.body, mine.attempts, endpoint.id, endpoint.url,
    endpoint.secret_version, endpoint.older_secret_until > %(now)s
