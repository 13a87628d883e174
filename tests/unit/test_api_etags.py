"""Whatever is told of a hazard is in the ETag of its answers."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from hazardmap.api.buyers import goods_of
from hazardmap.core.answers.feature import feature
from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.platform.ids import new_id
from tests.map_scene import made_up


def test_nothing_that_is_told_changes_without_the_etag() -> None:
    hazard = made_up(24.9, 60.2)
    now = hazard.t_ref
    for field in fields(Hazard):
        other = replace(hazard, **{field.name: _other(field.name, getattr(hazard, field.name))})
        told = feature(other, now) != feature(hazard, now)
        assert told == (goods_of([other]).state != goods_of([hazard]).state), field.name
    later = now + timedelta(hours=1)
    assert feature(hazard, later) != feature(hazard, now), "it fades by itself"


def _other(name: str, value: Any) -> Any:
    match value:
        case State():
            return State.FADING
        case bool():
            return not value
        case int() | float():
            return value / 2 if isinstance(value, float) else value + 1
        case datetime():
            return value + timedelta(seconds=1)
    return new_id() if name == "id" else "moose"
