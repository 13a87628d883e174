from django.db import migrations, models


class Migration(migrations.Migration):
    """What was given up or sent again may be billed once more: with its old id and time, which is
    the same usage."""

    dependencies = [
        ("webhooks", "0005_watch_rings"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="billed",
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(
            "UPDATE webhooks_delivery SET billed = true "
            "WHERE state = 'delivered' AND cursor IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
