import django.utils.timezone
from django.db import migrations, models

# Django cannot make a primary key of two fields out of one; who is stopped now stays so.
FORWARDS = """
ALTER TABLE billing_stoppedkey ADD COLUMN meter varchar(10) NOT NULL DEFAULT 'tile';
ALTER TABLE billing_stoppedkey ALTER COLUMN meter DROP DEFAULT;
ALTER TABLE billing_stoppedkey DROP CONSTRAINT billing_stoppedkey_pkey;
ALTER TABLE billing_stoppedkey ADD PRIMARY KEY (key_id, meter);
DROP INDEX IF EXISTS billing_stoppedkey_key_id_59a66d77_like;
"""
BACKWARDS = """
DELETE FROM billing_stoppedkey WHERE meter <> 'tile';
ALTER TABLE billing_stoppedkey DROP CONSTRAINT billing_stoppedkey_pkey;
ALTER TABLE billing_stoppedkey DROP COLUMN meter;
ALTER TABLE billing_stoppedkey ADD PRIMARY KEY (key_id);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0008_told_credited"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARDS, BACKWARDS)],
            state_operations=[
                migrations.DeleteModel("StoppedKey"),
                migrations.CreateModel(
                    name="StoppedKey",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "key_id",
                                "meter",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("key_id", models.CharField(max_length=16)),
                        ("meter", models.CharField(max_length=10)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
            ],
        ),
    ]
