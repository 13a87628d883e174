"""A site of django-vectortiles, run by the peers' own Python: gunicorn django_peer:application."""

import json
import os

from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.contrib.gis.db.backends.postgis",
            **json.loads(os.environ["BENCH_DATABASE"]),
            "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.gis", "vectortiles"],
    MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
    ROOT_URLCONF=__name__,
)

import django

django.setup()

from django.contrib.gis.db import models
from django.core.wsgi import get_wsgi_application
from django.urls import path
from vectortiles import VectorLayer
from vectortiles.views import MVTView

TABLES: dict[str, list[str]] = json.loads(os.environ["BENCH_TABLES"])


def view(table: str, columns: list[str]) -> type[MVTView]:
    """A view of one table, whose columns are read as they are."""
    meta = type("Meta", (), {"db_table": table, "managed": False, "app_label": "bench"})
    fields = {name: models.TextField(null=True) for name in columns}
    fields["id"] = models.BigIntegerField(primary_key=True)
    fields["geom"] = models.GeometryField(srid=3857)
    model = type(table, (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
    layer = type(
        f"{table}_layer",
        (VectorLayer,),
        {
            "model": model,
            "id": table,
            "tile_fields": ("id", *columns),
            "tile_buffer": 64,
        },
    )
    return type(f"{table}_view", (MVTView,), {"layer_classes": [layer]})


urlpatterns = [
    path(f"{table}/<int:z>/<int:x>/<int:y>", view(table, columns).as_view())
    for table, columns in TABLES.items()
]
application = get_wsgi_application()
