"""Whether a process can serve; tests/faults has what it says without a database."""

import pytest


@pytest.mark.django_db
def test_with_a_database_it_can(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
