from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_delivery_leased"),
    ]

    operations = [
        migrations.AddField(
            model_name="watcharea",
            name="simulated",
            field=models.BooleanField(default=False, null=True),
        ),
    ]
