"""Addresses below /tiles/v1/ that Django answers; the tiles themselves are tiles.wsgi's."""

from django.urls import path

from tiles.views import tilejson

urlpatterns = [path("<slug:layer>.json", tilejson, name="tilejson")]
