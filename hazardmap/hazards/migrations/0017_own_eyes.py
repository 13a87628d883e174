"""What is a device's word, of what has been told so far, and have the places around evaluated anew."""

import h3.api.basic_int as h3
from django.db import migrations, models

PLACE_RES = 7


def mark(apps, schema_editor):
    runs = apps.get_model("inference", "DetectionRun").objects.filter(source="edge")
    views = apps.get_model("hazards", "View").objects.filter(frame_id__in=runs.values("frame_id"))
    views.update(edge=True)
    cells = views.values_list("cell", flat=True).distinct()
    places = {h3.cell_to_parent(cell, PLACE_RES) for cell in cells}
    stale = apps.get_model("hazards", "StalePlace")
    stale.objects.bulk_create(
        [stale(cell=near) for near in {near for one in places for near in h3.grid_disk(one, 1)}],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("hazards", "0016_merged_into_checked"),
        ("inference", "0003_shadow_run_by_frame"),
    ]

    operations = [
        migrations.AddField("view", "edge", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "evidence", "checked", models.BooleanField(default=True, db_default=True)
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
