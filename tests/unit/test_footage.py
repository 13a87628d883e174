"""Videos: where the camera was and when, as it says itself or a track beside it does."""

import struct
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from hazardmap.footage import gpx as gpx_module
from hazardmap.footage import movie as movies
from hazardmap.footage.drive import Said, read_drive
from hazardmap.footage.gopro import read_gopro
from hazardmap.footage.klv import entries
from hazardmap.footage.movie import read_movie
from hazardmap.footage.stills import Reel, Still
from hazardmap.footage.telemetry import ERROR_M
from hazardmap.footage.unusable import Unusable
from tests.capture_scene import gpx
from tests.footage_scene import (
    M_PER_DEG,
    START,
    Second,
    box,
    drive,
    film,
    filmed,
    fixes,
    full,
    gps5,
    gps9,
    klv,
    telemetry_track,
)

WRITERS = pytest.mark.parametrize("write", [gps5, gps9])


@WRITERS
def test_a_gopro_says_where_and_when_each_moment_was(tmp_path, write):
    found = filmed(tmp_path, drive([10] * 6), write)
    assert abs(found.began_at - START) < timedelta(milliseconds=1)
    assert [one.at_s for one in found.moments] == pytest.approx([0, 1, 2, 3, 4, 5])
    motion = found.moments[3].motion
    assert (motion.lon, motion.lat) == pytest.approx((24.94, 60.17 + 30 / M_PER_DEG), abs=2e-6)
    assert motion.accuracy_m == pytest.approx(1.5 * ERROR_M)
    assert motion.speed_mps == pytest.approx(10)
    assert motion.heading_deg == pytest.approx(0, abs=0.1)


@WRITERS
@pytest.mark.parametrize("over", [{"fix": 0}, {"dop": 99.99}, {"lon": 200.0}])
def test_what_is_no_position_is_not_believed(tmp_path, write, over):
    found = filmed(tmp_path, [*drive([10] * 3, **over), *drive([10] * 9)[3:]], write)
    assert found.moments[0].at_s == pytest.approx(3)


@pytest.mark.parametrize("year", [1, 1990, 9999])
def test_a_clock_of_another_age_is_no_clock(tmp_path, year):
    at = (
        datetime(year, 1, 1, tzinfo=UTC)
        if year < 9999
        else datetime(9999, 12, 31, 23, 59, 58, tzinfo=UTC)
    )
    path = film(
        tmp_path / "drive.mp4", seconds=2, samples=[gps9(one) for one in drive([10] * 2, at=at)]
    )
    assert "had no fix" in read_drive(path, Said()).why


def test_one_wrong_clock_shifts_nothing(tmp_path):
    seconds = drive([10] * 5)
    early = Second(START - timedelta(seconds=1.4), seconds[0].lat, 10)
    assert filmed(tmp_path, [early, *seconds[1:]]).began_at == START


@WRITERS
def test_a_camera_without_a_fix_needs_a_track_from_elsewhere(tmp_path, write):
    samples = [write(second) for second in drive([10] * 2, fix=0)]
    path = film(tmp_path / "drive.mp4", seconds=2, samples=samples)
    assert read_drive(path, Said()) == Unusable(
        "its camera had no fix that we can read: give --gpx, or put drive.gpx beside it"
    )


def test_a_number_that_is_none_is_no_position(tmp_path):
    dated = klv("TYPE", "c", 1, b"lllllddSS")
    row = struct.pack(">5lddHH", 0, 0, 0, 0, 0, float("nan"), float("nan"), 150, 3)
    stream = klv("STRM", "", 1, dated + klv("GPS9", "?", len(row), row))
    path = film(tmp_path / "drive.mp4", seconds=1, samples=[klv("DEVC", "", 1, stream)])
    assert "had no fix" in read_drive(path, Said()).why


def test_what_the_camera_says_wrong_does_not_hide_a_track_beside_it(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=2, samples=[gps5(drive([10])[0])], made_at=START)
    whole = path.read_bytes()
    sizes = whole.rindex(b"stsz") + 4
    path.write_bytes(whole[: sizes + 4] + b"\x7f" + whole[sizes + 5 :])
    assert read_drive(path, Said(track=fixes(10, 6))).began_at == START


def test_a_file_of_more_than_4_gb_is_read_and_an_offset_beyond_any_file_is_told(tmp_path):
    wide = partial(telemetry_track, wide=True)
    assert len(filmed(tmp_path, drive([10] * 3), index_of=wide).moments) == 3
    for offset in (2**62, 2**63, 2**64 - 1):
        path = film(
            tmp_path / "far.mp4",
            seconds=2,
            samples=[gps5(second) for second in drive([10] * 2)],
            index_of=lambda samples, _, offset=offset: wide(samples, offset),
        )
        assert "has telemetry that cannot be read" in read_drive(path, Said()).why


def test_a_torn_last_sample_costs_only_itself(tmp_path):
    samples = [gps5(second) for second in drive([10] * 4)]
    samples[-1] = samples[-1][:-40]
    path = film(tmp_path / "drive.mp4", seconds=4, samples=samples)
    assert len(read_gopro(path, read_movie(path)).readings) == 30


