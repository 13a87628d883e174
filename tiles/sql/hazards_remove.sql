DELETE FROM tiles_hazardfeature WHERE hazard_id = ANY(%(ids)s::uuid[])
