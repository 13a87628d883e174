"""The newest hazards of each severity that moderators have not confirmed."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("hazards", "0017_own_eyes")]

    operations = [
        # It waits for whoever has begun before, and nobody waits for it.
        migrations.RunSQL("SET lock_timeout = 0", "SET lock_timeout = 0"),
        AddIndexConcurrently(
            "hazard",
            models.Index(
                models.F("severity"),
                models.F("last_seen").desc(),
                condition=models.Q(state__in=["candidate", "active", "fading"], confirmed=False),
                name="hazard_to_review",
            ),
        ),
        migrations.RunSQL("RESET lock_timeout", "RESET lock_timeout"),
    ]
