import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rewards", "0004_any_currency")]

    operations = [
        migrations.CreateModel(
            name="Reason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("witness", models.BigIntegerField()),
                ("hazard_id", models.UUIDField()),
                ("parts", models.DecimalField(decimal_places=0, max_digits=38)),
                ("sold", models.DecimalField(decimal_places=0, max_digits=38)),
                (
                    "booking",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="rewards.booking",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("witness"),
                        models.F("booking"),
                        models.F("hazard_id"),
                        name="reason_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parts__gt", 0), ("parts__lte", models.F("sold"))),
                        name="reason_of_something",
                    ),
                ],
            },
        ),
    ]
