from django.db import migrations, models


class Migration(migrations.Migration):
    """Those who see to an endpoint are told once that its messages are given up."""

    dependencies = [
        ("webhooks", "0009_older_secrets"),
    ]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="told_at",
            field=models.DateTimeField(null=True),
        ),
    ]
