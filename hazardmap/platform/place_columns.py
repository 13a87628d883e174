"""Longitude and latitude of what has a `position`, as columns of their own."""

from django.contrib.gis.db.models import GeometryField
from django.db.models import FloatField, Func
from django.db.models.functions import Cast


def _ordinate(function: str) -> Func:
    flat = Cast("position", GeometryField())
    return Func(flat, function=function, output_field=FloatField())


LON, LAT = _ordinate("ST_X"), _ordinate("ST_Y")
