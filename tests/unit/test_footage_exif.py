"""EXIF as real cameras write it, and as real software breaks it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from hazardmap.core.seeing.georeference import Georeference
from hazardmap.footage.exif import read_georeference
from tests.capture_scene import BASE, GPS, gps_tags, picture, read


def test_the_pixels_of_a_png_are_not_decoded_for_its_exif():
    file = BytesIO()
    Image.new("RGB", (3000, 3000)).save(file, "PNG")
    with Image.open(BytesIO(file.getvalue())) as image:
        assert read_georeference(image) == Georeference()
        assert image._im is None, "decoding hostile pixels is the sandbox's job"


def test_a_block_that_no_camera_writes_is_not_taken_apart():
    """It could hold millions of numbers, each an object of Pillow's: seconds of a web server."""
    position = gps_tags(24.94, 60.17)
    usual = picture(kind="PNG", gps=position | {GPS.GPSAreaInformation: b"x" * 60_000})
    forged = picture(kind="PNG", gps=position | {GPS.GPSAreaInformation: b"x" * 300_000})
    assert read(usual).lon == 24.94
    assert read(forged) == Georeference()


def test_a_cameras_clock_counts_where_its_zone_is_known():
    detail = {BASE.DateTimeOriginal: "2026:05:04 14:00:00"}
    assert read(picture(detail=detail)).captured_at is None
    detail |= {BASE.OffsetTimeOriginal: "+02:00", BASE.SubsecTimeOriginal: "25"}
    noon = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
    assert read(picture(detail=detail)).captured_at == noon
    gps = gps_tags(1, 2, datetime(2026, 5, 4, 9, tzinfo=UTC))
    assert read(picture(gps=gps, detail=detail)).captured_at == datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("focal_35mm", "hfov_deg"), [(18, 90.0), (50, 39.6), (0, None), (1, None), (200, None)]
)
def test_field_of_view_from_the_focal_length(focal_35mm, hfov_deg):
    found = read(picture(detail={BASE.FocalLengthIn35mmFilm: focal_35mm})).hfov_deg
    assert found == (None if hfov_deg is None else pytest.approx(hfov_deg, abs=0.05))


@pytest.mark.parametrize(
    "broken",
    [
        {GPS.GPSLatitudeRef: "X"},
        {GPS.GPSLatitude: (60.0, 10.0)},
        {GPS.GPSLongitude: (IFDRational(0, 0), 0.0, 0.0)},
    ],
)
def test_half_a_position_is_no_position(broken):
    found = read(picture(gps=gps_tags(24.94, 60.17) | broken))
    assert (found.lon, found.lat) == (None, None)


@pytest.mark.parametrize("ref", ["X", ""])
def test_a_speed_in_an_unknown_unit_is_no_speed(ref):
    assert read(picture(gps={GPS.GPSSpeed: 10.0, GPS.GPSSpeedRef: ref})).speed_mps is None


def test_only_our_renderer_calls_itself_rendered():
    assert read(picture()).provenance is None


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("driving_sequences/rennes_sony_x1000v_e1.jpg", -1.69, 48.15),
        ("driving_sequences/portland_sony_as300_DSC00001.jpg", -122.57, 45.47),
        ("other_geotagged/helsinki_nokia83.jpg", 24.95, 60.17),
        ("other_geotagged/arezzo_nikon_DSCN0010.jpg", 11.88, 43.47),
    ],
)
def test_pictures_of_real_cameras_lie_where_they_were_taken(shared, name, lon, lat):
    with Image.open(shared / "gps_frames" / name) as image:
        found = read_georeference(image)
    assert (found.lon, found.lat) == pytest.approx((lon, lat), abs=0.1)
    assert found.captured_at is not None
    assert found.captured_at.tzinfo is UTC


def test_every_real_file_gives_values_or_none(shared):
    files = sorted((shared / "gps_frames").rglob("*.jpg"))
    assert len(files) > 20
    for file in files:
        with Image.open(file) as image:
            found = read_georeference(image)
        if file.parent.name != "edge_cases":
            assert found.lon is not None, file.name
        assert (found.lon is None) == (found.lat is None), file.name
        assert found.heading_deg is None or isinstance(found.heading_deg, float)


def test_broken_files_hold_no_position(shared):
    edge = shared / "gps_frames" / "edge_cases"
    for name in ("e1_without_exif", "e2_without_coord", "geovisio_invalid_exif_gps_nan"):
        with Image.open(edge / f"{name}.jpg") as image:
            assert read_georeference(image).lon is None, name
