from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inference", "0002_postponed")]

    operations = [
        AddIndexConcurrently("shadowrun", models.Index("frame_id", name="shadow_run_by_frame"))
    ]
