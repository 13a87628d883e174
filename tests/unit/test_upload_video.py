"""Videos with the upload command, against a small server that answers as it is told."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from hazardmap.core.access.tokens import Use, new_token
from hazardmap.footage.stills import Reel
from hazardmap.uploader import filming, uploading
from tests.capture_scene import gpx, picture
from tests.dashcam_scene import listed, viofo
from tests.footage_scene import START, drive, film, gps5, gps9
from tests.upload_server import Server

TOKEN = new_token(Use.DEVICE).reveal()
OLD = {"detail": "metadata/captured_at: is older than 7 days"}


def accepted() -> Server:
    return Server(lambda body, number: (202, {"id": 1}))


def run(server, *arguments) -> str:
    """What the command says, whether it is content or not."""
    out = StringIO()
    with server.running() as url:
        try:
            call_command("upload", *map(str, arguments), "--token", TOKEN, "--url", url, stdout=out)
        except CommandError as error:
            out.write(f"{error}\n")
    return out.getvalue()


def gopro(folder, name="drive.mp4", speeds_mps=(10,) * 6, write=gps5, at=START, **how):
    samples = [write(second) for second in drive(speeds_mps, at=at)]
    return film(folder / name, seconds=len(samples), samples=samples, **how)


def sent(server) -> list[tuple[bytes, dict[str, object]]]:
    """JPEG and metadata of each request, in order of the metadata's time."""
    found = []
    for request in server.headers:
        body = request["body"]
        jpeg = body[body.index("\xff\xd8\xff") : body.index("\xff\xd9\r\n--") + 2]
        said = re.search(r'name="metadata"\r\n.*?(\{.*?\})\r\n', body, re.DOTALL)
        found.append((jpeg.encode("latin-1"), json.loads(said[1]) if said else {}))
    return sorted(found, key=lambda one: str(one[1].get("captured_at")))


@pytest.mark.parametrize("write", [gps5, gps9])
def test_a_card_is_sent_with_place_time_and_course(tmp_path, write):
    (tmp_path / "100GOPRO").mkdir()
    gopro(tmp_path / "100GOPRO", "GX010001.MP4", write=write)
    (tmp_path / "100GOPRO" / "GX010001.THM").write_bytes(b"preview")
    (tmp_path / "one.jpg").write_bytes(picture())
    server = accepted()
    assert run(server, tmp_path) == "7 accepted, 0 repeated, 0 refused, 0 failed\n"
    pictures = [one for one in sent(server) if one[1]]
    assert [Image.open(BytesIO(jpeg)).size for jpeg, _ in pictures] == [(320, 180)] * 6
    times = [datetime.fromisoformat(said["captured_at"]) for _, said in pictures]
    late_s = [(at - START).total_seconds() - n for n, at in enumerate(times)]
    assert all(-0.01 <= late <= 0.21 for late in late_s)
    third = pictures[3][1]
    assert third["lat"] == pytest.approx(60.17 + (30 + 10 * late_s[3]) / 111_195, abs=3e-6)
    assert third["heading_deg"] % 360 == pytest.approx(0, abs=0.1)
    assert (third["speed_mps"], third["accuracy_m"]) == pytest.approx((10, 6))
    bodies = [request["body"] for request in server.headers]
    assert sum('filename="GX010001.jpg"' in body for body in bodies) == 6


def test_a_card_of_a_dashcam_is_sent_once_its_clock_is_known(tmp_path):
    seconds = drive([10] * 3, at=START + timedelta(hours=2))
    film(
        tmp_path / "20261128_140000_0001F.MP4",
        seconds=3,
        samples=[viofo(second) for second in seconds],
        index_of=listed,
    )
    (tmp_path / "20261128_140000_0001F.nmea").write_text("")
    assert "its camera's clock may show local time: give --utc-offset" in run(accepted(), tmp_path)
    server = accepted()
    assert "3 accepted, 0 repeated" in run(server, tmp_path, "--utc-offset=+02:00")
    first = sent(server)[0][1]
    late_s = (datetime.fromisoformat(first["captured_at"]) - START).total_seconds()
    assert 0 <= late_s <= 0.21
    assert first["lat"] == pytest.approx(60.17 + 10 * late_s / 111_195, abs=2e-5)


