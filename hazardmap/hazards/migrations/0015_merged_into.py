"""What a removed hazard was merged into. Lines that were written before do not say it."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0014_by_witness")]

    operations = [
        migrations.AddField("hazardevent", "merged_into", models.UUIDField(null=True)),
        # The feed is long: it is looked through in the next one, while others go on writing it.
        AddConstraintNotValid(
            "hazardevent",
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(change="removed"),
                name="hazard_event_merged_is_removed",
            ),
        ),
    ]
