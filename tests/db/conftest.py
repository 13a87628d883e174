"""Scenes that tests of the database share: who is told of Helsinki, who leaves, Stripe's books."""

import pytest

from hazardmap.billing import spend_terms
from tests.billing_scene import sell
from tests.leaving_scene import leaver
from tests.map_scene import buyer
from tests.payment_scene import SECRET
from tests.receiver import receiving
from tests.spending_scene import PRICES, module, this_month
from tests.stripe_stub import stripe_stub
from tests.webhook_scene import endpoint, watch


@pytest.fixture
def receiver(settings):
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        yield receiver


@pytest.fixture
def key():
    return buyer()


@pytest.fixture
def hook(receiver, key):
    """An endpoint that watches Helsinki."""
    made = endpoint(receiver.url, key)
    watch(made.id, key)
    return made


@pytest.fixture
def books(settings):
    with stripe_stub() as stub:
        settings.STRIPE_URL, settings.STRIPE_KEY = stub.url, "sk_test_1"
        settings.STRIPE_WEBHOOK_SECRET = SECRET
        yield stub


@pytest.fixture
def sold(request, db, monkeypatch):
    """An organisation and its key: 0.10 a hazard, 0.01 beyond 100 of them, 1.00 for 10 tiles."""
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(module, "REFUSED_FOR_S", 0.0)
    return sell(start=this_month().start, prices=getattr(request, "param", PRICES))


@pytest.fixture
def left():
    """A contributor who is signed in and will leave (tests/leaving_scene.py)."""
    return leaver()
