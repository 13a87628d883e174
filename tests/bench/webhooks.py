"""How long a change of the map takes to reach somebody who watches its place.

Run by `make bench-webhooks`: the site on a database of its own, a receiver, and changes at a steady
rate. The time runs from the change's own timestamp to the arrival of its message.
"""

import argparse
import json
import statistics
import tempfile
from datetime import datetime
from pathlib import Path

import httpx

from tests.bench.figures import BENCHMARKS, put
from tests.receiver import Receiver, receiving
from tests.stack import Stack, started, wait_for

HELSINKI_AREA = {
    "type": "Polygon",
    "coordinates": [[[24.5, 59.7], [25.5, 59.7], [25.5, 60.7], [24.5, 60.7], [24.5, 59.7]]],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=600)
    parser.add_argument("--per-s", type=float, default=20.0)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks/api.json")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        started(Path(folder), only=["web", "hooks"]) as stack,
        receiving(int(stack.environment["HAZARDMAP_OUTBOUND_EXCEPTIONS"].rsplit(":")[-1])) as there,
    ):
        latencies_s = _latencies_s(stack, there, given.changes, given.per_s)
    p95_s = statistics.quantiles(latencies_s, n=20)[-1]
    note = (
        f"{given.changes} changes, {given.per_s:g} a second; median "
        f"{statistics.median(latencies_s):.2f} s, longest {max(latencies_s):.2f} s"
    )
    print(f"p95 {p95_s:.2f} s; {note}")
    if given.write:
        row = {"measure": "webhook_p95_s", "value": round(p95_s, 2), "unit": "s", "note": note}
        put(BENCHMARKS / "api.json", [row])


def _latencies_s(stack: Stack, receiver: Receiver, changes: int, per_s: float) -> list[float]:
    def post(path: str, body: dict[str, object]) -> str:
        answer = httpx.post(f"{stack.url}/api/v1/{path}", json=body, headers=stack.buyer())
        return str(answer.raise_for_status().json()["id"])

    endpoint_id = post("webhooks", {"url": receiver.url})
    post("watch-areas", {"endpoint_id": endpoint_id, "name": "home", "area": HELSINKI_AREA})
    reader = "SELECT count(*) FROM hazards_feedreader WHERE name = 'webhooks'"
    wait_for("the sender", lambda: stack.query(reader)[0][0] == 1, timeout_s=60)
    program = (
        "import time; from hazardmap.core.fusion.hazard import Change; "
        "from tests.webhook_scene import cow, told; "
        f"[(told(Change.APPEARED, cow()), time.sleep({1 / per_s})) for _ in range({changes})]"
    )
    stack.run(program)
    wait_for("all messages", lambda: len(receiver.got) >= changes, timeout_s=120)
    sent_at = [datetime.fromisoformat(json.loads(body)["timestamp"]) for _, body in receiver.got]
    pairs = zip(receiver.came_at, sent_at, strict=True)
    return [(came - sent).total_seconds() for came, sent in pairs]


if __name__ == "__main__":
    main()
