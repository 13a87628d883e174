from django.db import migrations

# What was divided two weeks ago or earlier may have been paid: nobody judges it once more.
SETTLED = """
INSERT INTO rewards_booking (reference, inputs, at)
SELECT 'correction:' || substr(reference, length('split:') + 1), '{}', at + interval '14 days'
FROM rewards_booking
WHERE reference LIKE 'split:%' AND at < now() - interval '14 days'
ON CONFLICT (reference) DO NOTHING
"""


class Migration(migrations.Migration):
    """Paid is only what was judged again, which a booking says now, also where it took nothing."""

    dependencies = [("rewards", "0005_reasons")]

    operations = [migrations.RunSQL(SETTLED, migrations.RunSQL.noop)]
