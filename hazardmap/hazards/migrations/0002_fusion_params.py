import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from hazardmap.platform.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("hazards", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="StalePlace",
            fields=[("cell", models.BigIntegerField(primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("frame_id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        models.F("keys"), name="picture_by_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mounting",
            fields=[
                (
                    "device",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.device",
                    ),
                ),
                ("drives", models.PositiveIntegerField(default=0)),
                ("learned_until", models.DateTimeField()),
                ("information", models.JSONField(default=list)),
                ("vector", models.JSONField(default=list)),
            ],
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
