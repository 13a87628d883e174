"""What endpoints are sent, as the OpenAPI document tells it (`webhooks`).

The serializers describe bodies that hazardmap.webhooks makes without them; tests hold what is
really sent against them.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from hazardmap.api.geojson import HazardFeature
from hazardmap.core.fusion.hazard import Change, Hazard, HazardEvent, State
from hazardmap.core.messages.watch import News
from hazardmap.webhooks.services.messages import hazard_body, notice_body, test_body

ANSWERS: Final = {
    "2XX": OpenApiResponse(description="it has arrived"),
    "410": OpenApiResponse(
        description="you want no more: the endpoint is switched off, and "
        "those who may change it get a mail"
    ),
    "default": OpenApiResponse(
        description="anything else, a redirect, or nothing within some seconds: it is sent again, "
        "ten times within about three days, not before `Retry-After`"
    ),
}
HEADERS: Final = {
    "webhook-id": "of the message, the same at every try: what has come twice is known by it",
    "webhook-timestamp": "of this try, in seconds since 1970: refuse what is older than minutes",
    "webhook-signature": "v1, and the HMAC-SHA-256 over id, timestamp and body, joined by full "
    "stops, in Base64; its key is what stands behind whsec_ in the secret, in Base64. More, parted "
    "by spaces, while secrets that were rolled are still valid",
}


class HazardNews(serializers.Serializer[Any]):
    cursor = serializers.IntegerField(help_text="of the change in the feed, /api/v1/changes")
    change = serializers.ChoiceField(
        [change.value for change in Change], help_text="what the feed says of it"
    )
    watch_areas = serializers.ListField(
        child=serializers.UUIDField(), help_text="yours that see the hazard now, or saw it before"
    )
    merged_into = serializers.UUIDField(
        allow_null=True, help_text="the hazard that one which is gone proved to be one with"
    )
    hazard = HazardFeature(help_text="as it was after the change; probability as of then")


class HazardMessage(serializers.Serializer[Any]):
    type = serializers.ChoiceField([news.value for news in News])
    timestamp = serializers.DateTimeField(help_text="of the change")
    data = HazardNews()  # type: ignore[assignment]  # a field is no attribute


class AlertNews(serializers.Serializer[Any]):
    percent = serializers.IntegerField(help_text="of the cap that is spent")
    whose = serializers.ChoiceField(["organisation", "key"])
    key_id = serializers.CharField(allow_null=True, help_text="null where it is all keys' cap")
    month = serializers.RegexField(r"^\d{4}-\d\d$")
    cap = serializers.CharField(help_text="before tax")
    spent = serializers.CharField(help_text="before tax")
    currency = serializers.CharField()


class SpendingAlert(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["spending.alert"])
    timestamp = serializers.DateTimeField(help_text="when it was seen")
    data = AlertNews()  # type: ignore[assignment]  # a field is no attribute


class TestNews(serializers.Serializer[Any]):
    endpoint = serializers.UUIDField()


class TestMessage(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["endpoint.test"])
    timestamp = serializers.DateTimeField(help_text="when it was asked for")
    data = TestNews()  # type: ignore[assignment]  # a field is no attribute


def _sent(name: str, form: type[serializers.Serializer[Any]], description: str) -> OpenApiWebhook:
    return OpenApiWebhook(
        name, extend_schema(description=description, request=form, responses=ANSWERS)
    )


WEBHOOKS: Final = (
    _sent(
        News.APPEARED.value,
        HazardMessage,
        "A watch area sees a hazard that it did not see before: the feed's `appeared` or "
        "`published`, or a `changed` that brings it into the area or above its min_probability.",
    ),
    _sent(
        News.CHANGED.value,
        HazardMessage,
        "A hazard that a watch area goes on seeing: the feed's `changed`, `published` or "
        "`unpublished`.",
    ),
    _sent(
        News.GONE.value,
        HazardMessage,
        "No watch area sees the hazard any longer: the feed's `removed` (cleared, expired, merged "
        "or rejected) or `unpublished`, or a `changed` that takes it out of the area or below its "
        "min_probability.",
    ),
    _sent("spending.alert", SpendingAlert, "So much of a spending cap is spent. Free."),
    _sent("endpoint.test", TestMessage, "Somebody has asked for a test message. Free."),
)


def describe_messages(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to each message a name for code, its headers and an example."""
    examples = _examples()
    for name, methods in result["webhooks"].items():
        operation = methods["post"]
        operation["operationId"] = "on" + name.title().replace(".", "")
        operation["security"] = []  # no token: a signature
        operation["parameters"] = [
            {
                "name": header,
                "in": "header",
                "required": True,
                "description": description,
                "schema": {"type": "string"},
            }
            for header, description in HEADERS.items()
        ]
        operation["requestBody"]["content"]["application/json"]["example"] = examples[name]
    return result


def _examples() -> dict[str, Any]:
    """Made by what makes the messages."""
    at, id_ = datetime(2026, 11, 1, 12, tzinfo=UTC), UUID("01990000-0000-7000-8000-000000000000")
    alert = {
        "percent": 80,
        "whose": "organisation",
        "key_id": None,
        "month": "2026-11",
        "cap": "100.00",
        "spent": "80.00",
        "currency": "EUR",
    }
    bodies = {
        news.value: hazard_body(news, _event(id_, at, change, state), [id_])
        for news, change, state in (
            (News.APPEARED, Change.PUBLISHED, State.ACTIVE),
            (News.CHANGED, Change.CHANGED, State.ACTIVE),
            (News.GONE, Change.REMOVED, State.CLEARED),
        )
    }
    bodies["spending.alert"] = notice_body("spending.alert", at, alert)
    bodies["endpoint.test"] = test_body("endpoint.test", at, id_)
    return {name: json.loads(body) for name, body in bodies.items()}


def _event(id_: UUID, at: datetime, change: Change, state: State) -> HazardEvent:
    hazard = Hazard(
        id=id_,
        kind="debris",
        state=state,
        lon=24.94,
        lat=60.17,
        cov_ee_m2=1.0,
        cov_en_m2=0.0,
        cov_nn_m2=1.0,
        radius_m=2.4,
        p=0.05 if change is Change.REMOVED else 0.93,
        t_ref=at,
        half_life_s=7200.0,
        phantom=0.01,
        severity=2,
        first_seen=at - timedelta(minutes=20),
        last_seen=at,
        passes=3,
        witnesses=2,
        published=True,
        confirmed=False,
        simulated=False,
        expires_at=at + timedelta(hours=8),
    )
    return HazardEvent(cursor=4711, change=change, at=at, hazard=hazard)
