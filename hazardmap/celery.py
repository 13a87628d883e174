"""The Celery application of the workers and of the schedule."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
app = Celery("hazardmap")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
