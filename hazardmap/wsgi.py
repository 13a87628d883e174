"""The web process: Django, and tiles past it."""

import gc
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from hazardmap.celery import app as celery_app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django = get_wsgi_application()

from hazardmap import upkeep  # noqa: E402 - after Django is set up
from tiles import wsgi as tiles  # noqa: E402 - as above

upkeep.start()
reverse("hazards")  # reads all addresses and pages, else the first who asks waits for it

# What is there now stays; and an answer makes thousands of values that all live until it has left,
# which the collector would look through again and again. Nobody is answered meanwhile: with this
# many it takes 4 ms, once in some forty answers.
gc.freeze()
gc.set_threshold(10_000, 20, 50)

__all__ = ["application", "celery_app"]  # the web process sends hints through the Celery app


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Tiles go a short way of their own, which no session and no middleware slows."""
    answers = tiles.application if tiles.is_tile(environ["PATH_INFO"]) else django
    return answers(environ, start_response)
