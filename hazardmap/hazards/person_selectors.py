"""All that the map keeps of a person, to take along: by his frames, and by his witness number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from hazardmap.hazards.learned_models import Mounting
from hazardmap.hazards.models import Evidence, Look, Observation, View
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.place_columns import LAT, LON

Rows = Iterator[Mapping[str, Any]]


def views_kept(frame_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """By frame: how the map understood it, what it located in it, and how it knows it again."""
    observations = defaultdict(list)
    for row in _placed(Observation.objects.filter(view__in=frame_ids).order_by("id")):
        observations[row.pop("view_id")].append(row)
    keys = defaultdict(list)
    known_by = PictureKey.objects.filter(frame_id__in=frame_ids).order_by("key")
    for frame_id, key in known_by.values_list("frame_id", "key"):
        keys[frame_id].append(key)
    return {
        row["frame_id"]: row
        | {
            "observations": observations[row["frame_id"]],
            "picture_keys": keys[row["frame_id"]],
        }
        for row in _placed(View.objects.filter(frame_id__in=frame_ids))
    }


def witness_kept(witness: int, device_ids: Iterable[UUID]) -> Iterator[tuple[str, Rows]]:
    """By name, row by row: where he looked, what his passes and his votes said, his cameras."""
    looks = Look.objects.filter(witness=witness).order_by("id")
    yield "looks", looks.values("cell", "hour", "last_at").iterator()
    yield "evidence", Evidence.objects.filter(witness=witness).order_by("id").values().iterator()
    yield "votes", Vote.objects.filter(witness=witness).order_by("id").values().iterator()
    mountings = Mounting.objects.filter(device__in=list(device_ids))
    yield "mountings", mountings.order_by("device_id").values().iterator()


def _placed(rows: QuerySet[Any, Any]) -> Iterable[dict[str, Any]]:
    """All columns, with longitude and latitude in place of the point."""
    model: type[Model] = rows.model
    names = [field.attname for field in model._meta.concrete_fields if field.name != "position"]
    return rows.values(*names, lon=LON, lat=LAT)
