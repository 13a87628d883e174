"""What Pillow writes into the GPS block is what we read, all over the world."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from hazardmap.capture.services import FrameRefused, frame_accept
from hazardmap.core.seeing.georeference import Georeference
from hazardmap.footage.exif import read_georeference
from tests.capture_scene import BASE, GPS, IFD, gps_tags, here, picture, read

Y1990 = datetime(1990, 1, 1, tzinfo=UTC)


@given(
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.timedeltas(timedelta(0), timedelta(days=40_000)).map(lambda age: Y1990 + age),
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
)
def test_position_and_time_survive_in_every_hemisphere(lon, lat, at, kind):
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    found = read(picture(kind=kind, gps=gps_tags(lon, lat, at)))
    assert (found.lon, found.lat) == pytest.approx((lon, lat), abs=2e-8)
    assert found.captured_at is not None
    assert abs(found.captured_at - at) < timedelta(milliseconds=1)


@given(st.floats(0, 400), st.sampled_from([("K", 1 / 3.6), ("M", 0.44704), ("N", 0.514444)]))
def test_every_unit_of_speed(speed, unit):
    tags = {GPS.GPSSpeed: IFDRational(round(speed * 100), 100), GPS.GPSSpeedRef: unit[0]}
    assert read(picture(gps=tags)).speed_mps == pytest.approx(speed * unit[1], abs=0.01)


@given(st.floats(0, 359.99))
def test_heading_is_where_the_camera_looks_else_where_it_drives(heading):
    exact = IFDRational(round(heading * 100), 100)
    look = {GPS.GPSImgDirection: exact, GPS.GPSImgDirectionRef: "T"}
    drive = {GPS.GPSTrack: IFDRational(1, 2), GPS.GPSTrackRef: "T"}
    assert read(picture(gps=look | drive)).heading_deg == pytest.approx(heading, abs=0.006)
    assert read(picture(gps=drive)).heading_deg == 0.5
    magnetic = {GPS.GPSImgDirection: exact, GPS.GPSImgDirectionRef: "M"}
    assert read(picture(gps=magnetic | drive)).heading_deg == 0.5
    assert read(picture(gps=magnetic)).heading_deg is None


tags = st.sampled_from([*GPS, *range(200, 210)])
junk = (
    st.text(max_size=12)
    | st.binary(max_size=12)
    | st.integers(-(2**31), 2**32 - 1)
    | st.floats()
    | st.lists(st.floats() | st.integers(0, 99), max_size=4).map(tuple)
)


@given(st.dictionaries(tags, junk, max_size=8), st.dictionaries(st.sampled_from([*BASE]), junk))
def test_no_value_of_a_tag_raises(gps, detail):
    """Straight into Pillow's mapping: a broken block can hold what Pillow would not write."""
    image = Image.new("RGB", (4, 4))
    exif = image.getexif()
    exif.get_ifd(IFD.GPSInfo).update(gps)
    exif.get_ifd(IFD.Exif).update(detail)
    exif._loaded = True  # what `getexif` gives from now on
    assert isinstance(read_georeference(image), Georeference)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_damaged_block_raises(noise, at):
    """Bytes of the EXIF block overwritten: whatever comes out, it is a value."""
    image = Image.open(BytesIO(picture(gps=gps_tags(24.9, 60.1))))
    block = image.info["exif"]
    image.info["exif"] = block[:at] + noise + block[at + len(noise) :]
    assert isinstance(read_georeference(image), Georeference)


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.binary(max_size=40), st.floats(0, 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_damaged_picture_is_more_than_refused(someone, kind, noise, share):
    """Headers and blocks overwritten anywhere: the upload is taken or refused, never a failure."""
    owner, device = someone
    content = picture(kind=kind, gps=gps_tags(24.9, 60.1))
    at = round(share * len(content))
    damaged = content[:at] + noise + content[at + len(noise) :]
    with suppress(FrameRefused):
        frame_accept(
            account_id=owner.pk, device_id=device.device_id, image=damaged, metadata=here()
        )
