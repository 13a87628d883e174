"""What pictures leave open, and whoever sends them says: the clock, a track, the times."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hazardmap.footage.drive import Said
from hazardmap.footage.gpx import GpxUnreadable, read_gpx
from hazardmap.footage.track import position_at
from hazardmap.uploader.completing import completed
from hazardmap.uploader.uploading import Journal, upload
from tests.capture_scene import BASE, gps_tags, gpx, picture
from tests.upload_server import Server

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = timedelta(seconds=10)
SUMMER = timezone(timedelta(hours=2))
LOCAL = {BASE.DateTimeOriginal: "2026:11:28 14:00:05"}


def file(folder: Path, content: bytes, name: str = "frame.jpg") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "track.gpx"
    fixes = ((24.94, 60.17, NOON), (24.95, 60.17, NOON + LATER), (24.96, 60.17, NOON + 5 * LATER))
    path.write_text(gpx(*reversed(fixes)))
    return read_gpx(path)


def told(said, *pictures):
    return [dict(item.metadata) for item in completed(pictures, said)]


def test_between_two_fixes_one_was_on_the_straight_way(track):
    assert position_at(track, NOON) == (24.94, 60.17)
    assert position_at(track, NOON + LATER / 2) == pytest.approx((24.945, 60.17), abs=1e-5)
    assert position_at(track, NOON + LATER) == (24.95, 60.17)


@pytest.mark.parametrize("seconds", [-1, 30, 51])
def test_before_after_and_in_a_gap_nobody_knows(track, seconds):
    assert position_at(track, NOON + timedelta(seconds=seconds)) is None


def test_local_time_and_a_track_make_a_place(tmp_path, track):
    (one,) = told(Said(clock=SUMMER, track=track), file(tmp_path, picture(detail=LOCAL)))
    assert datetime.fromisoformat(one["captured_at"]) == NOON + LATER / 2
    assert (one["lon"], one["lat"]) == pytest.approx((24.945, 60.17), abs=1e-5)


def test_what_the_exif_says_goes_before(tmp_path, track):
    full = picture(gps=gps_tags(10, 50, NOON), detail=LOCAL)
    place = {tag: value for tag, value in gps_tags(10, 50, NOON).items() if tag < 5}
    zoned = picture(gps=place, detail=LOCAL | {BASE.OffsetTimeOriginal: "+05:00"})
    paths = file(tmp_path, full), file(tmp_path, zoned, "zoned.jpg")
    said = Said(clock=SUMMER, taken_from=NOON, track=track)
    assert told(said, *paths) == [{}, {}]


def test_a_receiver_that_did_not_know_where_it_was_gives_way_to_the_track(tmp_path, track):
    lost = picture(gps=gps_tags(0, 0, NOON))
    (one,) = told(Said(track=track), file(tmp_path, lost))
    assert (one["lon"], one["lat"]) == (24.94, 60.17)


def test_pictures_of_a_video_are_counted_off(tmp_path, track):
    frames = [file(tmp_path, picture(), f"{n}.jpg") for n in range(3)]
    said = Said(taken_from=NOON, every=timedelta(seconds=5), track=track)
    found = told(said, *frames)
    assert [datetime.fromisoformat(one["captured_at"]) for one in found] == [
        NOON,
        NOON + LATER / 2,
        NOON + LATER,
    ]
    assert [one["lon"] for one in found] == pytest.approx([24.94, 24.945, 24.95], abs=1e-5)


def test_without_a_time_there_is_no_place_and_a_file_that_is_no_picture_is_sent_as_it_is(
    tmp_path, track
):
    paths = file(tmp_path, picture()), file(tmp_path, b"text", "text.jpg"), tmp_path / "absent.jpg"
    assert told(Said(clock=SUMMER, track=track), *paths) == [{}, {}, {}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read as GPX"),
        ("<gpx><trkpt lat='1'><time>2026-11-28T12:00:00Z</time></trkpt></gpx>", "has no track"),
        ("<gpx><trkpt lat='1' lon='2'><time>noon</time></trkpt></gpx>", "has no track"),
        ("<gpx><trkpt lat='1' lon='2'/></gpx>", "has no track with places and times"),
        ("<gpx><rtept lat='1' lon='2'/></gpx>", "has no track"),
    ],
)
def test_a_file_without_a_track_is_told(tmp_path, text, says):
    path = tmp_path / "track.gpx"
    path.write_text(text)
    with pytest.raises(GpxUnreadable, match=says):
        read_gpx(path)


@pytest.mark.parametrize(
    ("whole", "spoilt"),
    [
        ("12:00:10Z", "noon"),
        ('lon="24.95"', 'lon="24,95"'),
        ('lat="60.17" lon="24.95"', 'lat="0" lon="0"'),
        ("<time>2026-11-28T12:00:10Z</time>", ""),
    ],
)
def test_a_point_that_cannot_be_read_costs_only_itself(tmp_path, whole, spoilt):
    path = tmp_path / "track.gpx"
    text = gpx(*((lon, 60.17, NOON + n * LATER) for n, lon in enumerate((24.94, 24.95, 24.96))))
    assert whole in text
    path.write_text(text.replace(whole, spoilt))
    assert [fix.at for fix in read_gpx(path)] == [NOON, NOON + 2 * LATER]


def test_of_a_file_that_was_cut_off_there_is_what_was_written(tmp_path):
    path = tmp_path / "track.gpx"
    text = gpx(*((lon, 60.17, NOON + n * LATER) for n, lon in enumerate((24.94, 24.95, 24.96))))
    path.write_text(text[: text.rindex("</time>") - 3])
    assert [fix.at for fix in read_gpx(path)] == [NOON, NOON + LATER]


def test_a_picture_beyond_the_track_says_so_where_it_is_refused(tmp_path, track):
    server = Server(lambda body, number: (400, {"detail": "there is no place"}))
    late = file(tmp_path, picture(detail={BASE.DateTimeOriginal: "2026:11:28 21:00:05"}))
    items = completed([late], Said(clock=SUMMER, track=track))
    with server.running() as url:
        (outcome,) = upload(items, url=url, token="device", journal=Journal(None))
    assert outcome.detail == (
        "there is no place; the GPX track knows no place at 2026-11-28 19:00:05 UTC"
    )


def test_entities_that_grow_without_end_are_refused(tmp_path):
    path, laughs = (
        tmp_path / "track.gpx",
        "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)),
    )
    path.write_text(f'<!DOCTYPE g [<!ENTITY e0 "ha">{laughs}]><gpx>&e11;</gpx>')
    with pytest.raises(GpxUnreadable, match="amplification"):
        read_gpx(path)


def test_a_receivers_own_file(shared):
    fixes = read_gpx(shared / "gps_frames" / "gpx" / "gpxpy_around-visnjan-with-car.gpx")
    assert position_at(fixes, datetime(2020, 12, 18, 6, 15, 55, tzinfo=UTC)) == pytest.approx(
        (13.7142, 45.27347), abs=1e-4
    )
