"""Addresses below /tiles/v1/ that Django answers; the tiles themselves are tiles.wsgi's."""

from django.urls import path

from tiles.download import archive
from tiles.views import tilejson

urlpatterns = [
    path("<slug:layer>.json", tilejson, name="tilejson"),
    path("hazardmap.pmtiles", archive, name="archive"),
]
