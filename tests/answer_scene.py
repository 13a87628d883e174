"""One thing of each kind that the API has ids for, and who may ask for them."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from hazardmap.webhooks.services import endpoint_test
from tests.capture_scene import driver, waiting_frame
from tests.map_scene import buyer, put_zone
from tests.moderation_scene import hazard_at
from tests.webhook_scene import HELSINKI, endpoint, organisation_of, watch


@dataclass(frozen=True, slots=True)
class OneOfEach:
    """key: token of the buyer. device: token of the one that sent the frame. ids: by the part of
    an address that stands before them."""

    key: str = field(repr=False)
    device: str = field(repr=False)
    ids: dict[str, str]


def one_of_each() -> OneOfEach:
    key, (owner, device) = buyer(), driver()
    hook = endpoint("https://fleet.example/hook", key)
    ids = {
        "webhooks": hook.id,
        "watch-areas": watch(hook.id, key),
        "deliveries": endpoint_test(organisation_id=organisation_of(key), endpoint_id=hook.id),
        "hazards": hazard_at("cow", HELSINKI, timezone.now() - timedelta(minutes=5)),
        "workzones": put_zone(HELSINKI, (24.95, 60.18)),
        "frames": waiting_frame(device, owner).frame_id,
    }
    return OneOfEach(key.token, device.token, {name: str(id_) for name, id_ in ids.items()})
