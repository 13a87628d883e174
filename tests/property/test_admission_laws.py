"""Which frames may speak: laws of honest drives, jumps, clocks and pictures."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.seeing.admission import (
    SAME_BITS,
    Shot,
    impossible,
    picture_keys,
    plain,
    same_picture,
    search_keys,
)
from tests.scenes import NOON

DEVICE = UUID(int=7)
PLACES = st.tuples(st.floats(-180.0, 180.0), st.floats(-89.0, 89.0))
HASHES = st.integers(0, 2**64 - 1)


def shot(number=0, second=0.0, place=(24.94, 60.17), phash=None, device=DEVICE):
    at = NOON + timedelta(seconds=second)
    signed = None if phash is None else phash - 2**63
    return Shot(UUID(int=number), device, at, *place, 5.0, signed)


@st.composite
def drives(draw, longest_s=900.0):
    """A drive of at most 50 m/s with errors of the receiver of some metres, anywhere on earth."""
    lon, lat = draw(PLACES)
    track, second = [], 0.0
    for number in range(draw(st.integers(3, 12))):
        off = moved(lon, lat, draw(st.floats(0, 360)), draw(st.floats(0, 15)))[:2]
        track.append(shot(number, second, off))
        gap_s = draw(st.floats(0.1, longest_s))
        second += gap_s
        lon, lat, _ = moved(lon, lat, draw(st.floats(0, 360)), draw(st.floats(0, 50)) * gap_s)
    return track


@given(drives(), st.randoms())
def test_an_honest_drive_is_never_doubted_in_whatever_order_it_comes(track, luck):
    shuffled = [*track, *track]
    luck.shuffle(shuffled)
    assert impossible(shuffled) == set()
    assert impossible(track, {track[0].frame_id}) == set()


@given(drives(), st.data())
def test_one_jump_is_found_and_nothing_else(track, data):
    index = data.draw(st.integers(0, len(track)))
    at = track[min(index, len(track) - 1)].captured_at
    away_m = data.draw(st.floats(2e6, 1e7))
    place = moved(track[0].lon, track[0].lat, data.draw(st.floats(0, 360)), away_m)[:2]
    jump = replace(shot(99, place=place), captured_at=at)
    assert impossible([*track, jump]) == {jump.frame_id}
    settled = {one.frame_id for one in track}
    crowd = [
        replace(jump, frame_id=UUID(int=100 + i), captured_at=at + i * timedelta(seconds=1))
        for i in range(30)
    ]
    assert impossible([*track, *crowd], settled) == {one.frame_id for one in crowd}


@given(drives(longest_s=15.0), st.data())
def test_a_clock_that_is_set_back_within_a_drive_costs_nothing(track, data):
    cut = data.draw(st.integers(1, len(track) - 1))
    gap = track[cut].captured_at - track[cut - 1].captured_at
    back = gap + timedelta(seconds=data.draw(st.floats(0.0, 3600.0)))
    after = [replace(s, captured_at=s.captured_at - back) for s in track[cut:]]
    assert impossible([*track[:cut], *after]) == set()
    assert impossible([*track[:cut], *after], {s.frame_id for s in track[:cut]}) == set()


@given(PLACES, HASHES, st.sets(st.integers(0, 63), max_size=SAME_BITS), st.floats(0, 360))
def test_the_same_picture_near_by_is_always_found(place, phash, flipped, bearing_deg):
    again = phash
    for bit in flipped:
        again ^= 1 << bit
    first = shot(1, 0, place, phash)
    near = moved(*place, bearing_deg, 4.9)[:2]
    second = shot(2, 3600.0, near, again)
    other = replace(second, device_id=UUID(int=8))
    if picture_keys(first) and search_keys(second):
        assert set(picture_keys(first)) & set(search_keys(second))
        assert same_picture(second, first)
        assert same_picture(other, first)
    assert not same_picture(replace(second, captured_at=first.captured_at), first), "one drive"


@given(HASHES, HASHES)
def test_other_pictures_are_others(one, other):
    first, second = shot(1, 0, phash=one), shot(2, 3600.0, phash=other)
    assert same_picture(second, first) <= ((one ^ other).bit_count() <= SAME_BITS)
    assert not picture_keys(shot(3, phash=0))
    assert not picture_keys(shot(3))


@given(HASHES)
def test_pictures_that_have_nothing_in_common_share_no_key(phash):
    first, second = shot(1, phash=phash), shot(2, 3600.0, phash=phash ^ (2**64 - 1))
    assert not set(picture_keys(first)) & set(search_keys(second))
    assert len(set(picture_keys(first))) in {0, 4}
    assert not picture_keys(shot(3, phash=2**63 - 1)), "nothing is in a picture of one bit"
    assert not picture_keys(shot(3, phash=2**63)), "or of all but one"


def test_the_same_picture_is_found_across_the_border_of_a_cell_in_the_far_north():
    for step in range(40):
        place = moved(-100.0, 80.0, 90.0, 2.0 * step)[:2]
        east = moved(*place, 90.0, 4.9)[:2]
        keys = set(search_keys(shot(2, 3600.0, place, 0x0F0F_0F0F_3333_3333)))
        assert keys & set(picture_keys(shot(1, 0, east, 0x0F0F_0F0F_3333_3333)))


@pytest.mark.parametrize(
    ("second", "accuracies_m", "most_m"),
    [
        (1.0, (5.0, 5.0), 80.0 + 30.0 + 40.0),
        (1.0, (5.0, 100.0), 80.0 + 30.0 + 420.0),
        (600.0, (5.0, 5.0), 48_000.0 + 70.0),
        (601.0, (5.0, 5.0), 180_300.0 + 70.0),
    ],
)
def test_how_far_a_device_can_have_come(second, accuracies_m, most_m):
    """A road, or beyond ten minutes a plane, and what its receiver may err at both ends."""
    for share, doubted in ((0.999, 0), (1.001, 1)):
        there = moved(24.94, 60.17, 30.0, share * most_m)[:2]
        track = [shot(1), shot(2, second, there)]
        track = [replace(s, accuracy_m=a) for s, a in zip(track, accuracies_m, strict=True)]
        assert len(impossible(track)) == doubted


def test_a_plain_road_proves_nothing_and_a_queue_is_no_road():
    here = shot(1, 0, phash=0x0F0F_0F0F_3333_3333)
    farther = shot(2, 1, moved(24.94, 60.17, 0.0, 30.0)[:2], 0x0F0F_0F0F_3333_3331)
    assert plain(here, [here, farther])
    assert not plain(here, [here, replace(farther, lon=here.lon, lat=here.lat)])
    assert not plain(here, [here, replace(farther, phash=0)])
