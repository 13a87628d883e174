from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0007_looks_by_seven")]

    operations = [
        migrations.AddField(model_name="look", name="told", field=models.BooleanField(null=True)),
        migrations.AddIndex(
            model_name="look",
            index=models.Index(
                models.F("hour"),
                models.F("witness"),
                condition=models.Q(told=None),
                name="look_undecided",
            ),
        ),
    ]
