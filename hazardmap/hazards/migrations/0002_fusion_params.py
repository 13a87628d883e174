import django.utils.timezone
from django.db import migrations, models

from hazardmap.platform.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("hazards", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="StalePlace",
            fields=[("cell", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="FusionVersion",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.CharField(max_length=254)),
                ("learned", models.JSONField()),
                ("values", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("by", ""), _negated=True),
                        name="fusion_version_by_somebody",
                    )
                ],
            },
        ),
        append_only("hazards_fusionversion"),
    ]
