"""The read model of tiles: finished features, so that a tile is one statement that joins bytes.

Nothing here is a source: `rebuild` makes all of it from the hazards.
"""

from django.db import models


class Cell(models.Model):
    """What tiles say of an H3 cell (cells.Told)."""

    cell = models.BigIntegerField(primary_key=True)
    units = models.IntegerField()
    tags = models.BinaryField()


class CellFeature(models.Model):
    """A cell as it is drawn in one tile. weight: the heaviest stay where there is no room."""

    pk = models.CompositePrimaryKey("z", "x", "y", "cell")
    z = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    cell = models.BigIntegerField()
    weight = models.IntegerField()
    feature = models.BinaryField()


class HazardFeature(models.Model):
    """A single hazard, for all zooms that show single hazards (points.Record)."""

    hazard_id = models.UUIDField(primary_key=True)
    quadkey = models.BigIntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()
    from_zoom = models.SmallIntegerField()
    devices = models.IntegerField()
    severity = models.SmallIntegerField()
    own = models.BinaryField()
    head = models.BinaryField()

    class Meta:
        indexes = [models.Index("quadkey", name="hazardfeature_by_quadkey")]


class Publication(models.Model):
    """How far the features follow the feeds of changes; one row.

    encoding: of what form the features are (publish.encoding), empty before the first build.
    touched: layer → addresses of tiles that have changed and whose files may still be there.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    hazards_cursor = models.BigIntegerField(default=0)
    cells_cursor = models.BigIntegerField(default=0)
    zones_cursor = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=64, default="")
    touched = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="publication_one_row")]
