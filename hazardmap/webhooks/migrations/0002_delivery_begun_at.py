from django.db import migrations, models
from django.db.models import F, Q


def keep_time_of_usage(apps, schema_editor):
    """What was tried before may be metered already, with the time at which it was made."""
    delivery = apps.get_model("webhooks", "Delivery")
    tried = ~Q(state="waiting") | Q(attempts__gt=0) | Q(tries__isnull=False)
    found = delivery.objects.filter(tried).values("pk")
    delivery.objects.filter(pk__in=found).update(begun_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="begun_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(keep_time_of_usage, migrations.RunPython.noop),
    ]
