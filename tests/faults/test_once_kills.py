"""A POST with an Idempotency-Key is done once, wherever the process that does it is killed."""

import json
import threading
from datetime import timedelta
from functools import partial
from importlib import import_module
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from hazardmap.api.idempotency import LEASE
from hazardmap.api.models import KeptAnswer
from hazardmap.webhooks.models import Endpoint
from tests.at_once import in_thread_of_its_own
from tests.faults.killed import is_killed
from tests.map_scene import buyer
from tests.problems import assert_problem
from tests.webhook_scene import URL

pytestmark = pytest.mark.django_db(transaction=True)
adding = import_module("hazardmap.api.v1.webhooks").services


def taken_for_dead() -> None:
    """Whoever is at it."""
    KeptAnswer.objects.filter(status=None).update(at=timezone.now() - LEASE - timedelta(seconds=1))


def add(token: str, key: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    body = json.dumps({"url": URL})
    return Client().post("/api/v1/webhooks", body, "application/json", headers=headers)


def test_what_was_done_is_not_done_again_wherever_it_was_killed() -> None:
    token = buyer().token
    for number in count(3):  # the first two ask who it is
        key = f"k{number}"
        killed = is_killed(partial(add, token, key), before_statement=number)
        taken_for_dead()
        first, again = add(token, key), add(token, key)
        assert (first.status_code, again.status_code) == (201, 201), number
        assert again.json() == first.json()
        assert again["Idempotent-Replayed"] == "true"
        (made,) = Endpoint.objects.all()
        assert UUID(first.json()["id"]) == made.id
        made.delete()
        if not killed:
            break
    assert number > 5


def test_who_is_slow_and_taken_for_dead_does_not_do_it_a_second_time(monkeypatch) -> None:
    token, others = buyer().token, []

    def other():
        taken_for_dead()
        return add(token, "slow")

    def slowly(**given):
        if threading.current_thread() is threading.main_thread():
            others.append(in_thread_of_its_own(other))
        return go_on(**given)

    go_on = adding.endpoint_add
    monkeypatch.setattr(adding, "endpoint_add", slowly)
    assert_problem(add(token, "slow"), 409)
    assert others[0].status_code == 201
    assert add(token, "slow").json() == others[0].json()
    assert Endpoint.objects.count() == 1
