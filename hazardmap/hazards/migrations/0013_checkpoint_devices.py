import django.contrib.postgres.fields
from django.db import migrations, models

# They are memos and of older rules: each place is replayed from the beginning at its next evidence.
_FORGET = "DELETE FROM hazards_checkpoint"


class Migration(migrations.Migration):
    dependencies = [("hazards", "0012_postponed")]

    operations = [
        migrations.RunSQL(_FORGET, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="checkpoint",
            name="devices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), default=list, size=None
            ),
        ),
    ]