@pytest.mark.parametrize(
    "name",
    [
        "20261128_140000_0001R",
        "2026_1128_140000_001PR",
        "2026_1128_140000_0001ER",
        "2026_1128_140000_R",
        "20261128_140000_NI",
        "20261128_140000_NRS",
        "20261128_140000_0001_N_B",
        "20261128_140000_0001_N_C",
        "261128_140000_001_RH",
        "2026_11_28_140000_00_I",
        "NO20261128-140000-000042B",
        "NO20261128-140000R",
        "NO20261128-140000-000042R-20261128140100",
    ],
)
def test_what_the_camera_behind_sees_is_not_placed_ahead(tmp_path, name):
    gopro(tmp_path, f"{name}.MP4")
    told = run(accepted(), tmp_path)
    assert f"left out: {tmp_path}/{name}.MP4: by its name the camera does not look ahead" in told


@pytest.mark.parametrize(
    "name",
    [
        "20261128_140000_0001F",
        "2026_1128_140000_0001T",
        "20261128_140000_BF",
        "20261128_140000_0001_N_A",
        "261128_140000_001_FH",
        "NO20261128-140000-000042F",
        "GX010001",
    ],
)
def test_what_the_camera_ahead_sees_is_not_taken_for_another(name):
    assert not filming.LOOKS_BACK.search(name)


@pytest.mark.parametrize(
    "name", ["._drive.mp4", ".Trash-1000/files/drive.mp4", "$RECYCLE.BIN/S-1/$RAB12.mp4"]
)
def test_what_was_thrown_away_and_what_a_mac_notes_is_not_sent(tmp_path, name):
    gopro(tmp_path, speeds_mps=(10,) * 2)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    gopro((tmp_path / name).parent, (tmp_path / name).name, speeds_mps=(12,) * 3)
    assert run(accepted(), tmp_path) == "2 accepted, 0 repeated, 0 refused, 0 failed\n"


def test_names_in_another_coding_are_sent_and_told(tmp_path):
    gopro(tmp_path).rename(tmp_path / os.fsdecode(b"fahrt-\xfc.mp4"))
    (tmp_path / os.fsdecode(b"\xe4lter.mp4")).write_bytes(b"text")
    told = run(accepted(), tmp_path)
    assert f"refused: {tmp_path}/?lter.mp4: is not a whole MP4 or MOV video" in told
    assert "6 accepted" in told
    assert told.encode()


def test_a_full_card_keeps_no_journal_and_is_sent(tmp_path, monkeypatch):
    gopro(tmp_path)
    full = Path("/dev/full")  # each write to it fails as on a full disk
    monkeypatch.setattr(uploading.Journal, "__init__", lambda self, path: unwritten(self, full))
    assert "6 accepted" in run(accepted(), tmp_path)


def unwritten(journal, path):
    journal._path, journal._sent, journal._settled = path, {}, set()


def test_a_second_run_decodes_and_sends_nothing(tmp_path, monkeypatch):
    gopro(tmp_path)
    assert "6 accepted" in run(accepted(), tmp_path)
    again = accepted()
    monkeypatch.setattr(Reel, "still", lambda self, at_s: pytest.fail("decoded in vain"))
    assert run(again, tmp_path) == "0 accepted, 6 repeated, 0 refused, 0 failed\n"
    assert again.headers == []


def test_a_video_that_was_copied_under_another_name_is_the_same(tmp_path):
    path = gopro(tmp_path)
    run(accepted(), tmp_path)
    path.rename(tmp_path / "holiday.mp4")
    assert "6 repeated" in run(accepted(), tmp_path)


def test_a_run_that_was_cut_off_goes_on_with_the_same_bytes(tmp_path):
    cut_off, late, whole = tmp_path / "a", tmp_path / "b", accepted()
    for folder in (cut_off, late):
        folder.mkdir()
        gopro(folder, speeds_mps=(10,) * 12)
    run(whole, late)
    seen: list[bytes] = []

    def answer(body, number):
        seen.append(body)
        return (202, {"id": len(seen)}) if len(seen) <= 5 else (401, {"detail": "no such token"})

    first, rest = Server(answer), accepted()
    told = run(first, cut_off)
    assert "5 accepted" in told
    assert "failed: " in told
    assert "7 accepted, 5 repeated" in run(rest, cut_off)
    assert {jpeg for jpeg, _ in sent(first)} | {jpeg for jpeg, _ in sent(rest)} == {
        jpeg for jpeg, _ in sent(whole)
    }


