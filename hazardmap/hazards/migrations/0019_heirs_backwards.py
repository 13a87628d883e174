"""What became part of a hazard is found from the hazard, too."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("hazards", "0018_to_review")]

    operations = [
        # It waits for whoever has begun before, and nobody waits for it.
        migrations.RunSQL("SET lock_timeout = 0", "SET lock_timeout = 0"),
        AddIndexConcurrently("heir", models.Index("heir_id", "id", name="heir_by_heir")),
        migrations.RunSQL("RESET lock_timeout", "RESET lock_timeout"),
    ]
