"""The process that sends webhooks is killed while it works: everything arrives, nothing twice."""

import random
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.receiver import Receiver, receiving
from tests.stack import Stack, wait_for
from tests.webhook_scene import square

PLACE = (10.0, -40.0)  # where no other test puts anything
CHANGES = 24
PUT_CHANGES = (
    "from hazardmap.core.fusion.hazard import Change; from tests.webhook_scene import cow, told; "
    f"[told(Change.APPEARED, cow({PLACE})) for _ in range({CHANGES // 3})]"
)


@pytest.fixture
def receiver(stack: Stack) -> Iterator[Receiver]:
    """Takes a while to answer, so that a kill meets messages on their way."""
    port = int(stack.environment["HAZARDMAP_OUTBOUND_EXCEPTIONS"].rsplit(":")[-1])
    with receiving(port) as receiver:
        receiver.pause_s = 0.1
        yield receiver


def test_a_killed_sender_loses_and_doubles_nothing(stack: Stack, receiver: Receiver):
    def post(path: str, body: dict[str, object]) -> str:
        answer = httpx.post(f"{stack.url}/api/v1/{path}", json=body, headers=stack.buyer())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    endpoint_id = post("webhooks", {"url": receiver.url})
    area = {"endpoint_id": endpoint_id, "name": "sea", "area": square(*PLACE)}
    post("watch-areas", area)
    readers = "SELECT count(*) FROM hazards_feedreader WHERE name = 'webhooks'"
    wait_for("the sender", lambda: stack.query(readers)[0][0] == 1, timeout_s=60)
    chance = random.Random(7)  # a run can be repeated
    for _ in range(3):
        stack.run(PUT_CHANGES)
        time.sleep(chance.uniform(0.1, 1.0))
        stack.kill("hooks")
        # A minute passes, after which nobody is believed to be still sending.
        stack.query("UPDATE webhooks_delivery SET leased_until = now() RETURNING 1")
        stack.start("hooks")
    # Of this endpoint alone: other tests leave messages to receivers that do not exist.
    made = "SELECT state, count(*) FROM webhooks_delivery WHERE endpoint_id = %s GROUP BY state"
    delivered = [("delivered", CHANGES)]
    wait_for("it all", lambda: stack.query(made, endpoint_id) == delivered, timeout_s=180)
    by_id: dict[str, set[bytes]] = {}
    for headers, body in receiver.got:
        by_id.setdefault(headers["webhook-id"], set()).add(body)
    assert len(by_id) == CHANGES
    assert {len(bodies) for bodies in by_id.values()} == {1}, "a repetition is the same message"
