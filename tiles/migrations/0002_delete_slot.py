from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tiles", "0001_initial")]

    operations = [migrations.DeleteModel(name="Slot")]
