"""Checkpoints are memos: those of the earlier form are dropped and made anew by the next frames."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0005_votes")]

    operations = [
        migrations.DeleteModel(name="Checkpoint"),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("anchor", models.BigIntegerField()),
                ("cells", models.JSONField()),
                ("at", models.DateTimeField()),
                ("params", models.CharField(max_length=64)),
                ("state", models.JSONField()),
                ("hazards", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("anchor", "at"), name="checkpoint_once")
                ],
            },
        ),
    ]
