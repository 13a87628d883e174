"""kill -9 of the detection worker in the middle of a batch: no frame is lost, none is doubled."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.stack import Stack, wait_for

LEASED = (
    "SELECT count(*) FROM capture_frame WHERE state = 'received' AND lease_until > now() AND id = "
    "ANY(%s::uuid[])"
)


def _kill_and_recover(stack: Stack, folder: Path, *, frames: int, kills: int) -> None:
    numbers = range(frames)
    ids = [stack.upload(_noise(folder, number), metadata=_place(number)) for number in numbers]
    for _ in range(kills):
        wait_for("a batch at work", lambda: _count(stack, LEASED, ids), timeout_s=60, every_s=0.01)
        stack.kill("detect")
        stack.start("detect")
    unfinished = (
        "SELECT count(*) FROM capture_frame WHERE state = 'received' AND id = ANY(%s::uuid[])"
    )
    wait_for(
        "the end of every frame",
        lambda: _count(stack, unfinished, ids) == 0,
        timeout_s=120 + 60 * kills,
    )
    states = stack.query(
        "SELECT id, state, reason, original FROM capture_frame WHERE id = ANY(%s::uuid[])", ids
    )
    runs = stack.query(
        "SELECT frame_id FROM inference_detectionrun WHERE frame_id = ANY(%s::uuid[])", ids
    )
    detected = {row[0] for row in states if row[1] == "detected"}
    assert {str(row[0]) for row in states} == set(ids)
    assert {row[0] for row in runs} == detected, "each detected frame has its run"
    assert len(runs) == len(detected), "no frame was detected twice"
    assert all(row[2] == "worker_crashed" for row in states if row[1] == "rejected")
    assert all(row[3] == "" for row in states), "every original is gone"
    originals = Path(stack.environment["HAZARDMAP_VAR"]) / "blobs" / "originals"
    assert not any(id_ in path.name for path in originals.rglob("*") for id_ in ids)


def test_a_killed_worker_loses_and_doubles_nothing(stack: Stack, tmp_path: Path) -> None:
    _kill_and_recover(stack, tmp_path, frames=10, kills=1)


@pytest.mark.soak
def test_many_kills_lose_and_double_nothing(stack: Stack, tmp_path: Path) -> None:
    _kill_and_recover(stack, tmp_path, frames=60, kills=12)


def test_a_picture_that_only_decoding_shows_as_broken_is_rejected(
    stack: Stack, tmp_path: Path
) -> None:
    """Half a JPEG passes the header check and ends `rejected`; the queue goes on."""
    whole = _noise(tmp_path, 1001)
    half = tmp_path / "half.jpg"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    broken = stack.upload(half, metadata=_place(1001))
    good = stack.upload(_noise(tmp_path, 1002), metadata=_place(1002))
    ended = "SELECT count(*) FROM capture_frame WHERE state <> 'received' AND id = ANY(%s::uuid[])"
    wait_for("both frames", lambda: _count(stack, ended, [broken, good]) == 2, timeout_s=60)
    states = "SELECT id::text, state, reason FROM capture_frame WHERE id = ANY(%s::uuid[])"
    rows = {id_: (state, reason) for id_, state, reason in stack.query(states, [broken, good])}
    assert rows[broken] == ("rejected", "truncated")
    # Whether fusion counts it is another question: the frames of these tests leap about.
    assert rows[good][0] == "detected"


def _count(stack: Stack, sql: str, ids: list[str]) -> int:
    return int(stack.query(sql, ids)[0][0])


def _place(number: int) -> dict[str, object]:
    return {
        "lon": 10 + number * 0.001,
        "lat": 50.0,
        "heading_deg": 0,
        "captured_at": datetime.now(UTC).isoformat(),
    }


def _noise(folder: Path, number: int) -> Path:
    """A picture of its own bytes; what it shows does not matter here."""
    pixels = np.random.default_rng(number).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(pixels).resize((1280, 720)).save(buffer, "JPEG", quality=85)
    path = folder / f"{number}.jpg"
    path.write_bytes(buffer.getvalue())
    return path
