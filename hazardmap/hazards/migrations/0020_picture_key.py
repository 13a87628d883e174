"""A row for each key of a picture: thousands are sought at once, which read every array."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hazards", "0019_heirs_backwards")]

    operations = [
        migrations.CreateModel(
            name="PictureKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "frame_id",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("frame_id", models.UUIDField()),
                ("key", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL("SET LOCAL statement_timeout = 0", "SET LOCAL statement_timeout = 0"),
        migrations.RunSQL(
            "INSERT INTO hazards_picturekey (frame_id, key) "
            "SELECT DISTINCT frame_id, unnest(keys) FROM hazards_picture",
            "INSERT INTO hazards_picture (frame_id, keys) "
            "SELECT frame_id, array_agg(key) FROM hazards_picturekey GROUP BY frame_id",
        ),
        migrations.AddIndex(
            model_name="picturekey",
            index=models.Index("key", name="picture_by_its_key"),
        ),
        migrations.DeleteModel(name="Picture"),
    ]
