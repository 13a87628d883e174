from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_user_language"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="maillink",
            name="mail_link_holds_what_it_is_for",
        ),
        migrations.AlterField(
            model_name="maillink",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("sign_up", "Sign Up"),
                    ("reset", "Reset"),
                    ("invite", "Invite"),
                    ("address", "Address"),
                ],
                max_length=7,
            ),
        ),
        migrations.AddConstraint(
            model_name="maillink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("organisation", None), ("purpose", "sign_up"), ("role", ""), ("user", None)
                    ),
                    models.Q(
                        ("organisation", None),
                        ("purpose__in", ["reset", "address"]),
                        ("role", ""),
                        ("user__isnull", False),
                    ),
                    models.Q(
                        ("organisation__isnull", False),
                        ("purpose", "invite"),
                        ("role__in", ["owner", "billing", "developer", "reader"]),
                        ("user", None),
                    ),
                    _connector="OR",
                ),
                name="mail_link_holds_what_it_is_for",
            ),
        ),
    ]
