from django.db import migrations


class Migration(migrations.Migration):
    """Outer rings against the clock (RFC 7946, 3.1.6), as core.geometry.region makes them now."""

    dependencies = [
        ("webhooks", "0004_watch_simulated"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE webhooks_watcharea SET area = ST_ForcePolygonCCW(area)",
            migrations.RunSQL.noop,
        ),
    ]
