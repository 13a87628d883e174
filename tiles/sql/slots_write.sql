-- The tags of all slots, one array a column.
INSERT INTO tiles_slot (number, tags) SELECT * FROM unnest(%(number)s::int[], %(tags)s::bytea[])
ON CONFLICT (number) DO UPDATE SET tags = EXCLUDED.tags
