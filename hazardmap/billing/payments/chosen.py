from django.conf import settings

from hazardmap.billing.payments.manual import Manual
from hazardmap.billing.payments.provider import Provider
from hazardmap.billing.payments.stripe_provider import Stripe


def provider() -> Provider:
    """The one that the operator has set up; without any, buyers pay by transfer."""
    if settings.STRIPE_KEY:
        return Stripe(settings.STRIPE_KEY, settings.STRIPE_URL)
    return Manual()
