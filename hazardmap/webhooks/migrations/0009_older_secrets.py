import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """A secret that is rolled again keeps those before it until their own ends."""

    dependencies = [
        ("webhooks", "0008_watch_piece"),
    ]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="older_secrets_until",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(), default=list, size=None
            ),
        ),
        migrations.RunSQL(
            "UPDATE webhooks_endpoint SET older_secrets_until = ARRAY[older_secret_until] "
            "WHERE older_secret_until IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="endpoint", name="older_secret_until"),
    ]
