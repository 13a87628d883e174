import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import hazardmap.accounts.key_models
import hazardmap.core.access.scopes
import hazardmap.platform.ids
from hazardmap.platform.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "document",
                    models.CharField(
                        choices=[("terms", "terms of use"), ("uploads", "licence of uploads")],
                        max_length=7,
                    ),
                ),
                ("version", models.CharField(max_length=20)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="KeyEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=hazardmap.platform.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("limited", "Limited"),
                            ("rolled", "Rolled"),
                            ("revoked", "Revoked"),
                            ("leaked", "reported as leaked and revoked"),
                        ],
                        max_length=7,
                    ),
                ),
                ("actor_id", models.UUIDField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="MailLink",
            fields=[
                (
                    "token_sha256",
                    models.BinaryField(max_length=32, primary_key=True, serialize=False),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("sign_up", "Sign Up"), ("reset", "Reset"), ("invite", "Invite")],
                        max_length=7,
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(blank=True, max_length=10)),
                ("then", models.CharField(blank=True, max_length=200)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("address", models.GenericIPAddressField(null=True)),
                ("agent", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="allowed_networks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="allowed_origins",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="environment",
            field=models.CharField(
                choices=[("live", "live"), ("test", "test")],
                default=hazardmap.core.access.scopes.Environment["LIVE"],
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last4",
            field=models.CharField(blank=True, max_length=4),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_from",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="replaced_by",
                to="accounts.apikey",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                default=hazardmap.accounts.key_models.all_scopes,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="closed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("owner", "owner"),
                    ("billing", "billing"),
                    ("developer", "developer"),
                    ("reader", "reader"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("environment__in", ["live", "test"])),
                name="key_environment_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__len__gte", 1),
                    (
                        "scopes__contained_by",
                        ["hazards:read", "tiles:read", "exports:read", "webhooks:manage"],
                    ),
                ),
                name="key_scopes_known",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="keyevent",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="accounts.apikey",
            ),
        ),
        migrations.AddField(
            model_name="maillink",
            name="invited_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="maillink",
            name="organisation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="maillink",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signin",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sign_ins",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                models.F("user"), models.F("document"), models.F("version"), name="consent_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("document__in", ["terms", "uploads"])),
                name="consent_document_known",
            ),
        ),
        migrations.AddIndex(
            model_name="maillink",
            index=models.Index(models.F("email"), models.F("purpose"), name="mail_link_by_email"),
        ),
        migrations.AddIndex(
            model_name="maillink",
            index=models.Index(models.F("expires_at"), name="mail_link_by_expiry"),
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
                        ("purpose", "reset"),
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
        append_only("accounts_keyevent"),
    ]
