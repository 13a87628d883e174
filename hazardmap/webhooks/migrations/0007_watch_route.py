import django.contrib.gis.db.models.fields
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0006_delivery_billed"),
    ]

    operations = [
        migrations.AddField(
            model_name="watcharea",
            name="route",
            field=django.contrib.gis.db.models.fields.LineStringField(null=True, srid=4326),
        ),
        migrations.AddField(
            model_name="watcharea",
            name="corridor_m",
            field=models.FloatField(null=True),
        ),
        migrations.AddConstraint(
            model_name="watcharea",
            constraint=models.CheckConstraint(
                condition=Q(route__isnull=True, corridor_m__isnull=True)
                | Q(route__isnull=False, corridor_m__gt=0),
                name="watch_route_with_corridor",
            ),
        ),
    ]
