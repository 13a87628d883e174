"""Cameras with a CAMM track: whose clock it is, and which of its readings are positions."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from hazardmap.footage.camm import read_camm
from hazardmap.footage.clock import UNDATED, UNKNOWN_ZONE
from hazardmap.footage.drive import Said, read_drive
from hazardmap.footage.movie import read_movie
from tests.dashcam_films import LOCAL, camm_film, driven
from tests.dashcam_scene import camm5, camm6, camm_track, gyroscope, silent
from tests.footage_scene import START, drive


def test_camm_by_the_clock_of_unix_is_told_from_that_of_gps(tmp_path):
    unix = partial(camm6, epoch=datetime(1970, 1, 1, tzinfo=UTC))
    for write in (camm6, unix):
        made = camm_film(tmp_path, drive([10] * 4), write, made_at=START + timedelta(hours=2))
        assert driven(made).began_at == START


def test_camm_with_a_place_only_begins_when_the_file_was_made(tmp_path):
    made = camm_film(tmp_path, drive([10] * 4), camm5, made_at=START + timedelta(hours=2))
    assert read_drive(made, Said()) == UNKNOWN_ZONE
    found = driven(made)
    assert found.began_at == START
    assert found.moments[1].motion.speed_mps == pytest.approx(10, rel=5e-3)
    assert driven(made, Said(taken_from=START)).began_at == START
    undated = camm_film(tmp_path, drive([10] * 4), camm5)
    assert read_drive(undated, LOCAL) == UNDATED


def test_camm_without_a_velocity_is_not_taken_to_stand(tmp_path):
    def still(second):
        return camm6(second)[:-16] + bytes(16)

    motion = driven(camm_film(tmp_path, drive([10] * 4), still)).moments[1].motion
    assert motion.speed_mps == pytest.approx(10, rel=5e-3)


def test_of_camm_only_positions_are_read(tmp_path):
    samples = [write(one) for one in drive([10] * 4) for write in (camm6, gyroscope)]
    path = silent(tmp_path / "VID.mp4", seconds=8, samples=samples, index_of=camm_track)
    assert len(read_camm(path, read_movie(path)).readings) == 4