@pytest.mark.parametrize("name", ["drive.gpx", "drive.GPX"])
def test_without_telemetry_the_gpx_beside_it_and_the_time_of_the_file_serve(tmp_path, name):
    path = film(tmp_path / "drive.mp4", seconds=6, made_at=START)
    (tmp_path / name).write_text(gpx(*((one.lon, one.lat, one.at) for one in fixes(10, 6))))
    found = read_drive(path, Said())
    assert found.began_at == START
    assert found.moments[2].motion.lat == pytest.approx(60.17 + 20 / M_PER_DEG, abs=1e-6)
    assert found.moments[2].motion.accuracy_m is None


def test_a_camera_that_writes_local_time_is_told_and_then_understood(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=3, made_at=START + timedelta(hours=2))
    said = Said(track=fixes(10, 6))
    assert "knows no place at 2026-11-28 14:00:00 UTC" in read_drive(path, said).why
    zoned = Said(track=fixes(10, 6), clock=timezone(timedelta(hours=2)))
    assert read_drive(path, zoned).began_at == START
    taken = Said(track=fixes(10, 6), taken_from=START)
    assert read_drive(path, taken).began_at == START


def test_without_any_time_the_sender_has_to_say_it(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=3)
    assert "give --taken-from" in read_drive(path, Said(track=fixes(10, 6))).why


def test_a_gpx_file_that_is_none_is_told(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=1)
    (tmp_path / "drive.gpx").write_text("no track")
    assert "drive.gpx cannot be read as GPX" in read_drive(path, Said()).why


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('<trkpt lon="nan" lat="60"><time>2026-11-28T12:00:00Z</time></trkpt>', "has no track"),
        ('<trkpt lon="24" lat="91"><time>2026-11-28T12:00:00Z</time></trkpt>', "has no track"),
        ('<?xml version="1.0" encoding="none-such"?>', "cannot be read as GPX"),
    ],
)
def test_a_gpx_file_with_what_is_no_place_or_no_text_is_told(tmp_path, content, says):
    (tmp_path / "drive.gpx").write_text(
        content if "<?" in content else f"<gpx><trk><trkseg>{content}</trkseg></trk></gpx>"
    )
    path = film(tmp_path / "drive.mp4", seconds=1)
    assert f"drive.gpx {says}" in read_drive(path, Said()).why


def test_a_gpx_file_beyond_any_drive_is_not_read(tmp_path, monkeypatch):
    path = film(tmp_path / "drive.mp4", seconds=1)
    (tmp_path / "drive.gpx").write_text(gpx((24.94, 60.17, START)))
    monkeypatch.setattr(gpx_module, "LARGEST_BYTES", 100)
    assert "drive.gpx is larger than" in read_drive(path, Said()).why


def test_one_who_has_nothing_is_told_what_to_do(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=1)
    why = "has no track that we can read: give --gpx, or put drive.gpx beside it"
    assert read_drive(path, Said()) == Unusable(why)


def test_what_is_no_video_is_told(tmp_path):
    whole = film(tmp_path / "drive.mp4", seconds=1).read_bytes()
    path = tmp_path / "other.mp4"
    for content in (b"", b"text, and more of it", whole[:-200], whole[:200]):
        path.write_bytes(content)
        assert read_drive(path, Said()) == movies.NO_MOVIE
    assert read_drive(tmp_path, Said()) == Unusable("cannot be read: Is a directory")
    sound = box("trak", box("mdia", full("hdlr", 0, more=b"soun"), full("mdhd", 0, 0, 1, 1)))
    path.write_bytes(box("moov", full("mvhd", 0, 0, 1, 1), sound))
    assert read_drive(path, Said()) == Unusable("has no pictures")


def test_sizes_beyond_any_camera_are_refused_before_they_are_read(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=1, samples=[gps5(drive([10])[0])])
    whole = path.read_bytes()
    sizes = whole.rindex(b"stsz") + 4
    for wrong in (
        struct.pack(">I", 2_000_000_000) + whole[sizes + 8 : sizes + 12],
        bytes(4) + struct.pack(">I", 2**32 - 1),
    ):
        path.write_bytes(whole[: sizes + 4] + wrong + whole[sizes + 12 :])
        assert "has telemetry that cannot be read" in read_drive(path, Said()).why


@pytest.mark.parametrize(
    ("name", "begin", "count"),
    [
        ("gopro_max_heromode_gpmf.mp4", datetime(2019, 11, 18, 23, 45, 15, 425_000, UTC), 3),
        ("gopro_karma_gpmf.mp4", None, 0),
        ("nogps_dashcam_solidWhiteRight.mp4", None, 0),
    ],
)
def test_videos_of_real_cameras_begin_when_they_were_taken(shared, name, begin, count):
    path = shared / "gps_video" / name
    if not path.exists():
        pytest.skip("the real videos are not there")
    found = read_drive(path, Said())
    if begin is None:
        assert "give --gpx" in found.why
        return
    assert found.began_at == begin
    assert len(found.moments) == count
    assert {type(one) for one in map(Reel(path).still, (0.0, 4.6, 9.4))} == {Still}


@pytest.mark.parametrize("name", ["hero5", "hero6", "Fusion", "karma"])
def test_the_telemetry_of_more_cameras_is_read_to_its_end(shared, name):
    raw = shared / "gps_video" / f"gopro_{name}.gpmf.raw"
    if not raw.exists():
        pytest.skip("the real telemetry is not there")
    data = raw.read_bytes()
    read = list(entries(memoryview(data)))
    assert {entry.key for entry in read} == {b"DEVC"}
    assert klv("DEVC", "", 1, bytes(read[0].data)) == data[: len(read[0].data) + 8]
