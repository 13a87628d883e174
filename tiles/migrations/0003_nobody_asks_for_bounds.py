from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tiles", "0002_delete_slot")]

    operations = [
        migrations.RemoveIndex("hazardfeature", "hazardfeature_by_x"),
        migrations.RemoveIndex("hazardfeature", "hazardfeature_by_y"),
    ]
