import django.utils.timezone
from django.db import migrations, models

from hazardmap.platform.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("hazards", "0009_evidence_before")]

    operations = [
        migrations.CreateModel(
            name="Heir",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("gone_id", models.UUIDField()),
                ("heir_id", models.UUIDField()),
            ],
            options={"indexes": [models.Index("gone_id", "id", name="heir_of_the_gone")]},
        ),
        append_only("hazards_heir"),
    ]
