"""Cameras other than a GoPro: where and when each moment was, and what nobody should guess.

All films are made up; only the first bytes of four real blocks are tried, as exiftool prints them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from hazardmap.footage import blackvue as blackvue_module
from hazardmap.footage import sidecar as sidecar_module
from hazardmap.footage.clock import UNKNOWN_ZONE
from hazardmap.footage.drive import Said, read_drive
from hazardmap.footage.movie import read_movie
from hazardmap.footage.nmea import degrees, telemetry_of
from hazardmap.footage.novatek import read_novatek
from tests.dashcam_films import (
    LOCAL_NAME,
    UTC_NAME,
    blackvue_film,
    block_film,
    camm_film,
    driven,
    in_local_time,
    sidecar_film,
    stamped_sidecar_film,
    top_blackvue_film,
    why,
)
from tests.dashcam_scene import (
    a119,
    doubles,
    listed,
    sentence,
    silent,
    stamped,
    vantrue,
    vantrue_s1,
    viofo,
)
from tests.footage_scene import M_PER_DEG, START, box, drive

TORN = "has telemetry that cannot be read: give --gpx"

OF_SATELLITES = [
    blackvue_film,
    top_blackvue_film,
    camm_film,
    sidecar_film,
    stamped_sidecar_film,
]
OF_CAMERAS = [viofo, a119, vantrue, vantrue_s1, doubles]


@pytest.mark.parametrize("camera", [*OF_SATELLITES, *OF_CAMERAS])
@pytest.mark.parametrize(("lat", "lon"), [(60.17, 24.94), (-33.9, -70.65), (-0.004, 179.9)])
def test_each_says_where_and_when_each_moment_was(tmp_path, camera, lat, lon):
    seconds = [replace(one, lat=lat + one.lat - 60.17, lon=lon) for one in drive([10] * 6)]
    if camera in OF_CAMERAS:
        path = block_film(tmp_path, in_local_time(seconds), camera)
    else:
        path = camera(tmp_path, seconds)
    found = driven(path)
    assert abs(found.began_at - START) < timedelta(milliseconds=1)
    assert [one.at_s for one in found.moments] == pytest.approx([0, 1, 2, 3, 4, 5])
    motion = found.moments[3].motion
    # Single precision has the minutes to half a thousandth, which is a metre.
    assert (motion.lon, motion.lat) == pytest.approx((lon, lat + 30 / M_PER_DEG), abs=2e-5)
    assert motion.speed_mps == pytest.approx(10, rel=5e-3)
    assert 4 < motion.accuracy_m < 10
    assert min(motion.heading_deg, 360 - motion.heading_deg) < 8


@pytest.mark.parametrize("camera", [*OF_SATELLITES, *OF_CAMERAS])
def test_without_a_fix_nothing_is_believed(tmp_path, camera):
    seconds = [*drive([10] * 2, fix=0), *drive([10] * 6)[2:]]
    make = camera if camera in OF_SATELLITES else partial(block_film, write=camera, name=UTC_NAME)
    assert driven(make(tmp_path, seconds), Said(clock=UTC)).moments[0].at_s == pytest.approx(2)
    never = make(tmp_path, drive([10] * 6, fix=0))
    assert why(never).startswith("its camera had no fix that we can read: give --gpx")


@pytest.mark.parametrize(
    ("begin", "at", "place", "knots"),
    [
        (
            "05000000 2f000000 03000000 13000000 09000000 1b000000 414e5700 25d19945 f1474046"
            "6666d241 85eb8341",
            datetime(2019, 9, 27, 5, 47, 3, tzinfo=UTC),
            (-123 - 5.985 / 60, 49 + 22.143 / 60),
            26.3,
        ),
        (
            "00" * 32 + "10000000 2d000000 14000000 11000000 0c000000 1f000000 414e4500 5d9aa945"
            "ab1ee544 ec51f040 b85ea543",
            datetime(2017, 12, 31, 16, 45, 20, tzinfo=UTC),
            (18 + 32.958 / 60, 54 + 27.296 / 60),
            7.51,
        ),
        (
            # What follows it in the file: $GNRMC,132230.000,A,4721.35197,N,00830.80859,E,22.519
            "0d000000 16000000 1e000000 41000000 2cb7b41a5a71b240 4e00000000000000"
            "fbae08fe77f68940 4500000000000000 be9f1a2fdd843640 5c8fc2f528fc6840"
            "16000000 0c000000 0e000000",
            datetime(2022, 12, 14, 13, 22, 30, tzinfo=UTC),
            (8 + 30.80859 / 60, 47 + 21.35197 / 60),
            22.519,
        ),
        (
            "00" * 48 + "414e4500 15000000 07000000 02000000 03000000 35000000 05000000 4f744c44"
            "e277a045 89c19842 71bdac42 02ab0d43",
            datetime(2021, 7, 2, 3, 53, 5, tzinfo=UTC),
            (8 + 17.817 / 60, 51 + 34.985 / 60),
            76.378,
        ),
    ],
    ids=["Viofo A119 V3", "Viofo A119S", "Vantrue N4", "Vantrue S1"],
)
def test_real_blocks_say_what_they_said(tmp_path, begin, at, place, knots):
    block = b"\0\0\x40\0freeGPS \xf0\3\0\0" + bytes.fromhex(begin).ljust(496, b"\0")
    path = silent(tmp_path / "a.mp4", seconds=1, samples=[block], index_of=listed)
    (found,) = read_novatek(path, read_movie(path)).readings
    assert (found.lon, found.lat) == pytest.approx(place, abs=1e-5)
    assert found.clock == at
    assert found.speed_mps == pytest.approx(knots * 1852 / 3600, rel=1e-4)


def test_a_clock_that_may_be_local_is_read_only_as_the_sender_says(tmp_path):
    seconds = drive([10] * 4)
    for made in (seconds, in_local_time(seconds)):
        path = block_film(tmp_path, made)  # the name is local time
        assert driven(path).began_at == START
        assert read_drive(path, Said()) == UNKNOWN_ZONE
    path = block_film(tmp_path, seconds)
    assert "cannot be dated" in why(path, Said(clock=timezone(timedelta(hours=3))))
    assert driven(block_film(tmp_path, seconds, name=UTC_NAME), Said(clock=UTC)).began_at == START
    # A cold start: named by a clock in UTC, which then was set to local time.
    mixed = block_film(tmp_path, in_local_time(seconds), name=UTC_NAME)
    assert "cannot be dated" in why(mixed)
    assert driven(mixed, Said(taken_from=START)).began_at == START


def test_a_file_that_was_renamed_is_dated_only_if_it_was_made_in_local_time(tmp_path):
    made_at = START + timedelta(hours=2)
    utc = block_film(tmp_path, drive([10] * 4), name="holiday.mp4", made_at=made_at)
    assert driven(utc).began_at == START
    same = block_film(tmp_path, in_local_time(drive([10] * 4)), name="b.mp4", made_at=made_at)
    assert "cannot be dated" in why(same), "both may be UTC, whatever it shows"
    assert "cannot be dated" in why(
        block_film(tmp_path, drive([10] * 4), name="20269999_999999.mp4")
    )


def test_a_time_lapse_and_a_list_of_another_length_are_refused(tmp_path):
    lapse = [
        replace(one, at=START + n * timedelta(seconds=30)) for n, one in enumerate(drive([9] * 9))
    ]
    assert "as in a time lapse" in why(block_film(tmp_path, lapse))
    late = block_film(tmp_path, drive([10] * 10), length_s=13)
    assert why(late).startswith("has positions of another length than its pictures: give --gpx")
    for seconds in (drive([10] * 4), drive([10] * 9)):
        beside = sidecar_film(tmp_path, seconds)
        silent(beside, seconds=6)
        assert "another length" in why(beside)


def test_two_positions_a_second_are_placed_twice_as_close(tmp_path):
    seconds = [
        replace(one, at=START + timedelta(seconds=n // 2)) for n, one in enumerate(drive([8] * 12))
    ]
    seconds = [replace(one, speed_mps=16) for one in seconds]
    found = driven(block_film(tmp_path, seconds, length_s=6))
    assert abs(found.began_at - START) <= timedelta(seconds=0.5)
    assert found.moments[3].motion.lat == pytest.approx(60.17 + 48 / M_PER_DEG, abs=2e-5)


def test_scrambled_places_and_other_units_are_refused(tmp_path):
    real = drive([15] * 6)
    scaled = [replace(one, lat=1 + (one.lat - 60) / 20, lon=2) for one in real]
    kmh = [replace(one, speed_mps=15 * 1.852) for one in real]
    for seconds in (scaled, kmh):
        found = why(block_film(tmp_path, seconds))
        assert found.startswith("has positions that do not go as fast as it says: give --gpx")


def test_a_stop_without_a_fix_says_nothing_of_its_speeds(tmp_path):
    seconds = drive([10] * 3 + [0] * 40 + [10] * 3)
    seconds = [replace(one, fix=0 if one.speed_mps == 0 else 3) for one in seconds]
    assert len(driven(block_film(tmp_path, seconds, name=UTC_NAME), Said(clock=UTC)).moments) > 3


def test_a_list_beyond_any_camera_and_one_that_leads_nowhere_are_told(tmp_path):
    def many(samples, offset):
        return box("gps ", b"\0\0\1\1\xff\xff\xff\xff", bytes(80))

    def nowhere(samples, offset):
        return listed(samples, 2**32 - 10_000)

    path = tmp_path / LOCAL_NAME
    for index, told in ((many, TORN), (nowhere, "its camera had no fix that we can read")):
        silent(path, seconds=4, samples=[viofo(one) for one in drive([10] * 4)], index_of=index)
        assert told in why(path)
    empty = silent(path, seconds=4, samples=[b"x"], index_of=lambda *_: listed([], 0))
    assert "has no track that we can read" in why(empty)


def test_text_beyond_any_camera_is_not_read(tmp_path, monkeypatch):
    made = [blackvue_film(tmp_path, drive([10] * 4)), sidecar_film(tmp_path, drive([10] * 4))]
    assert driven(made[1])
    for module in (blackvue_module, sidecar_module):
        monkeypatch.setattr(module, "LARGEST_TEXT_BYTES", 100)
    assert TORN in why(made[0])


def test_free_space_that_is_no_box_is_free_space(tmp_path):
    text = box("gps ", stamped(drive([10] * 4)))
    before = box("free", b"\xff" * 50) + box("free", bytes(50)) + box("free", text)
    assert driven(silent(tmp_path / "a.mp4", seconds=4, before=before)).began_at == START


def test_sentences_that_are_torn_guessed_or_put_in_by_hand_are_no_positions():
    good = sentence("GPRMC,120000.00,A,6010.2,N,02456.4,E,20.0,0.0,281126,,,A")

    def heard(*lines):
        return telemetry_of("\r\n".join(lines).encode(), 0.5)

    (found,) = heard(good).readings
    assert (found.lon, found.lat, found.clock) == (
        pytest.approx(24.94),
        pytest.approx(60.17),
        START,
    )
    for wrong in (
        good.replace("6010", "6011"),
        good[:-1],
        *(
            sentence(good[1:-3].replace(*other))
            for other in (
                (",A,6", ",V,6"),
                (",,,A", ",,,E"),
                ("6010.2", "6060.2"),
                ("6010.2", "9100.0"),
                ("6010.2", ""),
                ("02456", "18056"),
                (",N,", ",E,"),
                (",E,", ",,"),
                ("281126", "311126"),
                ("120000.00", "12:00:00"),
                ("120000.00", "120000.e9"),
            )
        ),
    ):
        assert not getattr(heard(wrong), "readings", None), wrong
    assert heard(good, sentence("GPGGA,120000.00,,,,,0,,,,,,,,")).readings == []
    (sure,) = heard(good, sentence("GPGGA,120000.00,,,,,1,12,9.0,,,,,,")).readings
    assert sure.accuracy_m > 36 > found.accuracy_m


def test_two_sentences_of_a_moment_one_without_a_speed_are_one_place(tmp_path):
    said = "GPRMC,120000.00,A,6010.2,N,02456.4,E,{},0.0,281126,,,A"
    text = "\n".join(sentence(said.format(knots)) for knots in ("0.0", ""))
    (tmp_path / "drive.nmea").write_text(text)
    assert driven(silent(tmp_path / "drive.mp4", seconds=1)).began_at == START


def test_what_a_camera_appends_after_its_boxes_hides_no_track_beside_it(tmp_path):
    path = sidecar_film(tmp_path, drive([10] * 4))
    path.write_bytes(path.read_bytes() + b"\xff" * 40)
    assert driven(path).began_at == START


def test_where_the_fix_was_lost_places_are_less_sure_and_then_none(tmp_path):
    seconds = drive([10] * 24)
    lost = [
        replace(one, fix=0 if n in {3, 4} or 9 <= n < 20 else 3) for n, one in enumerate(seconds)
    ]
    found = driven(block_film(tmp_path, lost, name=UTC_NAME), Said(clock=UTC))
    error_m = {round(one.at_s): one.motion.accuracy_m for one in found.moments}
    assert error_m[2] < 8 < error_m[4] < 9, "a moment without"
    assert 45 < error_m[12] <= 50
    assert set(range(24)) - error_m.keys() == {13, 14, 15}, "halfway through a tunnel"


def test_degrees_are_those_of_a_receiver():
    assert degrees(6010.2, "N", "NS") == pytest.approx(60.17)
    assert degrees(17959.9, "W", "EW") == pytest.approx(-179.998333)
    assert degrees(0.6, "S", "NS") == pytest.approx(-0.01)
    for wrong in (
        (9000.1, "N"),
        (6060.0, "N"),
        (-1.0, "N"),
        (float("nan"), "S"),
        (10.0, "E"),
        (10.0, ""),
    ):
        assert degrees(*wrong, "NS") is None, wrong
