"""Videos: where the camera was, which moments are chosen, and the pictures of them."""

import struct
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from detection import quality
from hazardmap.capture.services.frame_accept import MAX_BYTES
from hazardmap.footage import gpx as gpx_module
from hazardmap.footage import movie as movies
from hazardmap.footage import stills, stills_child
from hazardmap.footage.drive import Drive, Said, read_drive
from hazardmap.footage.gopro import read_gopro
from hazardmap.footage.klv import entries
from hazardmap.footage.moments import moments
from hazardmap.footage.movie import read_movie
from hazardmap.footage.stills import Reel, Still
from hazardmap.footage.telemetry import ERROR_M
from hazardmap.footage.track import Fix, motion_at
from hazardmap.footage.unusable import Blurred, Unusable
from tests.capture_scene import gpx
from tests.footage_scene import (
    M_PER_DEG,
    START,
    Second,
    box,
    drive,
    film,
    full,
    gps5,
    gps9,
    klv,
    telemetry_track,
)

WRITERS = pytest.mark.parametrize("write", [gps5, gps9])


def filmed(tmp_path, seconds, write=gps5, said=None, **how):
    path = film(
        tmp_path / "drive.mp4",
        seconds=len(seconds),
        samples=[write(second) for second in seconds],
        **how,
    )
    found = read_drive(path, said or Said())
    assert isinstance(found, Drive), found
    return found


def fixes(speed_mps, seconds, every_s=1):
    """A track to the north."""
    return [
        Fix(START + timedelta(seconds=s), 24.94, 60.17 + speed_mps * s / M_PER_DEG)
        for s in range(0, seconds + 1, every_s)
    ]


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


def test_no_picture_while_the_car_stands_nor_closer_than_six_metres():
    track = [*fixes(8, 10)]
    standing = [
        Fix(START + timedelta(seconds=10 + s), 24.94, track[-1].lat + s * 0.9 / M_PER_DEG)
        for s in range(1, 60)
    ]
    chosen = moments([*track, *standing], began_at=START, length_s=69, every=timedelta(seconds=1))
    assert [one.at_s for one in chosen.moments] == pytest.approx(range(11))
    slow = moments(fixes(2, 20), began_at=START, length_s=20, every=timedelta(seconds=1))
    assert [one.at_s for one in slow.moments] == pytest.approx([0, 3, 6, 9, 12, 15, 18], abs=0.11)


def test_how_much_of_a_video_has_no_place_or_a_bad_one_is_known():
    near = fixes(10, 10)
    far = [one._replace(at=one.at + timedelta(seconds=50), lat=one.lat + 0.01) for one in near]
    every = timedelta(seconds=1)
    gap = moments([*near, *far], began_at=START, length_s=60, every=every)
    assert gap.unplaced_s == pytest.approx(40, abs=1.1)
    assert gap.imprecise_s == 0
    assert len(gap.moments) == 21
    bad = [one._replace(accuracy_m=60.0) for one in near]
    imprecise = moments(bad, began_at=START, length_s=10, every=every)
    assert (len(imprecise.moments), imprecise.unplaced_s) == (0, 0)
    assert imprecise.imprecise_s == pytest.approx(10, abs=0.2)


@pytest.mark.parametrize("every_s", [0.5, 2])
def test_the_sender_says_how_often(every_s):
    chosen = moments(fixes(30, 10), began_at=START, length_s=10, every=timedelta(seconds=every_s))
    assert len(chosen.moments) == pytest.approx(10 / every_s, abs=1)


def test_no_more_pictures_than_the_site_takes_however_often_is_asked_for():
    chosen = moments(fixes(100, 60), began_at=START, length_s=60, every=timedelta(0))
    assert 150 < len(chosen.moments) <= 300
    assert min(b.at_s - a.at_s for a, b in pairwise(chosen.moments)) > 0.2


def test_a_course_is_told_only_of_what_moves():
    track = [Fix(START + timedelta(seconds=s), 24.94 + s * 1e-4, 60.17) for s in range(5)]
    moving = motion_at(track, START + timedelta(seconds=2))
    assert moving.heading_deg == pytest.approx(90, abs=0.1)
    assert moving.speed_mps == pytest.approx(5.56, rel=0.01)
    still = [one._replace(lon=24.94) for one in track]
    assert motion_at(still, START + timedelta(seconds=2)).heading_deg is None
    assert motion_at(track, START + timedelta(seconds=9)) is None


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


def test_the_last_moment_of_a_video_has_a_picture(tmp_path):
    found = filmed(tmp_path, drive([30] * 3), said=Said(every=timedelta(0)), fps=3)
    with Reel(found.path) as reel:
        assert isinstance(reel.still(found.moments[-1].at_s), Still)


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


def test_the_same_moment_gives_the_same_bytes_and_the_sharpest_frame(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=4)
    with Reel(path) as reel:
        first = [reel.still(at_s) for at_s in (0, 1, 3)]
        again = [reel.still(at_s) for at_s in (1, 0)]
    assert all(isinstance(one, Still) for one in first)
    assert again == [first[1], first[0]]
    assert [one.at_s for one in first] == pytest.approx([0, 1, 3], abs=0.21)
    with Reel(path) as other:
        assert other.still(3) == first[2], "whatever was asked for before"
    assert Image.open(BytesIO(first[0].jpeg)).size == (320, 180)


def test_a_camera_that_was_turned_gives_upright_pictures(tmp_path):
    with Reel(film(tmp_path / "drive.mp4", seconds=1, turned=True)) as reel:
        still = reel.still(0)
    assert Image.open(BytesIO(still.jpeg)).size == (180, 320)


def test_what_is_blurred_or_not_there_is_a_value(tmp_path):
    path = film(tmp_path / "drive.mp4", seconds=3, blurred=[1])
    with Reel(path) as reel:
        assert isinstance(reel.still(1), Blurred)
        assert isinstance(reel.still(2), Still)
        assert reel.still(50) == Unusable("its pictures end earlier than it says, or are damaged")
    playlist = tmp_path / "playlist.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{path}\n")
    with Reel(playlist) as reel:
        assert reel.still(0) == Unusable("its pictures cannot be decoded")


def test_a_decoder_that_says_nothing_is_ended_and_not_asked_again(tmp_path):
    with Reel(film(tmp_path / "drive.mp4", seconds=1), silence_s=0.001) as reel:
        first = reel.still(0)
        assert "brings the decoder down" in first.why
        assert reel.still(0) is first


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


def test_the_sender_knows_what_the_site_takes():
    assert stills_child.SHARP_RATIO == quality.SHARP_RATIO
    assert stills.LARGEST_BYTES == MAX_BYTES
