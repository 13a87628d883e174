"""What waits is counted, and handed out, by account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("capture", "0002_takedown")]

    operations = [
        migrations.AddField("frame", "original_bytes", models.PositiveIntegerField(db_default=0)),
        migrations.AddIndex(
            "frame",
            models.Index(
                "account", "id", condition=models.Q(state="received"), name="frame_waiting_of"
            ),
        ),
    ]
