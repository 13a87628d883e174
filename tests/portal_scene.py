"""A buyer in the portal."""

import re

from django.test import Client
from django.utils import timezone

from hazardmap.accounts.models import Organisation
from hazardmap.accounts.services import key_create
from hazardmap.core.access.roles import Role
from hazardmap.core.access.scopes import Environment
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import Meter
from tests.account_scene import member, signed_in
from tests.billing_scene import LAST, sell, serve


def selling() -> tuple[Client, str, Organisation]:
    """An owner's client, the address of the portal, and the organisation: a customer with usage of
    last month and of this one.
    """
    organisation_id, key = sell(LAST.start)
    organisation = Organisation.objects.get(pk=organisation_id)
    test = key_create(organisation=organisation, name="=try", environment=Environment.TEST).kid
    serve(key, LAST, units=2000)
    serve(key, LAST, units=70, meter=Meter.TILE)
    this = month_of(timezone.now())
    serve(key, this, units=500, day=0)
    serve(test, this, units=9, day=0)
    return signed_in(member(organisation, Role.OWNER)), f"/portal/{organisation_id}/", organisation


def made(client: Client, base: str, **over: object) -> str:
    """A key made by the form; its token, as the page shows it once."""
    form = {"name": "van", "environment": "live", "scopes": ["hazards:read", "tiles:read"]} | over
    page = client.post(f"{base}keys/new/", form).content.decode()
    (token,) = set(re.findall(r"hm_(?:key|test)_[a-z2-7]{16}_[a-z2-7]{52}", page))
    return token
