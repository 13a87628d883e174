"""Being told instead of asking: endpoints, what they watch, and what became of each message."""

from collections.abc import Iterator
from typing import Any, Literal, Unpack, cast

from .sending import JSON, Sending
from .shapes import Geometry
from .told_shapes import (
    Delivery,
    DeliveryWithTries,
    Endpoint,
    NewEndpoint,
    WatchArea,
    WatchChange,
    Watched,
)


class Told(Sending):
    """One method for each thing that can be done to endpoints, watch areas and messages."""

    def add_endpoint(self, url: str) -> NewEndpoint:
        """Where to be told of changes. Its `secret` is in this answer and nowhere else."""
        return cast(NewEndpoint, self._json("POST", "webhooks", body={"url": url}, writes=True))

    def endpoints(self) -> list[Endpoint]:
        return cast(list[Endpoint], self._json("GET", "webhooks")["endpoints"])

    def endpoint(self, endpoint_id: str) -> Endpoint:
        return cast(Endpoint, self._json("GET", f"webhooks/{endpoint_id}"))

    def move_endpoint(self, endpoint_id: str, url: str) -> Endpoint:
        """To another address; its secret, watch areas and messages stay."""
        moved = self._json("PATCH", f"webhooks/{endpoint_id}", body={"url": url})
        return cast(Endpoint, moved)

    def remove_endpoint(self, endpoint_id: str) -> bool:
        """With its watch areas and messages. False where there is none."""
        return self._remove(f"webhooks/{endpoint_id}")

    def roll_secret(self, endpoint_id: str, *, overlap_s: int = 86_400) -> NewEndpoint:
        """A new secret; for so long messages carry signatures by both."""
        body = {"overlap_s": overlap_s}
        made = self._json("POST", f"webhooks/{endpoint_id}/secret", body=body, writes=True)
        return cast(NewEndpoint, made)

    def pause_endpoint(self, endpoint_id: str) -> None:
        """Messages wait until it is enabled."""
        self._json("POST", f"webhooks/{endpoint_id}/pause", writes=True)

    def enable_endpoint(self, endpoint_id: str) -> None:
        self._json("POST", f"webhooks/{endpoint_id}/enable", writes=True)

    def test_endpoint(self, endpoint_id: str) -> str:
        """Have a message of the type endpoint.test sent; its id."""
        made = self._json("POST", f"webhooks/{endpoint_id}/test", writes=True)
        return str(made["delivery_id"])

    def add_watch_area(
        self,
        endpoint_id: str,
        name: str,
        area: Geometry | None = None,
        *,
        route: Geometry | JSON | None = None,
        **more: Unpack[Watched],
    ) -> WatchArea:
        """Have an endpoint told of changes in an area, or along a route: one of the two."""
        where = {"area": area, "route": route}
        body = {"endpoint_id": endpoint_id, "name": name, **_given(where), **more}
        return cast(WatchArea, self._json("POST", "watch-areas", body=body, writes=True))

    def watch_areas(self) -> list[WatchArea]:
        return cast(list[WatchArea], self._json("GET", "watch-areas")["watch_areas"])

    def watch_area(self, watch_id: str) -> WatchArea:
        return cast(WatchArea, self._json("GET", f"watch-areas/{watch_id}"))

    def change_watch_area(self, watch_id: str, **changes: Unpack[WatchChange]) -> WatchArea:
        return cast(WatchArea, self._json("PATCH", f"watch-areas/{watch_id}", body=changes))

    def remove_watch_area(self, watch_id: str) -> bool:
        """False where there is none."""
        return self._remove(f"watch-areas/{watch_id}")

    def deliveries(
        self, endpoint_id: str, *, state: Literal["waiting", "delivered", "dead"] | None = None
    ) -> Iterator[Delivery]:
        """The messages of an endpoint, newest first."""
        for page in self._pages("GET", f"webhooks/{endpoint_id}/deliveries", {"state": state}):
            yield from cast(list[Delivery], page["deliveries"])

    def delivery(self, delivery_id: str) -> DeliveryWithTries:
        """One message as it is sent, with every try. Costs one message, unless it has arrived or
        was read before."""
        return cast(DeliveryWithTries, self._json("GET", f"deliveries/{delivery_id}"))

    def replay_delivery(self, delivery_id: str) -> None:
        """Send a message again, with the same id."""
        self._json("POST", f"deliveries/{delivery_id}/replay", writes=True)

    def replay_dead(self, endpoint_id: str, *, since: str) -> int:
        """Send again what was given up since a time; how many messages that are."""
        path, body = f"webhooks/{endpoint_id}/replay", {"since": since}
        return int(self._json("POST", path, body=body, writes=True)["messages"])


def _given(values: dict[str, Any]) -> JSON:
    return {name: value for name, value in values.items() if value is not None}
