from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("metering", "0003_answer_hour"),
    ]

    operations = [
        migrations.AlterField(
            model_name="usageevent",
            name="request_id",
            field=models.CharField(max_length=80),
        ),
    ]
