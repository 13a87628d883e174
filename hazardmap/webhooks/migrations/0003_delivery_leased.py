from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0002_delivery_begun_at"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                "leased_until",
                condition=models.Q(state="waiting", leased_until__isnull=False),
                name="delivery_leased",
            ),
        ),
    ]
