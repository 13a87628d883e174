"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from hazardmap.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
application = get_wsgi_application()
__all__ = ["application", "celery_app"]  # the web process sends hints through the Celery app
