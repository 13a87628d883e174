from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0006_checkpoints")]

    operations = [
        migrations.AddIndex(
            model_name="look",
            index=models.Index(
                models.F("cell").bitrightshift(18), models.F("last_at"), name="look_by_seven"
            ),
        ),
    ]
