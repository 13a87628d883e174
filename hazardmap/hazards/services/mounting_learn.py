"""What finished drives tell about how their devices' cameras are mounted (core.seeing.mounting)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.selectors import device_cameras
from hazardmap.capture.selectors import devices_back, frames_between
from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.association import things
from hazardmap.core.seeing.camera import DEFAULT_CAMERA
from hazardmap.core.seeing.mounting import Mounting, learned
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.passes import Pass, split
from hazardmap.core.seeing.sightings import Thing
from hazardmap.hazards import learned_models, mapping
from hazardmap.hazards.services.evidence_read import BEGINNING, observations_of, views_with

STRETCH = 60
"""Frames that are looked at together: a thing is in view of fewer."""


def mountings_of(device_ids: Iterable[UUID]) -> dict[UUID, Mounting]:
    """What is known of these devices; nothing of those whose drives have told nothing yet."""
    found = learned_models.Mounting.objects.filter(device_id__in=set(device_ids))
    return {row.device_id: mapping.mounting_of(row) for row in found}


def mountings_learn() -> int:
    """Learn from the drives that have ended; return how many devices were looked at.

    What was taken in earlier keeps the camera that it was located with. A frame that comes later
    than the end of its drive teaches nothing.
    """
    devices = devices_back(timezone.now())
    for device_id in devices:
        _device_learn(device_id)
    return len(devices)


@transaction.atomic
def _device_learn(device_id: UUID) -> None:
    learned_models.Mounting.objects.get_or_create(
        device_id=device_id, defaults={"learned_until": BEGINNING}
    )
    row = learned_models.Mounting.objects.select_for_update().get(device_id=device_id)
    views = _views(device_id, row.learned_until)
    if not views:
        return
    by_frame: dict[UUID, list[Observation]] = {view.frame_id: [] for view in views}
    for seen in chain.from_iterable(observations_of(views).values()):
        by_frame[seen.frame_id].append(seen)
    base = device_cameras([device_id])[device_id](DEFAULT_CAMERA)
    known = mapping.mounting_of(row)
    for one in split(views):
        told = learned(_things(one, by_frame))
        if told != Mounting():
            known = known.after(told, base)
            row.drives += 1
    row.learned_until = max(view.captured_at for view in views)
    row.information, row.vector = list(known.information), list(known.vector)
    row.save()


def _views(device_id: UUID, after: datetime) -> list[View]:
    """Those of its frames that were really taken where they say."""
    frames = frames_between(device_id, after, timezone.now())
    return [view for view in views_with(frames) if not view.simulated]


def _things(one: Pass, by_frame: dict[UUID, list[Observation]]) -> Iterator[Thing]:
    """What a pass reports, stretch by stretch."""
    for start in range(0, len(one.views), STRETCH):
        views = one.views[start : start + STRETCH]
        seen: Sequence[Observation] = [o for view in views for o in by_frame[view.frame_id]]
        if seen:
            plane = Plane(seen[0].lon, seen[0].lat)
            of_frame = {view.frame_id: view for view in views}
            yield from things(list(on_plane(seen, of_frame, plane).values()))
