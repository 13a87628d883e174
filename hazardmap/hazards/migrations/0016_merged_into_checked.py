"""Every line of the feed keeps the rule about merged hazards, those that stood there too."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hazards", "0015_merged_into")]

    operations = [ValidateConstraint("hazardevent", "hazard_event_merged_is_removed")]
