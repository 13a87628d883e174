from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("hazards", "0008_looks_told")]

    operations = [
        migrations.AddField("evidence", "p_before", models.FloatField(null=True)),
        migrations.AddField("evidence", "real", models.FloatField(null=True)),
        migrations.AddConstraint(
            "evidence",
            models.CheckConstraint(
                condition=(Q(p_before=None) | Q(p_before__range=(0, 1)))
                & (Q(real=None) | Q(real__range=(0, 1))),
                name="evidence_before_and_real",
            ),
        ),
    ]
