"""`manage.py upload` against a running site: what is sent, what is told, and how it goes on."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.capture_scene import gps_tags, picture
from tests.footage_scene import drive as film_drive
from tests.footage_scene import film, gps5
from tests.stack import REPOSITORY, Stack, wait_for

JOURNAL = ".hazardmap-uploaded"


def command(stack: Stack, *arguments: object, **over: str) -> subprocess.CompletedProcess[str]:
    """Run it as the second contributor."""
    token = {"HAZARDMAP_TOKEN": stack.accounts["device_tokens"][1]}
    return stack.command("upload", *map(str, arguments), **token | over)


def far_away(stack: Stack, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The same on a machine of its own: with no database within its reach."""
    token = stack.accounts["device_tokens"][1]
    return subprocess.run(
        [sys.executable, "manage.py", "upload", *map(str, arguments)],
        cwd=REPOSITORY,
        env=stack.environment | {"HAZARDMAP_TOKEN": token, "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def drive(folder: Path, count: int) -> list[Path]:
    """Frames that a dashcam has written, one every hundred metres."""
    files = []
    for number in range(count):
        file = folder / f"{number:03}.jpg"
        file.write_bytes(picture(gps=gps_tags(30 + number / 1000, 50.0, datetime.now(UTC))))
        files.append(file)
    return files


def test_a_folder_is_sent_and_sending_it_again_sends_nothing(stack: Stack, tmp_path: Path) -> None:
    files = drive(tmp_path, 6)
    (tmp_path / "sub").mkdir()
    drive(tmp_path / "sub", 2)
    (tmp_path / "notes.txt").write_text("no picture")
    first = far_away(stack, tmp_path, "--url", stack.url)
    assert first.returncode == 0, first.stderr
    assert first.stdout.strip() == "8 accepted, 0 repeated, 0 refused, 0 failed"
    assert "Traceback" not in first.stderr
    again = command(stack, tmp_path, "--url", "http://127.0.0.1:1")
    assert again.returncode == 0, "nothing is left to send, so no server is needed"
    assert again.stdout.strip() == "0 accepted, 8 repeated, 0 refused, 0 failed"
    for journal in tmp_path.rglob(f"{JOURNAL}*"):
        journal.unlink()
    known = command(stack, *files, files[0], "--url", stack.url)
    assert known.stdout.strip() == "0 accepted, 6 repeated, 0 refused, 0 failed"
    other = stack.accounts["device_tokens"][0]
    new = command(stack, tmp_path, "--url", stack.url, HAZARDMAP_TOKEN=other)
    assert new.stdout.strip() == "8 accepted, 0 repeated, 0 refused, 0 failed"


def test_what_is_refused_is_told_with_its_reason(stack: Stack, tmp_path: Path) -> None:
    drive(tmp_path, 1)
    (tmp_path / "old.jpg").write_bytes(picture(gps=gps_tags(30, 50, datetime(2020, 1, 1))))  # noqa: DTZ001
    (tmp_path / "no-picture.jpg").write_text("text")
    large = (tmp_path / "large.jpg").open("wb")
    large.truncate(30_000_000)
    notes = tmp_path / "notes.txt"
    notes.write_text("named, so it is sent")
    done = command(stack, tmp_path, notes, "--url", stack.url)
    assert done.returncode != 0
    assert "1 accepted, 0 repeated, 4 refused, 0 failed" in done.stdout
    told = {line.split(": ")[1].rsplit("/")[-1]: line for line in done.stdout.splitlines()[:-1]}
    assert "captured_at: is older than 7 days" in told["old.jpg"]
    assert "not a JPEG, PNG or WebP" in told["no-picture.jpg"]
    assert "not a JPEG, PNG or WebP" in told["notes.txt"]
    assert "larger than 20 MB" in told["large.jpg"]
    assert "Not every frame was taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_is_cut_off_goes_on_where_it_was(stack: Stack, tmp_path: Path) -> None:
    drive(tmp_path, 60)
    environment = stack.environment | {"HAZARDMAP_TOKEN": stack.accounts["device_tokens"][1]}
    cut = subprocess.Popen(
        [sys.executable, "manage.py", "upload", str(tmp_path), "--url", stack.url],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    wait_for("the first frames", lambda: len(_sent(tmp_path)) >= 5, timeout_s=30, every_s=0.005)
    cut.send_signal(signal.SIGKILL)
    cut.wait(10)
    sent = len(_sent(tmp_path))
    assert sent < 60
    done = command(stack, tmp_path, "--url", stack.url)
    assert done.returncode == 0, done.stdout
    accepted, repeated = (int(word.split()[0]) for word in done.stdout.split(", ")[:2])
    assert accepted + repeated == 60
    # What the server had taken and the journal not yet is sent once more: at most one per thread.
    assert sent <= repeated <= sent + 4
    assert len(set(_sent(tmp_path))) == 60


def test_a_video_becomes_frames_that_say_where_they_drove(stack: Stack, tmp_path: Path) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    lon = 20 + at.timestamp() % 1000 / 100
    seconds = film_drive([10] * 5 + [0] * 3 + [10] * 2, at=at, lon=lon)
    film(
        tmp_path / "drive.mp4",
        seconds=10,
        samples=[gps5(second) for second in seconds],
        street=2,
    )
    old = film_drive([10] * 3, at=datetime(2020, 1, 1, tzinfo=UTC))
    film(tmp_path / "old.mp4", seconds=3, samples=[gps5(second) for second in old], street=3)
    done = command(stack, tmp_path, "--url", stack.url)
    assert "7 accepted, 0 repeated, 3 refused, 0 failed" in done.stdout, done.stdout + done.stderr
    assert f"{tmp_path}/old.mp4: metadata/captured_at: is older than 7 days (3" in done.stdout
    again = command(stack, tmp_path / "drive.mp4", "--url", stack.url)
    assert again.stdout.strip() == "0 accepted, 7 repeated, 0 refused, 0 failed"
    rows = stack.query(
        "SELECT extract(epoch FROM captured_at - %s), st_y(position::geometry), heading_deg,"
        " speed_mps, accuracy_m FROM capture_frame"
        " WHERE abs(st_x(position::geometry) - %s) < 1e-5 ORDER BY captured_at",
        at,
        lon,
    )
    late_s = [float(row[0]) for row in rows]
    assert [int(one) for one in late_s] == [0, 1, 2, 3, 4, 8, 9]
    assert all(min(row[2] % 360, -row[2] % 360) < 0.2 for row in rows)
    assert rows[2][1:] == pytest.approx(
        (60.17 + 10 * late_s[2] / 111_195, rows[2][2], 10, 6), abs=3e-6
    )


def _sent(folder: Path) -> list[str]:
    """The hashes in the journal; one may stand there twice, before and after it was looked at."""
    lines = [line for file in folder.glob(f"{JOURNAL}*") for line in file.read_text().splitlines()]
    return list(dict.fromkeys(line.partition(" ")[0] for line in lines))
