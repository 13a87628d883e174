"""What is said of endpoints, watch areas and messages. Times are texts of RFC 3339."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from .shapes import Geometry


class Endpoint(TypedDict):
    id: str
    url: str
    created_at: str
    disabled_at: str | None
    disabled_why: str
    failures: int
    retry_at: str | None
    older_secret_until: str | None
    waiting: int
    dead: int


class NewEndpoint(Endpoint):
    """secret: checks signatures (verify); it is told once."""

    secret: str


class Watched(TypedDict, total=False):
    """Which changes; what is left out asks for all that is published. corridor_m: of a route.

    kinds: None for all. simulated: None for both, True for what is made up alone.
    """

    corridor_m: float
    kinds: Sequence[str] | None
    min_probability: float
    published: bool
    simulated: bool | None


class WatchChange(Watched, total=False):
    """What is left out stays as it is."""

    name: str
    area: Geometry
    route: Geometry | dict[str, Any]


class WatchArea(TypedDict):
    id: str
    endpoint_id: str
    name: str
    area: Geometry
    route: Geometry | None
    corridor_m: float | None
    kinds: list[str] | None
    min_probability: float
    published: bool
    simulated: bool | None
    created_at: str


class Delivery(TypedDict):
    id: str
    type: str
    hazard_id: str | None
    cursor: int | None
    created_at: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    next_at: str
    delivered_at: str | None


class DeliveryWithTries(Delivery):
    body: str
    tries: list[dict[str, Any]]
    cost: dict[str, Any]


class Message(TypedDict):
    """What an endpoint is sent; `data` by `type` as the OpenAPI document has it (webhooks)."""

    type: str
    timestamp: str
    data: dict[str, Any]
