"""What crosses the border of this app."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from django.utils.translation import gettext_noop

from hazardmap.core.geometry.corridor import Watched

CLOSED: Final = gettext_noop("its organisation was closed")
REVOKED: Final = gettext_noop("its key was revoked")
ENDED: Final = (CLOSED, REVOKED)
"""Why an endpoint is off for good."""
KEPT_DAYS: Final = 30
"""So long messages can be read and sent again; then they are forgotten."""
KEPT: Final = timedelta(days=KEPT_DAYS)


class WebhookRefused(ValueError):
    """What was asked for breaks a rule. field: which value breaks it."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(rule)
        self.field, self.rule = field, rule


class TooManyTests(ValueError):
    """wait_s: until there may be all of them again."""

    def __init__(self, words: str, wait_s: int) -> None:
        super().__init__(words)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class EndpointInfo:
    """failures: in a row. older_secret_until: until when messages carry more than one signature."""

    id: UUID
    url: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str
    failures: int
    retry_at: datetime | None
    older_secret_until: datetime | None
    waiting: int
    dead: int

    @property
    def ended(self) -> bool:
        """It cannot be switched on again."""
        return self.disabled_why in ENDED


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """`secret` is shown when it is made, and whenever it is rolled."""

    id: UUID
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WatchInfo:
    """area: GeoJSON MultiPolygon. route: a LineString, where the area is its corridor."""

    id: UUID
    endpoint_id: UUID
    name: str
    area: dict[str, object]
    route: dict[str, object] | None
    corridor_m: float | None
    kinds: Sequence[str] | None
    min_probability: float
    published: bool
    simulated: bool | None
    created_at: datetime


class WatchChange(TypedDict, total=False):
    """What of a watch area is to be another; the rest stays."""

    name: str
    watched: Watched
    kinds: Collection[str] | None
    min_probability: float
    published: bool
    simulated: bool | None


@dataclass(frozen=True, slots=True)
class Try:
    at: datetime
    status: int | None
    said: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class DeliveryInfo:
    id: UUID
    type: str
    hazard_id: UUID | None
    cursor: int | None
    created_at: datetime
    state: str
    attempts: int
    next_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """body: as it is sent, byte for byte. tries: oldest first.

    key_id: on whose account it is. owed: it is not there yet, and must be before it is shown.
    """

    info: DeliveryInfo
    endpoint_id: UUID
    key_id: str
    owed: bool
    body: str
    tries: Sequence[Try]
