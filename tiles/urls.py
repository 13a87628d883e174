"""Addresses below /tiles/v1/."""

from django.urls import path

from tiles.views import tile, tilejson

urlpatterns = [
    path("<slug:layer>.json", tilejson, name="tilejson"),
    path("<slug:layer>/<int:z>/<int:x>/<int:y>.mvt", tile, name="tile"),
]
