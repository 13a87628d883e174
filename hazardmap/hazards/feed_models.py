"""The place of everybody inside the site who follows the change feed of hazards."""

from django.db import models


class FeedReader(models.Model):
    """How far somebody inside the site has followed the change feed of hazards."""

    name = models.CharField(max_length=24, primary_key=True)
    cursor = models.BigIntegerField(default=0)
