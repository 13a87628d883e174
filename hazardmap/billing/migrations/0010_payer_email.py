from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0009_stopped_key_meter"),
    ]

    operations = [
        # Of payers that are known already the address is told once more.
        migrations.AddField(
            model_name="payerref",
            name="email",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
    ]
