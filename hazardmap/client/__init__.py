"""Ask a hazardmap what is on the road: typed, page after page, and patient with a busy server.

    from hazardmap_client import Client

    with Client("https://map.example", key="hm_key_…") as client:
        for hazard in client.hazards(bbox=(24.9, 60.1, 25.0, 60.2), min_probability=0.5):
            print(hazard["properties"]["kind"], hazard["geometry"]["coordinates"])

A receiver of messages asks `verify(secret, headers, body)` whether they come from there.
It needs nothing of the site's own code, so that it can be installed alone (pyproject.toml).
"""

from .client import Client
from .failure import ApiError, BrokenRule
from .shapes import (
    Change,
    ChangePage,
    CoveredCell,
    Estimate,
    Filters,
    Geometry,
    Hazard,
    Trail,
    UsageNow,
    WorkZone,
)
from .signature import NotGenuine, verify
from .told_shapes import Delivery, Endpoint, Message, NewEndpoint, WatchArea, Watched

__all__ = [
    "ApiError",
    "BrokenRule",
    "Change",
    "ChangePage",
    "Client",
    "CoveredCell",
    "Delivery",
    "Endpoint",
    "Estimate",
    "Filters",
    "Geometry",
    "Hazard",
    "Message",
    "NewEndpoint",
    "NotGenuine",
    "Trail",
    "UsageNow",
    "WatchArea",
    "Watched",
    "WorkZone",
    "verify",
]
