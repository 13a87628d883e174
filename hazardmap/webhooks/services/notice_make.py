"""Messages that are about an organisation and no hazard."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hazardmap.core.ids import child_id
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services.endpoints_end import endpoints_told
from hazardmap.webhooks.services.messages import notice_body


def notice_make(
    *, organisation_id: UUID, about: UUID, type_: str, at: datetime, data: dict[str, Any]
) -> None:
    """Tell every endpoint of the organisation but those of test keys; it is free.

    about: what is told, as a UUIDv7. Safe to call again: the ids of messages follow from it.
    """
    body = notice_body(type_, at, data)
    endpoints = endpoints_told().filter(organisation_id=organisation_id)
    Delivery.objects.bulk_create(
        (
            Delivery(
                id=child_id(about, "delivery", str(endpoint_id)),
                endpoint_id=endpoint_id,
                type=type_,
                body=body,
                created_at=at,
            )
            for endpoint_id in endpoints.values_list("id", flat=True)
        ),
        ignore_conflicts=True,
    )
