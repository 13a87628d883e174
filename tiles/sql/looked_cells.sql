-- Where somebody has looked since then, as far as that is told.
SELECT DISTINCT cell FROM hazards_look WHERE told AND last_at >= %(since)s
