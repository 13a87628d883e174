"""Whether a process can serve."""

import os
import subprocess
import sys

import pytest

ASK = (
    "import django; django.setup()\n"
    "from django.test import Client\n"
    "answer = Client(headers={'host': '127.0.0.1'}).get('/healthz')\n"
    "print(answer.status_code, answer.json())"
)


@pytest.mark.django_db
def test_with_a_database_it_can(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


def test_without_a_database_it_cannot_and_says_so(tmp_path):
    environment = os.environ | {
        "DATABASE_URL": f"postgis://nobody@/nothing?host={tmp_path}",
        "DJANGO_SETTINGS_MODULE": "hazardmap.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "503 {'status': 'no database'}"
