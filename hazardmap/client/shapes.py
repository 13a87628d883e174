"""What is asked and what is answered. Times are texts of RFC 3339, positions [lon, lat]."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

Bbox = tuple[float, float, float, float]
"""West, south, east, north; west > east crosses the antimeridian."""

Circle = tuple[float, float, float]
"""Longitude, latitude, radius in metres."""


class Geometry(TypedDict):
    type: str
    coordinates: list[Any]


class Filters(TypedDict, total=False):
    """Which hazards; what is left out asks for all."""

    kind: str | Sequence[str]
    published: bool
    min_probability: float
    min_severity: Literal[1, 2, 3]
    max_age_s: float
    seen_from: str
    seen_to: str
    simulated: bool


Since = int | Literal["now"]


class Part(TypedDict, total=False):
    """Whose changes; what is left out asks for all, unpublished ones too."""

    bbox: Bbox
    cell: str
    kind: str | Sequence[str]
    published: bool


class HazardProperties(TypedDict):
    kind: str
    group: str
    state: str
    probability: float
    p: float
    t: str
    half_life_s: float
    radius_m: float
    severity: int
    first_seen: str
    last_seen: str
    expires_at: str
    passes: int
    witnesses: int
    published: bool
    confirmed: bool
    simulated: bool


class Hazard(TypedDict):
    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: HazardProperties


class WorkZoneProperties(TypedDict):
    probability: float
    p: float
    t: str
    half_life_s: float
    severity: int
    kinds: dict[str, int]
    devices: list[str]
    length_m: float
    bearing_deg: float
    started_at: str
    last_seen: str
    ends_at: str
    ends_earliest: str
    ends_latest: str
    ended_at: str | None
    merged_into: str | None
    updated_at: str
    simulated: bool


class WorkZone(TypedDict):
    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: WorkZoneProperties


class CoverageProperties(TypedDict):
    last_looked_at: str
    passes: int | None
    witnesses: int | None


class CoveredCell(TypedDict):
    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: CoverageProperties


class Change(TypedDict):
    cursor: int
    at: str
    change: Literal["appeared", "changed", "published", "unpublished", "removed"]
    hazard: Hazard
    merged_into: str | None


class ChangePage(TypedDict):
    """cursor: to go on from, now or later."""

    as_of: str
    data_age_s: float | None
    cost: dict[str, Any]
    cursor: int
    changes: list[Change]
    links: list[dict[str, str]]


class TrailEntry(TypedDict):
    pass_id: str
    first_at: str
    last_at: str
    seen: bool
    score: float | None
    visibility: float
    log2_ratio: float
    frames: int
    p_after: float
    model_versions: list[str]
    reports: list[dict[str, Any]]
    digest: str


class Trail(TypedDict):
    as_of: str
    data_age_s: float | None
    cost: dict[str, Any]
    hazard: str
    trail: list[TrailEntry]
    head: str
    links: list[dict[str, str]]


class Estimate(TypedDict):
    """exact: False where it is this or more, or of an export about this. beside: units of other
    meters. Amounts are before tax; spent and left: as it is now."""

    as_of: str
    meter: str
    units: int
    amount: str | None
    currency: str | None
    spent: str | None
    left: str | None
    units_left: int | None
    exact: bool
    beside: dict[str, int]


class UsageNow(TypedDict):
    """key: the one that asks. month: of all keys; None where there is no plan."""

    as_of: str
    key: dict[str, Any]
    month: dict[str, Any] | None
