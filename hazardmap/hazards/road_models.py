"""Streets."""

from django.contrib.gis.db import models


class Road(models.Model):
    """A street of the background map, from OpenStreetMap."""

    osm_id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200, blank=True)
    highway = models.CharField(max_length=40)
    line = models.LineStringField(srid=3857)
