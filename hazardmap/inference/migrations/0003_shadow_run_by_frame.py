from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inference", "0002_postponed")]

    operations = [
        # It waits for whoever has begun before, and nobody waits for it.
        migrations.RunSQL("SET lock_timeout = 0", "SET lock_timeout = 0"),
        AddIndexConcurrently("shadowrun", models.Index("frame_id", name="shadow_run_by_frame")),
        migrations.RunSQL("RESET lock_timeout", "RESET lock_timeout"),
    ]
