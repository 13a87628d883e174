"""Blurred copies do not stay for ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("capture", "0003_waiting_by_account")]

    operations = [
        migrations.AddField("frame", "picture_until", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("frame", "frame_detected_keeps_only_the_blurred_copy"),
        migrations.AddConstraint(
            "frame",
            models.CheckConstraint(
                condition=~models.Q(state="detected")
                | models.Q(original="")
                & (~models.Q(stored="") | models.Q(picture_until__isnull=False)),
                name="frame_detected_keeps_only_the_blurred_copy",
            ),
        ),
        migrations.AddIndex(
            "frame",
            models.Index("id", condition=~models.Q(stored=""), name="frame_with_picture"),
        ),
    ]
