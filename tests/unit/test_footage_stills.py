"""The pictures of a video: which frame is taken, and what is none."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from detection import quality
from hazardmap.capture.services.frame_accept import MAX_BYTES
from hazardmap.footage import stills, stills_child
from hazardmap.footage.drive import Said
from hazardmap.footage.stills import Reel, Still
from hazardmap.footage.unusable import Blurred, Unusable
from tests.footage_scene import drive, film, filmed


def test_the_last_moment_of_a_video_has_a_picture(tmp_path):
    found = filmed(tmp_path, drive([30] * 3), said=Said(every=timedelta(0)), fps=3)
    with Reel(found.path) as reel:
        assert isinstance(reel.still(found.moments[-1].at_s), Still)


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


def test_the_sender_knows_what_the_site_takes():
    assert stills_child.SHARP_RATIO == quality.SHARP_RATIO
    assert stills.LARGEST_BYTES == MAX_BYTES
