import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Watch areas are looked up by pieces of at most 64 positions (services.watch_keep)."""

    dependencies = [
        ("webhooks", "0007_watch_route"),
    ]

    operations = [
        migrations.CreateModel(
            name="WatchPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("piece", django.contrib.gis.db.models.fields.GeometryField(srid=4326)),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="webhooks.watcharea",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "INSERT INTO webhooks_watchpiece (watch_id, piece) "
            "SELECT id, ST_Subdivide(area, 64) FROM webhooks_watcharea",
            migrations.RunSQL.noop,
        ),
    ]
