"""Films of made-up dashcams in a folder, and what is read out of them."""

from dataclasses import replace
from datetime import timedelta, timezone

from hazardmap.footage.drive import Drive, Said, read_drive
from hazardmap.footage.unusable import Unusable
from tests.dashcam_scene import (
    blackvue,
    camm6,
    camm_track,
    listed,
    silent,
    stamped,
    unstamped,
    viofo,
)
from tests.footage_scene import START

HELSINKI = timezone(timedelta(hours=2))
LOCAL = Said(clock=HELSINKI)
UTC_NAME = f"{START:%Y%m%d_%H%M%S}_001.MP4"
LOCAL_NAME = f"{START + timedelta(hours=2):%Y_%m%d_%H%M%S}_001.MP4"


def block_film(folder, seconds, write=viofo, *, name=LOCAL_NAME, made_at=None, length_s=None):
    return silent(
        folder / name,
        seconds=length_s or len(seconds),
        samples=[write(one) for one in seconds],
        index_of=listed,
        made_at=made_at,
    )


def in_local_time(seconds):
    return [replace(one, at=one.at + timedelta(hours=2)) for one in seconds]


def camm_film(folder, seconds, write=camm6, **how):
    samples = [write(one) for one in seconds]
    return silent(
        folder / "VID.mp4", seconds=len(samples), samples=samples, index_of=camm_track, **how
    )


def sidecar_film(folder, seconds, name="drive.NMEA", write=unstamped):
    (folder / name).write_bytes(write(seconds))
    return silent(folder / "drive.mp4", seconds=len(seconds))


def blackvue_film(folder, seconds):
    return blackvue(folder / "drive.mp4", seconds)


def top_blackvue_film(folder, seconds):
    return blackvue(folder / "drive.mp4", seconds, inside=False)


def stamped_sidecar_film(folder, seconds):
    return sidecar_film(folder, seconds, "drive.gps", stamped)


def driven(path, said=LOCAL) -> Drive:
    found = read_drive(path, said)
    assert isinstance(found, Drive), found
    return found


def why(path, said=LOCAL) -> str:
    found = read_drive(path, said)
    assert isinstance(found, Unusable), found
    return found.why
