"""Mails in files for want of a server: read within a day, then gone."""

import os
import time
from datetime import timedelta

from django.conf import settings

from hazardmap.accounts.tasks import forget_mail_files


def test_mail_files_live_for_a_day(settings, tmp_path):
    settings.VAR = tmp_path
    forget_mail_files()
    (tmp_path / "mail").mkdir()
    now = time.time()
    for name, age_s in (("old.log", 86_500), ("new.log", 86_300), ("note.txt", 86_500)):
        (tmp_path / "mail" / name).write_text("https://map.example/signup/secret/")
        os.utime(tmp_path / "mail" / name, (now, now - age_s))
    forget_mail_files()
    assert {file.name for file in (tmp_path / "mail").iterdir()} == {"new.log", "note.txt"}


def test_they_are_looked_for_every_hour():
    (entry,) = [
        one
        for one in settings.CELERY_BEAT_SCHEDULE.values()
        if one["task"] == forget_mail_files.name
    ]
    assert entry["schedule"] == timedelta(hours=1)
