-- Where somebody has looked since then.
SELECT DISTINCT cell FROM hazards_look WHERE last_at >= %(since)s
