"""What is known of one witness, without reading everybody's: these tables are the largest."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("hazards", "0013_checkpoint_devices")]

    operations = [
        # It waits for whoever has begun before, and nobody waits for it.
        migrations.RunSQL("SET lock_timeout = 0", "SET lock_timeout = 0"),
        AddIndexConcurrently("view", models.Index("witness", "device_id", name="view_by_witness")),
        AddIndexConcurrently(
            "evidence", models.Index("witness", "device_id", name="evidence_by_witness")
        ),
        AddIndexConcurrently("look", models.Index("witness", name="look_by_witness")),
        AddIndexConcurrently("checkpoint", GinIndex("devices", name="checkpoint_by_device")),
        migrations.RunSQL("RESET lock_timeout", "RESET lock_timeout"),
    ]
