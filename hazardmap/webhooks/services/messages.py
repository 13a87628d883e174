"""The bodies of messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from hazardmap.core.answers.feature import feature, written
from hazardmap.core.fusion.hazard import HazardEvent
from hazardmap.core.messages.watch import News


def hazard_body(news: News, event: HazardEvent, watch_areas: Iterable[UUID]) -> str:
    """What has happened to a hazard, as it was then."""
    return _body(
        news.value,
        event.at,
        {
            "cursor": event.cursor,
            "change": event.change.value,
            "merged_into": event.merged_into,
            "watch_areas": sorted(map(str, watch_areas)),
            "hazard": feature(event.hazard, event.at),
        },
    )


def test_body(type_: str, at: datetime, endpoint_id: UUID) -> str:
    return _body(type_, at, {"endpoint": str(endpoint_id)})


def notice_body(type_: str, at: datetime, data: dict[str, Any]) -> str:
    return _body(type_, at, data)


def _body(type_: str, at: datetime, data: dict[str, Any]) -> str:
    return written({"type": type_, "timestamp": at, "data": data}).decode()
