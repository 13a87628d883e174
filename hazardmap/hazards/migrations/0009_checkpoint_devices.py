import django.contrib.postgres.fields
from django.db import migrations, models

_NAMED = """
    UPDATE hazards_checkpoint AS made SET devices = ARRAY(
        SELECT DISTINCT (named #>> '{}')::uuid FROM (
            SELECT jsonb_path_query(made.state, '$.open[*][0]')
            UNION ALL SELECT jsonb_path_query(made.state, '$.candidates[*].evidence[*].device_id')
        ) AS found (named))
"""


class Migration(migrations.Migration):
    dependencies = [("hazards", "0008_postponed")]

    operations = [
        migrations.AddField(
            model_name="checkpoint",
            name="devices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), default=list, size=None
            ),
        ),
        migrations.RunSQL(_NAMED, migrations.RunSQL.noop),
    ]
