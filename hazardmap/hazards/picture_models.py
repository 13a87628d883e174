"""What pictures are known again by."""

from django.db import models


class PictureKey(models.Model):
    """What a picture that showed something is known again by (core.seeing.admission.picture_keys).

    A row for each: thousands of keys are sought at once, which no index of arrays is made for.
    """

    pk = models.CompositePrimaryKey("frame_id", "key")
    frame_id = models.UUIDField()
    key = models.BigIntegerField()

    class Meta:
        indexes = [models.Index("key", name="picture_by_its_key")]