def test_what_the_server_has_lost_is_made_again(tmp_path):
    gopro(tmp_path)
    numbers = iter(range(100))
    server = Server(lambda body, number: (202, {"id": next(numbers)}))
    run(server, tmp_path)
    before = {jpeg for jpeg, _ in sent(server)}
    server = accepted()
    server.frames = {"2": {"state": "rejected", "reason": "original_lost"}}
    assert "1 accepted, 5 repeated" in run(server, tmp_path)
    assert {jpeg for jpeg, _ in sent(server)} < before


def test_an_old_video_is_one_sentence_and_few_requests(tmp_path):
    gopro(tmp_path, speeds_mps=(10,) * 30)
    server = Server(lambda body, number: (422, OLD))
    told = run(server, tmp_path)
    assert f"refused: {tmp_path}/drive.mp4: {OLD['detail']} (30 pictures)\n" in told
    assert told.count(str(tmp_path)) == 1
    assert len(server.headers) <= uploading.AHEAD


def test_what_cannot_be_used_is_one_sentence_each_and_the_rest_is_sent(tmp_path):
    """Also of a video a part of which has no place."""
    gopro(tmp_path, "a.mp4")
    gopro(tmp_path, "parked.mp4", (0,) * 4)
    film(tmp_path / "part.mp4", seconds=14, made_at=START)
    walk = [(24.94, 60.17 + s / 11_000, START + timedelta(seconds=s)) for s in range(8, 21)]
    (tmp_path / "part.gpx").write_text(gpx(*walk))
    film(tmp_path / "silent.mov", seconds=2)
    (tmp_path / "torn.MP4").write_bytes(b"text")
    (tmp_path / "old.avi").write_bytes(b"RIFF")
    told = run(accepted(), tmp_path)
    assert told.splitlines() == [
        f"refused: {tmp_path}/old.avi: only MP4 and MOV can be read; "
        "ffmpeg -i old.avi -c copy old.mp4 makes one",
        f"left out: {tmp_path}/parked.mp4: the car stood all the time",
        f"left out: {tmp_path}/part.mp4: for 0:08 of its 0:14 min no place is known: it goes from "
        "12:00:00 to 12:00:13 UTC, its track from 12:00:08 to 12:00:20",
        f"refused: {tmp_path}/silent.mov: has no track that we can read: give --gpx, or put "
        "silent.gpx beside it",
        f"refused: {tmp_path}/torn.MP4: is not a whole MP4 or MOV video",
        "12 accepted, 0 repeated, 3 refused, 0 failed, 2 left out",
        "Not every frame was taken; the reasons are above.",
    ]


def test_what_is_blurred_is_left_out_and_is_no_failure(tmp_path):
    gopro(tmp_path, blurred=[2, 3])
    told = run(accepted(), tmp_path)
    assert f"left out: {tmp_path}/drive.mp4: is too blurred here (2 pictures)" in told
    assert told.endswith("4 accepted, 0 repeated, 0 refused, 0 failed, 2 left out\n")


def test_damaged_pictures_are_one_sentence(tmp_path):
    path = gopro(tmp_path)
    whole = path.read_bytes()
    begin = whole.index(b"mdat") + 4
    path.write_bytes(whole[:begin] + bytes(30_000) + whole[begin + 30_000 :])
    told = run(accepted(), tmp_path)
    assert "its pictures end earlier than it says, or are damaged (6 pictures)" in told


def test_of_several_videos_only_one_can_have_begun_at_a_time(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(b"video")
    assert "name one at a time" in run(
        accepted(), tmp_path, "--taken-from", f"{datetime.now(UTC) - timedelta(days=1):%FT%TZ}"
    )


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_beginning_in_another_age_is_no_time(tmp_path, time):
    gopro(tmp_path)
    assert "must be a time with its zone" in run(accepted(), tmp_path, "--taken-from", time)


def test_the_decoder_of_a_video_ends_with_it(tmp_path, monkeypatch):
    gopro(tmp_path, "a.mp4")
    gopro(tmp_path, "b.mp4", (12,) * 4)
    reels = []
    monkeypatch.setattr(filming, "Reel", lambda path: reels.append(Reel(path)) or reels[-1])
    assert "10 accepted" in run(accepted(), tmp_path)
    assert [reel._process for reel in reels] == [None, None]
