import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_image_reports"),
    ]

    operations = [
        *(
            migrations.AlterField(
                model_name=name,
                name="moderator",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            )
            for name in ("decision", "imagereport")
        ),
        migrations.RemoveConstraint(
            model_name="imagereport",
            name="report_decided_by_somebody",
        ),
        migrations.AddConstraint(
            model_name="imagereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decision", ""), ("moderator", None)),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision__in", ["removed", "corrected", "kept"]),
                    ),
                    _connector="OR",
                ),
                name="report_decided_at_a_time",
            ),
        ),
    ]
