"""Messages that are about an organisation and no hazard."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hazardmap.core.ids import child_id
from hazardmap.webhooks.models import Delivery, Endpoint
from hazardmap.webhooks.services.messages import notice_body


def notice_make(
    *, organisation_id: UUID, about: UUID, type_: str, at: datetime, data: dict[str, Any]
) -> None:
    """Tell every endpoint of the organisation; it is free.

    about: what is told, as a UUIDv7. Safe to call again: the ids of messages follow from it.
    """
    body = notice_body(type_, at, data)
    endpoints = Endpoint.objects.filter(organisation_id=organisation_id).values_list(flat=True)
    Delivery.objects.bulk_create(
        (
            Delivery(
                id=child_id(about, "delivery", str(endpoint_id)),
                endpoint_id=endpoint_id,
                type=type_,
                body=body,
                created_at=at,
            )
            for endpoint_id in endpoints
        ),
        ignore_conflicts=True,
    )
