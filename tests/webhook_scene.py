"""A buyer who watches a place, and changes there."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.services import NewKey
from hazardmap.core.fusion.hazard import Change, Hazard
from hazardmap.core.geometry.corridor import Watched
from hazardmap.core.geometry.region import read_region
from hazardmap.core.selling.usage import UsageRecord, records_of
from hazardmap.hazards.services.events_write import events_write
from hazardmap.webhooks.services import deliveries_make, endpoint_add, watch_add
from hazardmap.webhooks.values import NewEndpoint
from tests.map_scene import buyer, made_up

URL = "https://fleet.example/hook"
HELSINKI, RENNES = (24.94, 60.17), (-1.68, 48.11)


class Clock:
    """Passes a day in no time."""

    def __init__(self) -> None:
        self.at = timezone.now()

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **step: float) -> None:
        self.at += timedelta(**step)


def organisation_of(key: NewKey) -> UUID:
    return ApiKey.objects.get(kid=key.kid).organisation_id


def square(lon: float, lat: float, half_deg: float = 0.5) -> dict[str, object]:
    west, south, east, north = lon - half_deg, lat - half_deg, lon + half_deg, lat + half_deg
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def endpoint(url: str, key: NewKey | None = None) -> NewEndpoint:
    """An endpoint that is told of what comes from now on."""
    key = key or buyer()
    made = endpoint_add(organisation_id=organisation_of(key), key_id=key.kid, url=url)
    deliveries_make()
    return made


def watch(endpoint_id: UUID, key: NewKey, place: tuple[float, float] = HELSINKI, **over) -> UUID:
    values = {"kinds": None, "min_probability": 0.0, "published": True, "name": "home"}
    values |= {"simulated": False} | over
    return watch_add(
        organisation_id=organisation_of(key),
        endpoint_id=endpoint_id,
        watched=Watched(read_region(square(*place))),
        **values,
    )


def told(change: Change, hazard: Hazard, **over) -> Hazard:
    """The change feed tells this of the hazard; the hazard as it was told."""
    hazard = replace(hazard, **over)
    events_write([(change, hazard)])
    return hazard


def cow(place: tuple[float, float] = HELSINKI, **over) -> Hazard:
    return made_up(*place, **over)


def usage(settings) -> list[UsageRecord]:
    files = settings.USAGE_LOG.glob("*") if settings.USAGE_LOG.exists() else ()
    lines = [line for path in sorted(files) for line in path.read_text().splitlines()]
    return [record for line in lines for record in records_of(line)]


def area(endpoint_id, **over):
    return {"endpoint_id": endpoint_id, "name": "home", "area": square(*HELSINKI)} | over
