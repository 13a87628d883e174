"""Any bytes are a drive or a sentence: no exception, and no end that does not come."""

import struct
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hazardmap.core.seeing.georeference import Place, checked, read_metadata
from hazardmap.footage.boxes import boxes
from hazardmap.footage.clock import satellites_began
from hazardmap.footage.drive import Drive, Said, read_drive
from hazardmap.footage.gpx import GpxUnreadable, read_gpx
from hazardmap.footage.klv import entries
from hazardmap.footage.moments import SHORTEST_S, SPACING_M, moments
from hazardmap.footage.nmea import telemetry_of
from hazardmap.footage.telemetry import Telemetry, track_of
from hazardmap.footage.track import Fix
from hazardmap.footage.unusable import Broken, Unusable
from tests.capture_scene import gpx
from tests.dashcam_scene import (
    blackvue,
    camm5,
    camm6,
    camm_track,
    listed,
    sentence,
    silent,
    stamped,
    viofo,
)
from tests.footage_scene import START, drive, film, full, gps5, gps9, telemetry_track

WRITTEN = settings(
    max_examples=300,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
RMC = ["120000.00", "A", "6010.2", "N", "02456.4", "E", "20.0", "0.0", "281126", "", "", "A"]
OTHER = ["", "V", "S", "W", "E", "1", "0", "-1", "9e9", "6060.0", "99999.9", "235959.9", "311299"]
SAID = st.binary(max_size=40) | st.builds(
    lambda ms, kind, other: f"[{ms}]{sentence(','.join([kind, *changed(RMC, other)]))}".encode(),
    st.integers(0, 10**15),
    st.sampled_from(["GPRMC", "GNGGA"]),
    st.dictionaries(st.integers(0, 11), st.sampled_from(OTHER), max_size=4),
)
NUMBERS = [b"\xff" * 8, b"\x7f" + b"\xff" * 7, struct.pack("<d", float("nan")), bytes(8)]
WORDS = st.sampled_from(
    [b"", b"nan", b"9e9", b"-1", b"<a>", b"&a;", b"\0", b"\xff", b"\n", b"24:00"]
)
LARGE = st.sampled_from([0, 1, 7, 8, 2**16 - 1, 2**31, 2**32 - 1]) | st.integers(0, 2**32 - 1)
GPX = [Fix(START + timedelta(seconds=s), 24.94 + s * 1e-4, 60.17) for s in range(60)]


@pytest.fixture(scope="module")
def wholes(tmp_path_factory) -> list[bytes]:
    """Videos with each telemetry, without their pictures."""
    found = []
    for write in (gps5, gps9):
        path = tmp_path_factory.mktemp("film") / "drive.mp4"
        film(path, seconds=2, samples=[write(second) for second in drive([10] * 2)])
        data = path.read_bytes()
        begin = data.index(b"mdat") - 4
        (size,) = struct.unpack_from(">I", data, begin)
        offset = data.rindex(b"stco") + 12
        moved = struct.unpack_from(">I", data, offset)[0] - size
        data = data[:offset] + struct.pack(">I", moved) + data[offset + 4 :]
        found.append(data[:begin] + data[begin + size :])
    return found + [path.read_bytes() for path in dashcams(tmp_path_factory.mktemp("others"))]


def changed(fields: list[str], other: dict[int, str]) -> list[str]:
    return [other.get(number, field) for number, field in enumerate(fields)]


def dashcams(folder: Path) -> list[Path]:
    seconds = drive([10] * 2)
    wide = partial(telemetry_track, wide=True)
    makes = [(viofo, listed), (camm6, camm_track), (camm5, camm_track), (gps5, wide)]
    paths = [folder / f"{number}.mp4" for number in range(len(makes) + 1)]
    for path, (write, index_of) in zip(paths, makes, strict=False):
        silent(
            path,
            seconds=2,
            samples=[write(second) for second in seconds],
            index_of=index_of,
            made_at=START,
        )
    blackvue(paths[-1], seconds)
    return paths


def told(path: Path) -> Drive | Unusable:
    found = read_drive(path, Said(track=GPX, clock=UTC))
    assert isinstance(found, Drive | Unusable)
    if isinstance(found, Unusable):
        assert found.why
        assert "\n" not in found.why
        return found
    for moment in found.moments:
        said = {k: v for k, v in moment.motion._asdict().items() if v is not None}
        read, faults = read_metadata(said | {"captured_at": START.isoformat()})
        assert faults == []
        assert isinstance(checked(read, now=START, max_age=timedelta(days=7)), Place)
    return found


def test_the_untouched_ones_are_drives(wholes, tmp_path):
    for whole in wholes:
        (tmp_path / "whole.mp4").write_bytes(whole)
        assert len(told(tmp_path / "whole.mp4").moments) == 2


@WRITTEN
@given(st.data())
def test_whatever_is_changed_in_a_video_is_told(wholes, tmp_path, data):
    broken = bytearray(data.draw(st.sampled_from(wholes)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 4))
        other = data.draw(LARGE.map(partial(struct.pack, ">I")) | st.sampled_from(NUMBERS))
        broken[at : at + data.draw(st.sampled_from([len(other), 0]))] = other
    cut = data.draw(st.integers(len(broken) // 2, len(broken)))
    (tmp_path / "broken.mp4").write_bytes(broken[:cut])
    told(tmp_path / "broken.mp4")


@WRITTEN
@given(st.binary(max_size=400), st.sampled_from([b"", b"\0\0\0\0moov", b"\0\0\0\x08ftyp"]))
def test_any_bytes_are_told(tmp_path, content, before):
    (tmp_path / "any.mp4").write_bytes(before + content)
    told(tmp_path / "any.mp4")


@settings(max_examples=100, deadline=timedelta(seconds=5))
@given(st.data())
def test_whatever_is_changed_in_what_a_receiver_says_is_told(data):
    text = bytearray(stamped(drive([10] * 2)) if data.draw(st.booleans()) else b"")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text[at : data.draw(st.integers(at, len(text)))] = data.draw(SAID)
    try:
        heard = telemetry_of(bytes(text), 2.0)
    except Broken:
        return
    if isinstance(heard, Telemetry):
        for one in heard.believed().readings:
            assert abs(one.lat) <= 90
            assert abs(one.lon) <= 180
            track_of([one], satellites_began([one]))


@WRITTEN
@given(st.data())
def test_whatever_is_changed_in_a_gpx_file_is_told(tmp_path, data):
    fixes = [(one.lon, one.lat, one.at) for one in GPX[:3]]
    text = bytearray(gpx(*fixes).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text[at : at + data.draw(st.integers(0, 9))] = data.draw(WORDS)
    (tmp_path / "drive.gpx").write_bytes(text)
    try:
        read = read_gpx(tmp_path / "drive.gpx")
    except GpxUnreadable:
        return
    assert read == sorted(read, key=lambda fix: fix.at)
    assert all(abs(fix.lon) <= 180 and abs(fix.lat) <= 90 for fix in read)


@given(st.binary(max_size=2000))
@example(full("stsz", 0, 2**32 - 1))
def test_boxes_and_keys_lie_within_what_they_are_read_from(content):
    for read in (boxes, entries):
        try:
            list(read(memoryview(content)))
        except Broken:
            continue


walks = st.lists(
    st.tuples(st.floats(0, 40), st.floats(0, 1e-3), st.floats(-1e-3, 1e-3)), min_size=1, max_size=40
)


@settings(max_examples=50, deadline=None)
@given(walks, st.floats(0, 5))
def test_moments_are_apart_in_place_and_time(steps, every_s):
    at, lon, lat, track = datetime(2026, 1, 1, tzinfo=UTC), 24.0, 60.0, []
    for seconds, east, north in steps:
        at, lon, lat = at + timedelta(seconds=seconds), lon + east, lat + north
        track.append(Fix(at, lon, lat))
    began_at = track[0].at - timedelta(seconds=1)
    chosen = moments(track, began_at=began_at, length_s=300, every=timedelta(seconds=every_s))
    for a, b in pairwise(chosen.moments):
        assert b.at_s - a.at_s >= max(every_s, SHORTEST_S) - 0.06
        east_m = (b.motion.lon - a.motion.lon) * 55_800
        north_m = (b.motion.lat - a.motion.lat) * 111_400
        assert (east_m**2 + north_m**2) ** 0.5 >= SPACING_M * 0.98
