"""A rendered drive: complete, labelled, repeatable, and true."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from detection.render.drive import PAUSE, DriveSummary, head_start, render_drive
from detection.render.roads import LocalFrame, RoadsError
from hazardmap.core.kinds import KINDS, Group
from tests.render_street import START, write_roads

WHEN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def render(folder: Path, out: str, **given) -> DriveSummary:
    return render_drive(
        roads=write_roads(folder / "roads.geojson"),
        out=folder / out,
        start=WHEN,
        **{"seed": 3, "frame_spacing_m": 50.0, **given},
    )


@pytest.fixture(scope="module")
def steps() -> list[tuple[int, int]]:
    """What `drive` was told of its progress."""
    return []


@pytest.fixture(scope="module")
def drive(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("drive")
    return folder, render(folder, "a", progress=lambda *at: steps.append(at))


def truth_of(summary: DriveSummary) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads(summary.truth.read_text(encoding="utf-8"))
    return truth


def test_every_frame_of_the_truth_is_a_picture_and_the_other_way_round(drive):
    folder, summary = drive
    truth = truth_of(summary)
    named = [frame["file"] for each in truth["drives"] for frame in each["frames"]]
    written = sorted(str(p.relative_to(folder / "a")) for p in (folder / "a").rglob("*.jpg"))
    assert sorted(named) == written
    assert len(named) == summary.frames
    assert {Image.open(folder / "a" / name).size for name in named} == {(1280, 720)}
    assert summary.boxes == sum(len(f["boxes"]) for d in truth["drives"] for f in d["frames"]) > 0


def test_it_says_that_it_is_simulated_and_whose_roads_these_are(drive):
    truth = truth_of(drive[1])
    assert truth["simulated"] is True
    assert "© OpenStreetMap contributors" in truth["credit"]
    kinds = [thing["kind"] for thing in truth["objects"]]
    assert sum(KINDS[kind].group is Group.WILDLIFE for kind in kinds) == len(kinds) / 2
    assert {"cone", "drum", "barrier", "roadwork_sign", "debris", "pothole"} <= set(kinds)


def test_exif_says_what_the_truth_says_was_measured(drive):
    folder, summary = drive
    for number, each in enumerate(truth_of(summary)["drives"]):
        frame = each["frames"][1]
        exif = Image.open(folder / "a" / frame["file"]).getexif()
        details, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
        assert exif[Base.Make] == "hazardmap"
        assert exif[Base.Model] == "renderer"
        assert "simulated" in exif[Base.ImageDescription]
        assert "OpenStreetMap" in exif[Base.ImageDescription]
        for ref, tag, name in (
            (GPS.GPSLatitudeRef, GPS.GPSLatitude, "lat"),
            (GPS.GPSLongitudeRef, GPS.GPSLongitude, "lon"),
        ):
            degrees, minutes, seconds = (float(part) for part in gps[tag])
            value = degrees + minutes / 60 + seconds / 3600
            assert value == pytest.approx(frame["measured"][name], abs=5e-8)
            assert gps[ref] in {"N", "E"}
        assert float(gps[GPS.GPSImgDirection]) == pytest.approx(
            frame["measured"]["heading_deg"], abs=0.01
        )
        assert gps[GPS.GPSImgDirectionRef] == "T"
        assert float(gps[GPS.GPSSpeed]) == pytest.approx(each["speed_kmh"], abs=2)
        assert 0 < float(gps[GPS.GPSHPositioningError]) < 10
        written = f"{details[Base.DateTimeOriginal]}.{details[Base.SubsecTimeOriginal]}"
        assert details[Base.OffsetTimeOriginal] == "+00:00"
        at = datetime.strptime(written, "%Y:%m:%d %H:%M:%S.%f").replace(tzinfo=UTC)
        assert abs((at - datetime.fromisoformat(frame["captured_at"])).total_seconds()) < 0.001
        assert WHEN + number * PAUSE <= at <= summary.ends_at
        hours, minutes, seconds = (float(part) for part in gps[GPS.GPSTimeStamp])
        assert hours * 3600 + minutes * 60 + seconds == pytest.approx(
            at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6, abs=0.001
        )
        focal = details[Base.FocalLengthIn35mmFilm]
        hfov_deg = 2 * np.degrees(np.arctan(18 / focal))
        assert hfov_deg == pytest.approx(each["camera"]["hfov_deg"], abs=2.0)


def test_drives_see_the_same_things_through_other_cameras(drive):
    one, two = truth_of(drive[1])["drives"]
    assert one["camera"] != two["camera"]
    assert one["gnss_offset_m"] != two["gnss_offset_m"]
    places = [[(f["lon"], f["lat"]) for f in each["frames"]] for each in (one, two)]
    assert places[0] == places[1]


def test_the_receiver_keeps_one_error_for_a_drive(drive):
    frame = LocalFrame(*START)
    for each in truth_of(drive[1])["drives"]:
        errors = [
            frame.to_m([(f["measured"]["lon"], f["measured"]["lat"])])[0]
            - frame.to_m([(f["lon"], f["lat"])])[0]
            for f in each["frames"]
        ]
        assert np.abs(np.array(errors) - each["gnss_offset_m"]).max() < 2.5


def test_the_same_seed_gives_the_same_files_and_another_seed_does_not(drive):
    folder, first = drive
    again = render(folder, "b")
    other = render(folder, "c", seed=4, drives=1)
    assert again.truth.read_bytes() == first.truth.read_bytes()
    for one in sorted((folder / "a").rglob("*.jpg")):
        assert one.read_bytes() == (folder / "b" / one.relative_to(folder / "a")).read_bytes()
    assert other.truth.read_bytes() != first.truth.read_bytes()


def test_progress_counts_every_frame(drive, steps):
    frames = drive[1].frames
    assert steps == [(i + 1, frames) for i in range(frames)]


def test_a_head_start_is_as_long_as_all_drives_take(drive):
    assert PAUSE < drive[1].ends_at - WHEN <= head_start(2)
    assert head_start(5) - head_start(2) == 3 * PAUSE


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"drives": 0}, "drives must be 1..9"),
        ({"objects": 0}, "objects must be 1..60"),
        ({"objects": 61}, "objects must be 1..60"),
        ({"frame_spacing_m": 0.0}, "spacing of frames must be 1..50 m"),
    ],
)
def test_arguments_out_of_range_are_refused(tmp_path, given, rule):
    with pytest.raises(ValueError, match=rule):
        render(tmp_path, "a", **given)
    assert not (tmp_path / "a").exists()


def test_a_start_without_zone_is_refused(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        render_drive(
            roads=write_roads(tmp_path / "roads.geojson"),
            out=tmp_path / "a",
            seed=1,
            start=WHEN.replace(tzinfo=None),
        )


def test_a_broken_road_file_is_named(tmp_path):
    text = tmp_path / "text"
    text.write_text("no roads")
    with pytest.raises(RoadsError, match="text"):
        render_drive(roads=text, out=tmp_path / "a", seed=1, start=WHEN)
