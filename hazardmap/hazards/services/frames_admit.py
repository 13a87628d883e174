"""Which of some detected frames may become evidence; the others are marked with the reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from hazardmap.capture.selectors import FramePose, poses, track_around, tracks_around
from hazardmap.capture.services import frames_doubted
from hazardmap.core.geometry.grid import cell
from hazardmap.core.seeing.admission import (
    Doubt,
    Shot,
    impossible,
    picture_keys,
    plain,
    same_picture,
    search_keys,
)
from hazardmap.hazards import models
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services.place_lock import LOCK_RES, with_neighbours
from hazardmap.platform.one_at_a_time import one_at_a_time
from hazardmap.platform.rows_put import array, rows_put
from hazardmap.platform.rows_read import rows_read

CAMERA = "camera"
DOUBTS = [doubt.value for doubt in Doubt]


def frames_admit(frames: Mapping[UUID, FramePose], *, telling: Collection[UUID]) -> set[UUID]:
    """Mark what may not become evidence, and return it.

    telling: frames in which something was found; only their pictures are compared, with those
    taken in before and taken near by. Frames that say of themselves that their picture or place is
    made up are not doubted: what they show is labelled as simulated.
    """
    shots = {id_: _shot(frame) for id_, frame in frames.items() if frame.provenance == CAMERA}
    _take_turns(shots.values(), telling)
    doubts = dict.fromkeys(_too_fast(shots), Doubt.IMPOSSIBLE_SPEED)
    left = [shots[id_] for id_ in sorted(shots.keys() & telling) if id_ not in doubts]
    repeated = _seen_before(left)
    doubts |= dict.fromkeys(repeated, Doubt.REPEATED_PICTURE)
    new = [
        {"frame_id": shot.frame_id, "key": key}
        for shot in left
        if shot.frame_id not in repeated
        for key in picture_keys(shot)
    ]
    rows_put(PictureKey, new, unique="frame_id, key", over=False)
    if doubts:
        frames_doubted({id_: doubt.value for id_, doubt in doubts.items()})
    return set(doubts)


def _take_turns(shots: Iterable[Shot], telling: Collection[UUID]) -> None:
    """Have others who judge these devices, or pictures around, wait until the transaction ends:
    each would miss what the other is taking in."""
    names = {f"admit {shot.device_id}" for shot in shots}
    places = {cell(one.lon, one.lat, LOCK_RES) for one in shots if one.frame_id in telling}
    names |= {f"admit {near:x}" for near in with_neighbours(places)}
    one_at_a_time(*names)


def _too_fast(shots: Mapping[UUID, Shot]) -> set[UUID]:
    """Judged with the frames of the same devices that were taken in before."""
    by_device: dict[UUID, list[Shot]] = defaultdict(list)
    for shot in shots.values():
        by_device[shot.device_id].append(shot)
    spans = {
        device_id: (min(s.captured_at for s in track), max(s.captured_at for s in track))
        for device_id, track in by_device.items()
    }
    known = [_shot(frame) for frame in tracks_around(spans, without=DOUBTS)]
    settled = _taken_in(shot.frame_id for shot in known)
    for shot in known:
        if shot.frame_id in settled:
            by_device[shot.device_id].append(shot)
    return {id_ for track in by_device.values() for id_ in impossible(track, settled)}


def _taken_in(frame_ids: Iterable[UUID]) -> set[UUID]:
    views = models.View.objects.filter(frame_id__in=list(frame_ids))
    return set(views.values_list("frame_id", flat=True))


def _seen_before(shots: Collection[Shot]) -> set[UUID]:
    """Those of the shots, in order of receipt, whose picture was taken in near by before."""
    wanted = {shot.frame_id: search_keys(shot) for shot in shots}
    known: dict[int, list[Shot]] = defaultdict(list)
    for shot in _with_keys({key for keys in wanted.values() for key in keys}):
        _keep(known, shot)
    found = set()
    for shot in shots:
        like = (other for key in wanted[shot.frame_id] for other in known.get(key, ()))
        first = next((other for other in like if same_picture(shot, other)), None)
        if first is None:
            _keep(known, shot)
        elif not _plain(shot) and not _plain(first):
            found.add(shot.frame_id)
    return found


def _keep(known: dict[int, list[Shot]], shot: Shot) -> None:
    for key in picture_keys(shot):
        known[key].append(shot)


def _with_keys(keys: set[int]) -> list[Shot]:
    if not keys:
        return []
    found = rows_read(
        "SELECT DISTINCT frame_id FROM hazards_picturekey WHERE key = ANY(%s::bigint[])",
        [array(keys)],
    )
    return [_shot(frame) for frame in poses(id_ for (id_,) in found).values()]


def _plain(shot: Shot) -> bool:
    return plain(shot, map(_shot, track_around(shot.device_id, shot.captured_at)))


def _shot(frame: FramePose) -> Shot:
    return Shot(
        frame_id=frame.id,
        device_id=frame.device_id,
        captured_at=frame.captured_at,
        lon=frame.lon,
        lat=frame.lat,
        accuracy_m=frame.accuracy_m,
        phash=frame.phash,
    )
